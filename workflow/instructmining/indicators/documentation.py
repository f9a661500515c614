"""The tables of docs/indicators.md, made from what the scorers declare.

python -m instructmining.indicators.documentation        # renews them; a test fails where they have drifted
"""

import json
from collections.abc import Iterable
from pathlib import Path

from instructmining.command import run_main
from instructmining.files import write_text
from instructmining.indicators.declaration import Indicator, ScorerSettings
from instructmining.indicators.rating_prompts import PRESETS, Question
from instructmining.indicators.scorers import model_key
from instructmining.indicators.settings import SCORERS
from instructmining.marked import renew

PAGE = Path(__file__).parents[3] / "docs" / "indicators.md"
MADE_BY = "made by python -m instructmining.indicators.documentation"


def main() -> None:
    """Renew the page."""
    write_text(PAGE, page(PAGE.read_text(encoding="utf-8")))


def page(text: str) -> str:
    """The page with its tables renewed."""
    tables = {"scorers": scorer_table(), "indicators": indicator_table(), "presets": preset_table()}
    for name, table in tables.items():
        text = renew(text, (f"<!-- {name}: {MADE_BY} -->", f"<!-- end of {name} -->"), table)
    return text


def scorer_table() -> str:
    """A row for each scorer: its indicators, its model, and whether it needs a GPU."""
    rows = [_scorer_row(name, kind) for name, kind in SCORERS.items()]
    own = ("`custom`", "yours", "yours", "if you set `gpu`", "no")
    return _table(("scorer", "indicators", "model", "GPU", "old weights converted"), [*rows, own])


def _scorer_row(name: str, kind: type[ScorerSettings]) -> tuple[str, ...]:
    gives = ", ".join(f"`{each.name}`" for each in kind.gives)
    key = model_key(kind)
    model = (key.description or "").removesuffix(".") if key else "that of `embedding`"
    return f"`{name}`", gives, model, _yes(kind.gpu), _yes(kind.converts_weights)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def indicator_table() -> str:
    """A row for each indicator: how it is computed and how to read it."""
    rows = [_indicator_row(each) for kind in SCORERS.values() for each in kind.gives]
    return _table(("indicator", "definition", "unit, range", "usually better", "of a conversation"), rows)


def _indicator_row(each: Indicator) -> tuple[str, ...]:
    values = ", ".join(filter(None, (each.unit, each.range)))
    return f"`{each.name}`", each.definition or each.meaning, values, each.better or "-", each.reads


def preset_table() -> str:
    """A row for each published prompt of `rating`, line breaks and quotes as YAML has them between double quotes."""
    rows = [_preset_row(name, question) for name, question in PRESETS.items()]
    return _table(("`preset`", "prompt", "worth of the answers", "source, licence"), rows)


def _preset_row(name: str, question: Question) -> tuple[str, ...]:
    prompt = json.dumps(question.prompt, ensure_ascii=False)
    answers = ", ".join(f"`{answer}`: {value:g}" for answer, value in question.answers.items())
    return f"`{name}`", f"`{prompt}`", answers, question.source


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    run_main(main)
