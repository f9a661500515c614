"""The report's page: it shows what there is, runs nothing and asks nothing of any host."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from instructmining.quality_rule.fit import fit_rule
from instructmining.quality_rule.settings import QualityRuleSettings
from instructmining.report.accounts import Account
from instructmining.report.page import Figure, RuleSection, figure, render, verdict_of_fit
from tests.unit.test_report_figures import comparison, fitted

HOSTILE = '</pre><script>alert(1)</script><svg onload="x()">\u202e{{ 7 * 7 }}'


def values(text: str = "plain"):
    """All that a page shows, with a text in every place where one comes from data or config."""
    table, _ = fitted()
    rule = fit_rule(table, ["ppl", "mtld"], QualityRuleSettings(), {}).rule
    drawn = Figure("coefficients", text, text, "data:image/svg+xml;base64,", "data:text/csv;base64,", [[text], [text]])
    return {
        "rules": [RuleSection(text, rule, True, text, [text])],
        "comparisons": [replace(comparison(), sentence=text)],
        "known_truth": [text],
        "accounts": [Account("source", text, text, 3, 2, {text: 1})],
        "truncations": [],
        "costs": [],
        "warnings": [text],
        "figures": [drawn],
        "config": text,
        "rows_shown": 10,
    }


class Parts(HTMLParser):
    """The tags of a page, its attributes that could run something, and what it points to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.handlers, self.links = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.links += [value for name, value in attrs if name in ("src", "href")]


def test_hostile_text_is_shown_and_not_run() -> None:
    plain, hostile = Parts(render(values())), Parts(render(values(HOSTILE)))
    assert hostile.tags == plain.tags and "script" not in hostile.tags and not hostile.handlers
    assert "{{ 7 * 7 }}" in render(values(HOSTILE))


def test_the_page_asks_nothing_of_any_host() -> None:
    page = Parts(render(values()))
    assert page.tags.isdisjoint({"script", "link", "iframe", "base"})
    assert [link for link in page.links if not link.startswith(("#", "data:", "https://arxiv.org/"))] == []


def test_every_link_into_the_page_leads_to_a_section() -> None:
    page = render(values())
    assert {link[1:] for link in Parts(page).links if link.startswith("#")} <= set(re.findall(r'id="([^"]+)"', page))


def test_a_run_without_a_comparison_has_no_section_of_arms() -> None:
    assert 'id="arms"' not in render({**values(), "comparisons": []})


def test_a_value_that_is_missing_is_an_error() -> None:
    incomplete = {name: value for name, value in values().items() if name != "costs"}
    with pytest.raises(Exception, match="costs"):
        render(incomplete)


def test_the_verdict_names_the_effects_that_are_shown() -> None:
    table, _ = fitted()
    assert verdict_of_fit(fit_rule(table, ["ppl"], QualityRuleSettings(), {}).rule).endswith(
        "An effect is shown of ppl."
    )


def test_a_figure_has_its_caption_and_the_table_beside_it(tmp_path) -> None:
    path = tmp_path / "report" / "tiny" / "new" / "arms.svg"
    path.parent.mkdir(parents=True)
    path.write_text("<svg/>")
    path.with_suffix(".csv").write_text('arm,loss\n"a, b",2\n')
    found = figure(path)
    assert (found.where, found.table) == ("tiny, new", [["arm", "loss"], ["a, b", "2"]])
    assert found.caption.startswith("Loss on the eval sets of the role test")
