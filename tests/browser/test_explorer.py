"""The explorer in a real browser: what a person does, and what the page then shows."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from instructmining.example import Example
from tests.browser.conftest import HOSTILE, Explorer
from tests.browser.made_explorer import RULE, made_scores

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]  # one process installs and starts it


@pytest.fixture
def explorer(open_explorer: Any, made_page: Path) -> Explorer:
    opened: Explorer = open_explorer(made_page)
    return opened


def ids(explorer: Explorer) -> list[str]:
    """The IDs of the rows in the table, in its order."""
    found: list[str] = explorer.tab.evaluate("Array.from(shown.table.rows, i => shown.examples.ids[i])")
    return found


def brush(explorer: Explorer, histogram: int, start: float, end: float) -> None:
    """Drag over a part of a histogram, in shares of its width."""
    box = explorer.tab.locator(".u-over").nth(histogram).bounding_box()
    mouse, middle = explorer.tab.mouse, box["y"] + box["height"] / 2
    mouse.move(box["x"] + start * box["width"], middle)
    mouse.down()
    mouse.move(box["x"] + end * box["width"], middle, steps=4)
    mouse.up()


def test_it_opens_with_all_examples_the_best_first(explorer: Explorer) -> None:
    assert explorer.status() == "600 of 600 examples, 60 of them selected"
    assert explorer.column("rank") == ["1", "2", "3", "4", "5"]
    assert explorer.column("selected")[0] == "selected"


def test_a_click_on_a_header_sorts_by_it_and_another_turns_the_order(
    explorer: Explorer, made_examples: list[Example]
) -> None:
    scores = made_scores(made_examples).to_pandas().set_index("id")
    header = explorer.tab.locator(".ag-header-cell[col-id=len_out]")
    for ascending in (True, False):
        header.click()
        explorer.wait_for(f"view.column === 'len_out' && view.descending === {json.dumps(not ascending)}")
        shown = scores.loc[ids(explorer), "len_out"]
        assert shown.is_monotonic_increasing if ascending else shown.is_monotonic_decreasing


def test_a_source_and_the_selection_filter(explorer: Explorer) -> None:
    explorer.tab.get_by_role("checkbox", name="beta").check()
    assert explorer.status().startswith("200 of 600 examples")
    explorer.tab.get_by_role("radio", name="the selection").check()
    kept = explorer.tab.evaluate("Array.from(shown.table.rows, i => shown.examples.rank[i])")
    assert kept and max(kept) <= 60
    explorer.tab.get_by_role("button", name="Clear all filters").click()
    assert explorer.status().startswith("600 of 600")


def test_dragging_over_a_histogram_keeps_what_lies_between_and_a_double_click_clears(explorer: Explorer) -> None:
    brush(explorer, 0, 0.3, 0.6)
    low, high = explorer.tab.evaluate("view.ranges.predicted")
    predicted = explorer.tab.evaluate("Array.from(shown.table.rows, i => shown.examples.column('predicted')[i])")
    assert 0 < len(predicted) < 600 and low <= min(predicted) and max(predicted) <= high
    explorer.tab.locator(".u-over").nth(0).dblclick()
    assert explorer.status().startswith("600 of 600")


def test_two_typed_numbers_do_what_dragging_does(explorer: Explorer) -> None:
    explorer.tab.get_by_label("mtld from").fill("60")
    explorer.tab.get_by_label("mtld to").fill("70")
    explorer.tab.keyboard.press("Enter")
    values = explorer.tab.evaluate("Array.from(shown.table.rows, i => shown.examples.column('mtld')[i])")
    assert values and min(values) >= 60 and max(values) <= 70


def test_search_finds_words_anywhere_in_a_conversation_in_any_case(explorer: Explorer) -> None:
    explorer.tab.locator("#query").press_sequentially('"striped zebra"')
    explorer.wait_for_status("30 of 600")
    explorer.tab.fill("#query", "unicorn")
    explorer.wait_for_status("0 of 600")
    assert explorer.tab.is_visible("text=No example passes these filters.")


def test_an_example_shows_its_conversation_terms_indicators_and_neighbours(
    explorer: Explorer, made_examples: list[Example]
) -> None:
    explorer.tab.locator(".ag-row[row-index='2'] [col-id=instruction]").click()
    explorer.tab.wait_for_selector(".neighbours li")
    example = next(each for each in made_examples if each.id == ids(explorer)[2])
    assert explorer.tab.inner_text(".turn.assistant .text").strip() == example.response.strip()
    adds = explorer.tab.locator(".terms tbody tr:not(.sum) td:nth-child(3)").all_inner_texts()
    predicted = float(explorer.tab.locator(".terms .sum td").nth(2).inner_text())
    assert RULE.centre + sum(float(each.replace("\N{MINUS SIGN}", "-")) for each in adds) == pytest.approx(
        predicted, abs=2e-4
    )
    assert explorer.tab.locator(".indicators tr").count() == 8
    assert explorer.tab.locator(".neighbours li").count() == 8


def test_a_neighbour_opens_and_back_is_by_the_link(explorer: Explorer) -> None:
    explorer.tab.locator(".ag-row[row-index='0'] [col-id=instruction]").click()
    explorer.tab.locator(".neighbours button").first.click()
    explorer.wait_for("view.example !== shown.examples.ids[shown.table.rows[0]]")
    explorer.tab.wait_for_selector(".neighbours li")
    assert f"Rank {explorer.tab.evaluate('shown.examples.rank[shown.detail.position]')}" in explorer.tab.inner_text(
        "#detail h2"
    )


def test_a_link_restores_filters_order_search_and_the_open_example(explorer: Explorer) -> None:
    explorer.tab.get_by_role("checkbox", name="alpha").check()
    explorer.tab.locator(".ag-header-cell[col-id=mtld]").click()
    brush(explorer, 2, 0.2, 0.9)
    explorer.tab.fill("#query", "zebra")
    explorer.wait_for("shown.found !== null")
    explorer.tab.locator(".ag-row[row-index='1'] [col-id=instruction]").click()
    explorer.tab.wait_for_selector(".turn mark")
    before = explorer.tab.url, explorer.status(), ids(explorer), explorer.tab.inner_text("#detail h2")
    explorer.open(before[0])
    explorer.wait_for("shown.found !== null")
    explorer.tab.wait_for_selector(".turn mark")
    assert (explorer.tab.url, explorer.status(), ids(explorer), explorer.tab.inner_text("#detail h2")) == before


def test_another_model_is_shown_from_the_beginning(explorer: Explorer) -> None:
    explorer.tab.get_by_role("checkbox", name="beta").check()
    explorer.tab.locator(".ag-row[row-index='0'] [col-id=instruction]").click()
    explorer.tab.wait_for_selector(".neighbours li")
    explorer.tab.select_option("#model", "other")
    explorer.wait_for("shown.model === 'other'")
    explorer.wait_for_status("600 of 600")
    assert explorer.tab.is_hidden("#detail") and "model=other" in explorer.tab.url


def test_the_keyboard_stays_where_it_is_in_the_filters(explorer: Explorer) -> None:
    explorer.tab.get_by_role("radio", name="all").focus()
    explorer.tab.keyboard.press("ArrowDown")
    explorer.tab.keyboard.press("ArrowDown")
    assert explorer.tab.evaluate("[view.kept, document.activeElement.dataset.choice]") == ["rest", "kept the rest"]


def test_a_link_to_what_is_not_there_shows_what_is(explorer: Explorer) -> None:
    explorer.open(
        explorer.page.as_uri()
        + "#model=other&pool=gone&example=none&sort=nothing&range.nothing=1..2&group=x&tab=y&kept=z"
    )
    assert explorer.status() == "600 of 600 examples, 60 of them selected"


def test_the_keyboard_is_enough(explorer: Explorer) -> None:
    press = explorer.tab.keyboard.press
    explorer.tab.locator(".ag-header-cell[col-id=rank]").focus()
    press("ArrowDown")
    press("ArrowDown")
    press("Enter")
    explorer.wait_for("document.activeElement.tagName === 'H2'")
    assert "Rank 2" in explorer.tab.inner_text("#detail h2")
    press("Escape")
    explorer.wait_for("document.activeElement.closest('.ag-row')?.getAttribute('row-index') === '1'")
    assert explorer.tab.is_hidden("#detail")


def test_groups_are_compared_by_rank(explorer: Explorer, made_examples: list[Example]) -> None:
    from scipy.stats import mannwhitneyu

    explorer.tab.select_option("#group", "selection")
    explorer.tab.get_by_role("tab", name="Compare groups").click()
    chances = explorer.tab.evaluate(
        "spread(shown.examples, 'mtld', shown.examples.groups('selection')).map(s => s.higher)"
    )
    selected = explorer.tab.evaluate("shown.examples.ids.filter((_, i) => shown.examples.selected[i])")
    frame = made_scores(made_examples).to_pandas().set_index("id")["mtld"].astype("float32")
    ours, others = frame[selected], frame.drop(selected)
    assert chances[0] == pytest.approx(mannwhitneyu(ours, others).statistic / (len(ours) * len(others)))
    row = explorer.tab.get_by_role("row", name="mtld")
    assert f"{ours.median():.4g}" in row.inner_text() and f"{others.median():.4g}" in row.inner_text()


def open_named(explorer: Explorer, name: str) -> str:
    """Search for the hostile example of a name and open it whole; returns the text of its response as it is shown."""
    query = f'"hostile {name}:"'
    explorer.tab.fill("#query", query)
    explorer.wait_for(f"shown.query === {json.dumps(query)} && document.getElementById('progress').hidden")
    assert explorer.status().startswith("1 of 30")
    explorer.tab.locator(".ag-row[row-index='0'] [col-id=instruction]").click()
    explorer.wait_for(f"document.querySelector('.turn')?.textContent.includes({json.dumps(name + ':')})")
    more = explorer.tab.get_by_role("button", name="Show the other")
    while more.count():
        more.first.click()
    shown: str = explorer.tab.evaluate("document.querySelector('.turn.assistant .text').textContent")
    return shown


def tags(explorer: Explorer) -> set[str]:
    """The names of all elements of the page."""
    return set(explorer.tab.evaluate("[...document.querySelectorAll('*')].map(e => e.localName)"))


def test_hostile_text_is_shown_and_never_run(open_explorer: Any, hostile_page: Path) -> None:
    explorer: Explorer = open_explorer(hostile_page)
    before = tags(explorer)
    for name in sorted(HOSTILE.keys() - INVISIBLE.keys()):
        assert open_named(explorer, name) == HOSTILE[name]
        assert not (tags(explorer) - before) & {"script", "img", "svg", "iframe", "base", "style", "a"}, name
        assert explorer.tab.evaluate("window.attacked") is None, name


INVISIBLE = {"right to left": ["202E", "202C", "2066", "2069"], "zero width": ["200B", "FEFF", "2060", "200D"]}


def test_characters_that_hide_or_turn_text_are_named(open_explorer: Any, hostile_page: Path) -> None:
    explorer: Explorer = open_explorer(hostile_page)
    for name, marks in INVISIBLE.items():
        open_named(explorer, name)
        for place in (".turn.assistant", ".ag-row [col-id=instruction]"):
            assert explorer.tab.locator(f"{place} .unseen").all_inner_texts() == [f"U+{mark}" for mark in marks]
            assert not {f"{ord(character):04X}" for character in explorer.tab.inner_text(place)} & set(marks)


def test_joiners_of_emoji_and_of_persian_stay(explorer: Explorer) -> None:
    text = "\U0001f469\u200d\U0001f52c \u0645\u06cc\u200c\u062e"
    assert (
        explorer.tab.evaluate(
            "text => { const p = document.createElement('p'); p.append(visible(text)); return p.textContent; }", text
        )
        == text
    )


def test_another_pool_is_shown_with_its_own_examples_and_a_link_leads_back(
    open_explorer: Any, two_pools_page: Path, made_examples: list[Example]
) -> None:
    explorer: Explorer = open_explorer(two_pools_page)
    assert explorer.status() == "100 of 100 examples, 10 of them selected"
    explorer.tab.get_by_role("checkbox", name="beta").check()
    explorer.wait_for_status("33 of 100")
    explorer.tab.select_option("#pool", "small")
    explorer.wait_for_status("80 of 80 examples, 8 of them selected")
    assert set(ids(explorer)) == {example.id for example in made_examples[100:180]}
    explorer.tab.locator(".ag-row [col-id=rank]").first.click()
    explorer.tab.wait_for_selector("#detail:not([hidden])")
    explorer.tab.select_option("#model", "other")
    explorer.wait_for("shown.model === 'other' && shown.pool === 'small'")
    link = explorer.tab.url
    explorer.tab.select_option("#pool", "large")
    explorer.wait_for_status("100 of 100")
    explorer.open(link)
    assert explorer.status().startswith("80 of 80") and explorer.tab.input_value("#pool") == "small"


def test_a_score_that_spans_many_decades_has_few_ticks_with_short_labels(explorer: Explorer) -> None:
    ticks = explorer.tab.evaluate("""() => {
      const wide = Float64Array.from({ length: 1000 }, (_, i) => 10 ** (i / 125));
      const histogram = new Histogram({ column: () => wide }, "ppl", () => {});
      return histogram.splits().map((tick) => TICK.format(histogram.bins.from(tick)));
    }""")
    assert ticks == ["100", "10K", "1M"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_background(open_explorer: Any, made_page: Path, scheme: str) -> None:
    explorer: Explorer = open_explorer(made_page, color_scheme=scheme)
    ratio = explorer.tab.evaluate(CONTRAST)
    assert ratio["ink"] >= 7 and ratio["muted"] >= 4.5 and ratio["accent"] >= 4.5


CONTRAST = """() => {
  const style = getComputedStyle(document.documentElement);
  const light = (name) => {
    const parts = style.getPropertyValue(name).trim().slice(1).match(/../g).map((hex) => parseInt(hex, 16) / 255);
    const [r, g, b] = parts.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (name) => {
    const [a, b] = [light(name), light("--panel")].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  return { ink: ratio("--ink"), muted: ratio("--muted"), accent: ratio("--accent") };
}"""


def test_every_control_has_a_name(explorer: Explorer) -> None:
    unnamed = explorer.tab.evaluate("""() => [...document.querySelectorAll('button, input, select, [role=tab], [role=img]')]
        .filter((e) => e.checkVisibility() && !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length))
        .map((e) => e.outerHTML)""")
    assert [each for each in unnamed if "ag-" not in each] == []


def test_a_folder_that_is_not_whole_says_so(browser: Any, made_page: Path, tmp_path: Path) -> None:
    shutil.copytree(made_page.parent, tmp_path / "explorer")
    (tmp_path / "explorer" / "data" / "pools" / "made" / "pool.js").unlink()
    tab = browser.new_page()
    tab.goto((tmp_path / "explorer" / "index.html").as_uri())
    tab.wait_for_selector("#failure:not([hidden])")
    assert "data/pools/made/pool.js is missing" in tab.inner_text("#failure")
    tab.close()
