"""What runs again after a change: the table of docs/cluster.md, a test of each row, and the row itself, from one place.

`python -m tests.workflow.rerun_rows` renews the table.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from tests.conftest import ROOT, tiny_llama
from tests.tiny_models import write_gguf
from tests.workflow.conftest import Run

TABLE = ROOT / "docs" / "cluster.md"
START, END = "<!-- rows of the tests -->\n", "<!-- end of rows -->\n"
REPORT = (
    "predict_arms",
    "figure",
    "table",
    "summarise",
    "gather_losses",
    "compare_rules",
    "explore",
    "write_report",
    "add_up",
)
SUBSETS, REPLICATES, ARMS, SEEDS = 6, 1, 4, 2
FINETUNES = SUBSETS + REPLICATES + ARMS * SEEDS
SCORERS = ("text", "likelihood", "embedding", "reward", "unieval", "brevity")
FIT = {"fit_quality_rule": 1, "write_rule_card": 1, "rank": 1, "select": 1}
FOLLOW_THE_LOSSES = {"gather_observations": 1, **FIT, "compare": 1}
# The rule may change, and with it the arm that it chose.
FOLLOW_THE_FIT = {**FIT, "choose_arm": SEEDS, "finetune_and_evaluate": SEEDS, "compare": 1}
FOLLOW_THE_SCORES = {
    "gather_scores": 2, "subset_indicators": SUBSETS,
    "choose_arm": ARMS * SEEDS, "finetune_and_evaluate": ARMS * SEEDS, **FOLLOW_THE_LOSSES,
}  # fmt: skip
FOLLOW_THE_POOL = {
    "gather_scores": 1, "rank": 1, "select": 1,
    "choose_arm": ARMS * SEEDS, "finetune_and_evaluate": ARMS * SEEDS, "compare": 1,
}  # fmt: skip
FOLLOW_THE_TRAINING = {
    "finetune_and_evaluate": FINETUNES, **FOLLOW_THE_LOSSES, "choose_arm": SEEDS,
}  # fmt: skip


def scored(shards: int) -> dict[str, int]:
    """Every scorer runs over so many shards."""
    return {f"score_{scorer}": shards for scorer in SCORERS}


@dataclass(frozen=True)
class Row:
    """A change of a finished run, and the jobs that a dry run then plans, those of the report left out."""

    changed: str
    change: Callable[[Run], object]
    jobs: dict[str, int] = field(default_factory=dict)
    reports: bool = False
    """Whether the report is made anew where nothing else is."""
    variables: dict[str, str] = field(default_factory=dict)
    """What is set in the environment of the dry run."""
    before: Callable[[Run], object] | None = None
    """What the config asks for besides, made before the change."""
    target: str = "all"
    """The file up to which jobs are counted."""

    def in_words(self) -> str:
        """The row of the table."""
        named = ", ".join(f"{count} `{rule}`" if count > 1 else f"`{rule}`" for rule, count in self.jobs.items())
        follows = ", and what follows" if self.target != "all" else ""
        return f"| {self.changed} | {named or ('the report' if self.reports else 'nothing')}{follows} |"


def without(jobs: dict[str, int], *prefixes: str) -> dict[str, int]:
    """The jobs of rules that do not begin so."""
    return {rule: count for rule, count in jobs.items() if not rule.startswith(prefixes)}


def edit(module: str, old: str, new: str) -> Callable[[Run], None]:
    """Change a line of the library."""

    def change(run: Run) -> None:
        path = run.folder / "workflow" / "instructmining" / module
        text = path.read_text()
        assert old in text, f"{module} no longer holds {old!r}"
        path.write_text(text.replace(old, new, 1))

    return change


def set_keys(**keys: Any) -> Callable[[Run], None]:
    """Set keys of the config; `__` separates a key from one in it."""

    def change(run: Run) -> None:
        config = run.config()
        for name, value in keys.items():
            *outer, last = name.split("__")
            values = config
            for key in outer:
                values = values[key]
            values[last] = value
        run.set_config(config)

    return change


def both(*changes: Callable[[Run], object]) -> Callable[[Run], None]:
    """One change after the other."""

    def change(run: Run) -> None:
        for each in changes:
            each(run)

    return change


def touch(run: Run) -> None:
    """Give every file of the workflow, the data, the models and the config the time of now."""
    files = [path for folder in ("workflow", "data", "models") for path in (run.folder / folder).rglob("*")]
    for path in [*files, run.folder / "config.yaml", run.folder / "mine.py"]:
        os.utime(path)


def move_and_rename(run: Run) -> None:
    """Give a stage, a module of it and a function another name, as if the house were tidied."""
    library = run.folder / "workflow" / "instructmining"
    (library / "training" / "finetune.py").rename(library / "training" / "learn.py")
    (library / "training").rename(library / "tuning")
    names = {
        "instructmining.training.finetune import": "instructmining.tuning.learn import",
        "instructmining.training": "instructmining.tuning",
        "accumulate_gradients": "add_up_gradients",
    }
    for path in [*library.rglob("*.py"), *(run.folder / "workflow" / "rules").rglob("*.smk")]:
        text = path.read_text()
        for old, new in names.items():
            text = text.replace(old, new)
        path.write_text(text)


def reverse_keys(run: Run) -> None:
    """Give the keys of every mapping of the config in the reverse order."""

    def reversed_keys(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: reversed_keys(value[key]) for key in reversed(value)}
        return [reversed_keys(inner) for inner in value] if isinstance(value, list) else value

    values = reversed_keys(run.config())
    (run.folder / "config.yaml").write_text(yaml.safe_dump(values, sort_keys=False))
    assert list(run.config()["eval_sets"]) == ["test", "search", "fit"]


def replace_file(run: Run) -> None:
    """Put another file in the place of the data, of the same size and older than any result, as `mv` and `rsync -a` do."""
    path = run.folder / "data" / "new.jsonl"
    other = path.with_name("other.jsonl")
    other.write_text(path.read_text().replace("what is cat", "what is dog"))
    assert other.stat().st_size == path.stat().st_size and other.read_bytes() != path.read_bytes()
    os.utime(other, (1577836800, 1577836800))
    other.rename(path)


def move_files(run: Run) -> None:
    """Put data and a model elsewhere, spell a path otherwise, and go by a link."""
    (run.folder / "elsewhere").mkdir()
    shutil.move(run.folder / "data" / "new.jsonl", run.folder / "elsewhere" / "again.jsonl")
    shutil.copytree(run.folder / "models" / "encoder", run.folder / "elsewhere" / "encoder")
    (run.folder / "linked.jsonl").symlink_to("data/first.jsonl")
    set_keys(
        sources__new={"path": "elsewhere/again.jsonl"},
        sources__first={"path": "linked.jsonl"},
        sources__second={"path": "./data/../data/second.jsonl"},
        indicators__embedding={"model": {"path": "elsewhere/encoder"}},
    )(run)


def give_a_folder(run: Run) -> None:
    """Have a source name a folder of two files."""
    folder = run.folder / "data" / "folder"
    folder.mkdir()
    for name in ("new", "third"):
        shutil.copy(run.folder / "data" / f"{name}.jsonl", folder)
    set_keys(sources__new={"path": "data/folder"})(run)


def replace_weights(run: Run) -> None:
    """Change a file inside a model's folder, its time set back."""
    weights = run.folder / "models" / "encoder" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\1")
    os.utime(weights, (1577836800, 1577836800))


def write_mine(text: str) -> Callable[[Run], object]:
    """Write the file of the indicator of one's own."""
    return lambda run: (run.folder / "mine.py").write_text(text)


def another_lock(run: Run) -> None:
    """Let the environment say that it has another version of a package."""
    about = run.folder / "lock" / "peft-99.0.dist-info" / "METADATA"
    about.parent.mkdir(parents=True)
    about.write_text("Metadata-Version: 2.1\nName: peft\nVersion: 99.0\n")


def write_own(name: str, text: Callable[[Run, int], str | bytes], version: int, **keys: Any) -> Callable[[Run], None]:
    """Write a file of one's own, older than any result, which the config names by `keys`."""

    def change(run: Run) -> None:
        path, content = run.folder / name, text(run, version)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        os.utime(path, (1577836800, 1577836800))
        if keys:
            set_keys(**keys)(run)

    return change


def own_row(
    changed: str, name: str, text: Callable[[Run, int], str | bytes], job: str, target: str, **keys: Any
) -> Row:
    """A row of a file of one's own, whose content becomes another."""
    before, change = write_own(name, text, 0, **keys), write_own(name, text, 1)
    return Row(changed, change, {job: 1}, before=before, target=target)


def pairs(run: Run, version: int) -> str:
    """Pairs of responses."""
    rows = [{"prompt": f"what is {i}", "chosen": f"the red sky {version}", "rejected": f"sea {i}"} for i in range(20)]
    return "".join(json.dumps(row) + "\n" for row in rows)


def scores(run: Run, version: int) -> bytes:
    """A score of every example of the pool `new`."""
    pool = pq.read_table(run.folder / "results/data/pools/new/deduplicated/000.parquet", columns=["id"])
    sink = pa.BufferOutputStream()
    pq.write_table(pool.append_column("lookup", pa.array([float(version)] * len(pool))), sink)
    return bytes(sink.getvalue().to_pybytes())


def ids(run: Run, version: int) -> str:
    """The IDs of some examples of the pool `new`."""
    pool = pq.read_table(run.folder / "results/data/pools/new/000.parquet", columns=["id"])
    return "".join(f"{name}\n" for name in pool["id"].to_pylist()[: 5 + version])


def prompts(run: Run, version: int) -> str:
    """Prompts for a judge."""
    return json.dumps([{"instruction": f"tell me of {version} and {i}"} for i in range(3)])


def rule(run: Run, version: int) -> str:
    """The rule of another run."""
    return (run.folder / "results/quality_rule/tiny/rule.json").read_text() + " " * version


def helper(run: Run, version: int) -> str:
    """A module that an indicator of one's own asks."""
    (run.folder / "own.py").write_text(
        "from helper import length\n\n\ndef long(examples):\n    return [length(e.response) for e in examples]\n"
    )
    return f"def length(text):\n    return {version + 1} * len(text)\n"


def gguf(run: Run, version: int) -> bytes:
    """A model as llama.cpp keeps it, with other weights in another version."""
    model = tiny_llama()
    model.lm_head.weight.data.add_(version)
    write_gguf(model, run.folder / "gguf" / "model.gguf")
    return (run.folder / "gguf" / "model.gguf").read_bytes()


JUDGE = {"base_url": "http://localhost:1/v1", "model": "m", "prompts": {"mine": {"path": "own.json"}}}
LONGER = "def brevity(examples):\n    # Shorter is better.\n    return [-len(e.response) for e in examples]\n\n\ndef unused():\n    pass\n"
HALVED = "def brevity(examples):\n    return [-len(e.response) / 2 for e in examples]\n"

ROWS = [
    Row("nothing", lambda run: None),
    Row("every file of the workflow, the data, the models and the config is touched (`touch`)", touch),
    Row(
        "a comment, a docstring or the description of a key",
        both(
            edit("training/finetune.py", "def finetune(", "# A comment.\n\n\ndef finetune("),
            edit("example.py", "Read a whole table of examples.", "Read all examples of a table."),
            edit("training/settings.py", '"""Passes over the data."""', '"""How often the data are gone through."""'),
        ),
    ),
    Row("the text of an error", edit("files.py", "not asked for (e.g.", "not expected (e.g.")),
    Row(
        "the text of a log, of progress or of `--help`",
        both(
            edit("training/checkpoint.py", "resuming after step %d from %s", "after step %d, going on from %s"),
            edit("progress.py", " s left", " s to go"),
            edit("training/finetune.py", '"fine-tuning"', '"tuning"'),
            edit("training/finetune_and_evaluate.py", "a subset ID, or an arm", "the ID of a subset, or an arm"),
        ),
    ),
    Row("a type annotation", edit("training/finetune.py", "-> list[Step]:", "-> Sequence[Step]:")),
    Row("a folder, a module or a function is renamed", move_and_rename),
    Row("a new function that no command reaches", edit("files.py", "def write_text(", "def unused() -> None:\n    pass\n\n\ndef write_text(")),
    Row("the order of the keys in the config", reverse_keys),
    Row("`checkpoint_minutes`", set_keys(training__checkpoint_minutes=3)),
    Row("`parameters` of a base model, from which memory and time of jobs are estimated", set_keys(models__tiny__parameters=2e5)),
    Row("a new key of the judge, with a default", edit("comparison/judge/settings.py", "    generation: ", "    polite: bool = False\n    generation: ")),
    Row("a new key of training, with a default", edit("training/settings.py", "    epochs: ", "    spare: int = 0\n    epochs: ")),
    Row("new settings, of an indicator that is not computed", edit("indicators/settings.py", "class CustomIndicator", "class FormalityScorer(Settings):\n    scale: int = 1\n\n\nclass CustomIndicator")),
    Row("the path of data or models: moved, spelled differently, or through a link", move_files),
    Row("your own indicator: a comment, or a function that it does not call", write_mine(LONGER)),
    Row("`report.examples`", set_keys(report={"examples": 3}), reports=True),
    Row("the code of a figure", edit("report/figures/rule.py", "p < 0.001", "p < 0.0001"), reports=True),
    Row("a sentence of the rule card", edit("quality_rule/card.py", "Lower predicted log loss is better", "A lower predicted log loss is better"), {"write_rule_card": 1}),
    Row("`selection.examples`", set_keys(selection={"examples": 9, "fallback": "rule"}), {"select": 1, "choose_arm": (ARMS - 1) * SEEDS, "finetune_and_evaluate": (ARMS - 1) * SEEDS, "compare": 1}),
    Row("the licence of a source", set_keys(sources__new__licence="MIT"), {"select": 1}),
    Row("the code of the comparison", edit("comparison/compare.py", "    return losses\n", "    return dict(losses)\n"), {"compare": 1}),
    Row("the code of the fit", edit("quality_rule/fit.py", "float(result.params[0])", "1 * float(result.params[0])"), FOLLOW_THE_FIT),
    Row("the code of a scorer", edit("indicators/text.py", "threshold=0.72", "threshold=0.7"), {"score_text": 3, **FOLLOW_THE_SCORES}),
    Row("a setting of a scorer", set_keys(indicators__likelihood__batch_tokens=128), {"score_likelihood": 3, **FOLLOW_THE_SCORES}),
    Row("a default of a scorer that the config does not set", edit("indicators/settings.py", "batch_tokens: Annotated[int, Field(ge=16)] = 16384", "batch_tokens: Annotated[int, Field(ge=16)] = 8192"), {"score_embedding": 3, **FOLLOW_THE_SCORES}),
    Row(
        "a new key of a scorer that its code reads",
        both(
            edit("indicators/settings.py", "    prompt: RewardPrompt\n", "    scale: float = 1.0\n    prompt: RewardPrompt\n"),
            edit("indicators/reward.py", '{"reward": values.tolist()}', '{"reward": (settings.scale * values).tolist()}'),
        ),
        {"score_reward": 3, **FOLLOW_THE_SCORES},
    ),
    Row("your own indicator: its code", write_mine(HALVED), {"score_brevity": 3, **FOLLOW_THE_SCORES}),
    Row("a file of an indicator's model, whatever its time", replace_weights, {"prepare_model": 1, "score_embedding": 3, **FOLLOW_THE_SCORES}),
    Row("the code of training", edit("training/finetune.py", "model.train()", "model.train(True)"), FOLLOW_THE_TRAINING),
    Row("a training setting", set_keys(training__learning_rate=0.02), FOLLOW_THE_TRAINING),
    Row("a default of training that the config does not set", edit("training/settings.py", "weight_decay: Annotated[float, Field(ge=0)] = 0.0", "weight_decay: Annotated[float, Field(ge=0)] = 0.1"), FOLLOW_THE_TRAINING),
    Row("the lock: another version of torch, transformers or peft (or bitsandbytes, if weights are quantised)", another_lock, FOLLOW_THE_TRAINING, variables={"PYTHONPATH": "lock"}),
    Row("the code of the evaluation: every run is evaluated with its kept adapter, none is trained", edit("training/evaluate.py", "losses[i] = loss", "losses[i] = 1 * loss"), FOLLOW_THE_TRAINING),
    Row("`quality_rule.effects`", set_keys(quality_rule__effects="shares"), FOLLOW_THE_FIT),
    Row("`quality_rule.winsorise`", set_keys(quality_rule__winsorise=0.05), {"subset_indicators": SUBSETS, "gather_observations": 1, **FOLLOW_THE_FIT}),
    Row("one more subset", set_keys(sampling__subsets=SUBSETS + 1), {"sample_subset": 1, "subset_indicators": 1, "gather_observations": 1, **FOLLOW_THE_FIT, "finetune_and_evaluate": 1 + SEEDS}),
    Row("a data file of a pool to select from, whatever its name, size and time", replace_file, {"import_source": 1, "deduplicate_new": 1, "build_pool_new": 1, **scored(1), **FOLLOW_THE_POOL}),
    Row(
        "a file in a folder, or one more or less: the import of the source that names the folder",
        lambda run: (run.folder / "data" / "folder" / "third.jsonl").unlink(),
        {"import_source": 1},
        before=give_a_folder,
        target="results/data/sources/new.parquet",
    ),
    Row("one more source of a pool to select from", both(set_keys(sources__third={"path": "data/third.jsonl"}), set_keys(pools__new__sources=["new", "third"])), {"import_source": 1, "deduplicate_new": 1, "build_pool_new": 1, **scored(1), **FOLLOW_THE_POOL}),
    Row(
        "one more source of the candidates: subsets are drawn from all sources, so all of them change",
        both(set_keys(sources__third={"path": "data/third.jsonl"}), set_keys(pools__candidates__sources=["first", "second", "shuffled", "third"])),
        {"import_source": 1, "deduplicate_candidates": 1, "build_pool_candidates": 1, **scored(2), "gather_scores": 1, "sample_subset": SUBSETS, "subset_indicators": SUBSETS,
         "gather_observations": 1, **FOLLOW_THE_FIT, "finetune_and_evaluate": SUBSETS + REPLICATES + SEEDS},
    ),
    Row(
        "a new eval set: its prompts are removed from the pools, and every run is evaluated with its kept adapter",
        both(set_keys(sources__third={"path": "data/third.jsonl"}), set_keys(eval_sets__another={"sources": ["third"], "role": "test"})),
        {"import_source": 1, "make_eval_set": 1, "build_pool_candidates": 1, "build_pool_new": 1, "gather_scores": 2, "sample_subset": SUBSETS, "subset_indicators": SUBSETS,
         "choose_arm": ARMS * SEEDS, **FOLLOW_THE_LOSSES, "finetune_and_evaluate": FINETUNES},
    ),
    own_row("a file of ratings", "own.jsonl", pairs, "import_ratings_people", "results/data/pools/people/deduplicated/000.parquet", quality_rule__ratings={"people": {"path": "own.jsonl"}}),
    own_row("a table of scores", "own.parquet", scores, "score_lookup", "results/indicators/new/lookup/000.parquet", indicators__custom={"lookup": {"table": "own.parquet"}}),
    own_row("your own indicator: a module that it imports", "helper.py", helper, "score_long", "results/indicators/new/long/000.parquet", indicators__custom={"long": {"function": "own:long"}}),
    own_row("your own list of examples for an arm", "own.txt", ids, "choose_arm", "results/comparison/tiny/new/arms/mine/seed0.parquet", comparison={"arms": ["random", "mine"], "lists": {"mine": "own.txt"}}),
    own_row("the prompts of a judge", "own.json", prompts, "gather_prompts", "results/comparison/prompts.parquet", comparison={"arms": ["random", "selected"], "judge": JUDGE}),
    own_row("the file of the rule, if it comes from another run", "own_rule.json", rule, "adopt_quality_rule", "results/quality_rule/tiny/rule.json", quality_rule={"file": "own_rule.json"}),
    own_row("a GGUF file", "gguf/model.gguf", gguf, "prepare_model", "results/models/tiny/model.json", models__tiny__path="gguf", models__tiny__gguf_file="model.gguf"),
    Row(
        "the code of the evaluation, if the size of the selection is searched",
        edit("training/evaluate.py", "losses[i] = loss", "losses[i] = 1 * loss"),
        {"finetune_and_evaluate": SUBSETS + REPLICATES, "gather_observations": 1, "fit_quality_rule": 1, "rank": 1, "search_size": 1},
        before=set_keys(selection={"search": {"low": 4, "high": 8, "trials": 2, "method": "grid"}, "fallback": "rule"}),
        target="results/selection/tiny/new/size.json",
    ),
]  # fmt: skip


def table() -> str:
    """The table of all rows."""
    return "".join(
        f"{line}\n" for line in ["| what changed | what runs again |", "|---|---|", *(row.in_words() for row in ROWS)]
    )


def table_of(text: str) -> str:
    """The table that a page holds."""
    return text.partition(START)[2].partition(END)[0]


def main() -> None:
    """Renew the table of the documentation."""
    text = TABLE.read_text(encoding="utf-8")
    if START not in text:
        sys.exit(f"{TABLE}: there is no line {START.strip()!r} to put the table after")
    TABLE.write_text(
        text.replace(table_of(text), table(), 1) if table_of(text) else text.replace(START, START + table(), 1),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
