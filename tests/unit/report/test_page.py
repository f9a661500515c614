"""The report's page: it shows what there is, runs nothing and asks nothing of any host."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from instructmining.quality_rule.card import evidence
from instructmining.quality_rule.fit import fit_rule
from instructmining.quality_rule.published import PublishedRule
from instructmining.quality_rule.settings import QualityRuleSettings
from instructmining.report.accounts import Account
from instructmining.report.findings import QUESTIONS, Finding
from instructmining.report.page import (
    Contents,
    Figure,
    RuleSection,
    effects_in_words,
    figure,
    render,
    rule_warnings,
    signs_in_words,
    template,
)
from tests.unit.quality_rule.evidence.mixtures import losses
from tests.unit.report.figures.made import fitted
from tests.unit.report.made import (
    benchmarks_result,
    comparison,
    cost_result,
    decision,
    found_size,
    judge_result,
    validation_result,
)
from tests.unit.simulation import observations, synthetic

HOSTILE = '</pre><script>alert(1)</script><svg onload="x()">\u202e{{ 7 * 7 }}'


def result_of(kind: str, text: str):
    """What a file of one kind holds, for the kinds that the page has a table of."""
    results = {
        "decisions": decision,
        "validations": validation_result,
        "predictions": validation_result,
        "judges": judge_result,
        "benchmarks": benchmarks_result,
        "sizes": found_size,
        "costs": cost_result,
    }
    return results[kind](text) if kind in results else None


def contents(text: str = "plain", **changes) -> Contents:
    """All that a page shows, with a text in every place where one comes from data or config."""
    table, _ = fitted()
    rule = fit_rule(table, ["ppl", "mtld"], QualityRuleSettings(), {}).rule
    drawn = Figure("coefficients", text, text, "data:image/svg+xml;base64,", "data:text/csv;base64,", [[text], [text]])
    whole = Contents(
        rules=[RuleSection(text, rule, True, text, text, [text])],
        across_models=[text],
        comparisons=[replace(comparison(), sentence=text)],
        findings=[Finding(kind, text, text, text, (text,) * 4, result_of(kind, text)) for kind in QUESTIONS],
        trials={
            (text, text): [{"trial": 1, "size": 7, "loss": 1, "losses": [1], "steps": 2, "tokens": 3, "seconds": 4}]
        },
        known_truth=[text],
        losses=[text],
        reasons={text: text},
        templates=[text],
        accounts=[Account("source", text, text, 3, 2, {text: 1})],
        truncations=[],
        costs=[],
        warnings=[text],
        figures=[drawn],
        config=text,
        rows_shown=10,
    )
    return replace(whole, **changes)


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
    plain, hostile = Parts(render(contents())), Parts(render(contents(HOSTILE)))
    assert hostile.tags == plain.tags and "script" not in hostile.tags and not hostile.handlers
    assert "{{ 7 * 7 }}" in render(contents(HOSTILE))


def test_the_page_asks_nothing_of_any_host() -> None:
    page = Parts(render(contents()))
    assert page.tags.isdisjoint({"script", "link", "iframe", "base"})
    assert [link for link in page.links if not link.startswith(("#", "data:", "https://arxiv.org/"))] == []


def test_every_link_into_the_page_leads_to_a_section() -> None:
    page = render(contents())
    assert {link[1:] for link in Parts(page).links if link.startswith("#")} <= set(re.findall(r'id="([^"]+)"', page))


def test_a_run_without_a_comparison_has_no_section_of_arms() -> None:
    assert 'id="arms"' not in render(contents(comparisons=[]))


def test_a_value_that_is_missing_is_an_error() -> None:
    incomplete = {name: value for name, value in vars(contents()).items() if name != "costs"}
    with pytest.raises(Exception, match="costs"):
        template().render(incomplete)


def test_what_a_run_was_not_asked_for_is_not_on_its_page() -> None:
    tables = {kind: f'<section id="{kind}">' for kind in QUESTIONS if kind != "costs"}
    full, plain = render(contents()), render(contents(findings=[]))
    assert all(section in full and section not in plain for section in tables.values())
    assert "12,345 fine-tunes" in full and "choosing" not in plain


def of_decision(**changes) -> str:
    """The page of a run in which only the decision was found."""
    made = replace(decision("The rule is refused."), **changes)
    return render(contents(findings=[Finding("decisions", "Q", "new", "tiny", tuple(made.sentences), made)]))


def test_the_verdict_says_in_one_sentence_what_the_selection_follows_and_the_section_why() -> None:
    verdict, _, rest = of_decision().partition('<section id="rule">')
    assert verdict.count("<p>The rule is refused.</p>") == 1 and "The order is shown." not in verdict
    rows = re.findall(
        "<tr><td>(.*?)</td><td>(.*?)</td><td", rest.partition('id="decisions"')[2].partition("</table>")[0]
    )
    assert dict(rows) == {
        "the order is not shown": "no",
        "The rule is refused.": '<span class="mark">yes</span>',
        "it extrapolates": "not known",
    }


def test_a_page_of_a_refused_rule_does_not_say_that_the_selection_has_the_lowest_predicted_loss() -> None:
    lead = "with the lowest predicted loss"
    assert f"{lead}, but the rule is refused for new, tiny, where the selection falls back" in of_decision()
    assert f"{lead}." in of_decision(by="rule")


def test_predicted_and_observed_stand_side_by_side_for_every_choice() -> None:
    result = validation_result("longest")
    page = render(contents(findings=[Finding("predictions", "Q", "new", "tiny", ("A sentence.",), result)]))
    cells = re.findall("<t[dh].*?>(.*?)</t[dh]>", page.partition('id="predictions"')[2].partition("</table>")[0])
    assert [re.sub("<.*?>", "", cell) for cell in cells[:21]] == [
        *("choice", "fine-tunes", "examples", "predicted", "observed", "leverage", "p"),
        *("ruled", "1", "40", "0.912 0.861 to 0.963", "0.921", "0.31", "0.71"),
        *("random", "2", "40", "1.004 0.965 to 1.043", "1.097", "0.11", "0.0021"),
    ]
    assert cells[28:35] == ["shortest_ppl", "1", "40", "0.973", "0.968", "\u2013", "\u2013"]
    assert cells[35:] == ["full", "was tuned for 50 steps, the subsets for 10"]


def test_where_choosing_saves_nothing_it_is_said_never_to_pay_off() -> None:
    finding = Finding("costs", "plain", "plain", "plain", ("plain",) * 4, cost_result(break_even=None))
    assert "<strong>never</strong>" in render(contents(findings=[finding]))


def test_the_size_that_a_search_found_is_marked_among_its_trials() -> None:
    assert "7 <strong>kept</strong>" in render(contents())


def test_the_rule_is_said_in_words_as_far_as_effects_are_shown() -> None:
    table, _ = fitted(choice="given")
    assert effects_in_words(fit_rule(table, ["ppl"], QualityRuleSettings(), {}).rule) == "Loss rises as ppl rises."


def test_the_baseline_of_source_shares_has_no_coverage_but_a_test() -> None:
    y, x, sources = losses(24)
    rule = fit_rule(observations(y, x, sources=sources), list(x), QualityRuleSettings(repeats=2), {}).rule
    page = render(contents(rules=[RuleSection("tiny", rule, True, "", "", [])]))
    row = page.partition("<td>source shares</td>")[2].partition("</tr>")[0]
    assert '<td class="n">\u2013</td>' in row and "<td>F(6, 13) = " in row


def test_fine_tunes_that_were_not_made_alike_are_among_the_warnings() -> None:
    y, x = synthetic()
    torch = [{"torch": "2.13.0"}] * 29 + [{"torch": "2.12.0"}]
    rule = fit_rule(observations(y, x, made_with=torch), ["ppl"], QualityRuleSettings(), {}).rule
    warnings = rule_warnings([RuleSection("tiny", rule, True, "", "", evidence(rule))])
    said = "tiny: The fine-tunes were made with different versions of torch: 29 with 2.13.0, 1 with 2.12.0."
    assert said in warnings and said in render(contents(warnings=warnings))


def test_a_published_rule_is_said_in_words_by_its_signs() -> None:
    rule = PublishedRule("v1", "tiny", 1.0, {"reward": -0.1, "len_out": 0.1, "knn_6": -0.9}, {}, ())
    assert signs_in_words(rule) == "Loss falls as reward and knn_6 rise. Loss rises as len_out rises."


def test_a_figure_has_its_caption_and_the_table_beside_it(tmp_path) -> None:
    path = tmp_path / "report" / "tiny" / "new" / "arms.svg"
    path.parent.mkdir(parents=True)
    path.write_text("<svg/>")
    path.with_suffix(".csv").write_text('arm,loss\n"a, b",2\n')
    found = figure(path)
    assert (found.where, found.table) == ("tiny, new", [["arm", "loss"], ["a, b", "2"]])
    assert found.caption.startswith("Loss on the eval sets of the role test")
    assert found.key == "tiny-new-arms"


def test_a_figure_of_all_models_is_told_by_its_name_alone(tmp_path) -> None:
    path = tmp_path / "report" / "across_models.svg"
    path.parent.mkdir()
    path.write_text("<svg/>")
    path.with_suffix(".csv").write_text("model\n")
    assert (figure(path).where, figure(path).key) == ("", "across_models")


def test_figures_that_no_section_places_are_shown_by_their_category_in_the_order_of_the_stages() -> None:
    drawn = contents().figures[0]
    page = render(contents(figures=[replace(drawn, name=name) for name in ("quality", "residuals")]))
    details = page[page.index('id="details"') :]
    assert re.findall(r"<h3>(.*?)</h3>", details) == ["Quality rule", "Selection"]
