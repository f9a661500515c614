"""A whole run on tiny models of the real classes, in a working directory of its own, and what a dry run would do next."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from instructmining.jobs.definitions import defined
from tests.conftest import ROOT, WORDS, tiny_llama
from tests.tiny_models import t5_tokenizer, tiny_t5, write_open_assistant

LIMIT_SECONDS = 3600  # an outer limit, for a machine that many share


@dataclass(frozen=True)
class Run:
    """A working directory with a copy of the workflow."""

    folder: Path

    def snakemake(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run snakemake here, with an outer time limit; `variables` are set in its environment."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "HF_HUB_OFFLINE": "1", **variables}
        return subprocess.run(
            ["snakemake", "--configfile", "config.yaml", "--cores", "2", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
        )

    def finish(self) -> None:
        """Run all that is to be done; the test fails with the log where it does not end well."""
        done = self.snakemake("--show-failed-logs")
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-10000:]

    def to_do(self, target: str = "all", **variables: str) -> dict[str, int]:
        """The jobs that a dry run would run now, by rule, the target itself left out."""
        dry = self.snakemake("--dry-run", target, **variables)
        assert dry.returncode == 0, dry.stderr
        counts = re.findall(r"^(\w+) +(\d+)$", dry.stdout + dry.stderr, re.MULTILINE)
        return {rule: int(count) for rule, count in counts if rule not in {"total", target}}

    def executed(self) -> dict[str, set[tuple[str, str]]]:
        """The functions of the package that the jobs of each command ran, by module and name (see executed.py)."""
        found: dict[str, set[tuple[str, str]]] = {}
        for path in (self.folder / "executed").iterdir():
            for module, name, line in map(str.split, path.read_text().splitlines()):
                piece = value_at(module, int(line)) if name.startswith("<") else name
                found.setdefault(path.name.rsplit(".", 2)[0], set()).add((module, piece))
        return found

    def rules(self) -> set[str]:
        """The names of all rules that the config gives."""
        return {line.split()[0] for line in self.snakemake("--list-rules").stdout.splitlines() if line.strip()}

    def made_by_rule(self) -> dict[str, str]:
        """The first output of a job of each rule, by what Snakemake's summary says."""
        rows = [line.split("\t") for line in self.snakemake("--summary").stdout.splitlines()[1:]]
        return {rule: output for output, _, rule, _, status, _ in reversed(rows) if status == "ok"}

    def config(self) -> dict[str, Any]:
        """The config of this run."""
        values: dict[str, Any] = yaml.safe_load((self.folder / "config.yaml").read_text())
        return values

    def set_config(self, values: dict[str, Any]) -> None:
        """Change the config of this run."""
        (self.folder / "config.yaml").write_text(yaml.safe_dump(values))

    def copy(self, folder: Path) -> "Run":
        """The same run elsewhere, times of files included."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Run(folder)


def value_at(module: str, line: int) -> str:
    """The value at the top of a module of the package whose statement holds a line, such as that of a lambda."""
    tree = ast.parse((ROOT / "workflow" / Path(*module.split(".")).with_suffix(".py")).read_text())
    (statement,) = [node for node in tree.body if node.lineno <= line <= (node.end_lineno or 0)]
    return defined(statement)[0]


def lay_out(folder: Path, tokenizer: Any) -> None:
    """A copy of the workflow, data, models and config."""
    shutil.copytree(ROOT / "workflow", folder / "workflow", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "tests" / "workflow" / "executed.py", folder / "workflow" / "sitecustomize.py")
    shutil.copy(ROOT / "Snakefile", folder)
    write_models(folder / "models", tokenizer)
    (folder / "mine.py").write_text("def brevity(examples):\n    return [-len(e.response) for e in examples]\n")
    for number, name in enumerate(("first", "second", "third", "new", "evaluation", "final")):
        write_source(folder / "data" / f"{name}.jsonl", number)
    Run(folder).set_config(CONFIG)


def write_models(folder: Path, tokenizer: Any) -> None:
    """A Llama with two layers, a sentence encoder made of a BERT with one, a reward model and a T5."""
    import torch
    from sentence_transformers import SentenceTransformer, models
    from transformers import BertConfig, BertModel

    tiny_llama().save_pretrained(folder / "llama")
    tokenizer.save_pretrained(folder / "llama")
    torch.manual_seed(0)
    size = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    BertModel(BertConfig(vocab_size=64, **size)).save_pretrained(folder / "bert")
    tokenizer.save_pretrained(folder / "bert")
    write_open_assistant(folder / "reward")
    tiny_t5().save_pretrained(folder / "t5")
    t5_tokenizer().save_pretrained(folder / "t5")
    transformer = models.Transformer(str(folder / "bert"), max_seq_length=64)
    SentenceTransformer(modules=[transformer, models.Pooling(16)]).save(str(folder / "encoder"))


def write_source(path: Path, number: int) -> None:
    """Forty rows whose words differ from those of other sources."""
    path.parent.mkdir(exist_ok=True)
    rows = [
        {
            "instruction": f"what is {WORDS[(i * 7 + number) % 24]} and {WORDS[(i + number) % 24]} of {number} {i}",
            "input": "",
            "output": " ".join(WORDS[(i * (j + 1) + number * 5) % 24] for j in range(3 + (i + number) % 9)),
        }
        for i in range(40)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


CONFIG: dict[str, Any] = {
    "seed": 0,
    "sources": {
        **{name: {"path": f"data/{name}.jsonl"} for name in ("first", "second", "new", "evaluation", "final")},
        "shuffled": {"degrade": {"source": "first", "how": "words_shuffled"}},
    },
    "pools": {"candidates": {"sources": ["first", "second", "shuffled"], "shards": 2}, "new": {"sources": ["new"]}},
    "eval_sets": {
        "fit": {"sources": ["evaluation"], "role": "fit", "part": "1/2"},
        "search": {"sources": ["evaluation"], "role": "search", "part": "2/2"},
        "test": {"sources": ["final"], "role": "test"},
    },
    "sampling": {"subsets": 6, "examples": 12, "replicated": 1, "seeds": 2},
    "indicators": {
        "text": {"model": "tiny"},
        "likelihood": {"model": "tiny", "dtype": "fp32"},
        "embedding": {"model": {"path": "models/encoder"}},
        "reward": {"model": {"path": "models/reward"}, "prompt": "open_assistant", "dtype": "fp32", "parameters": 1e5},
        "unieval": {"model": {"path": "models/t5"}, "dtype": "fp32", "parameters": 1e5},
        "custom": {"brevity": {"function": "mine:brevity"}},
    },
    "models": {"tiny": {"path": "models/llama", "template": "plain", "parameters": 1e5}},
    "training": {"dtype": "fp32", "batch_size": 4, "epochs": 1, "learning_rate": 0.01},
    "quality_rule": {"indicators": ["len_out", "ifd"]},
    "validation": None,
    "selection": {"examples": 10, "fallback": "rule"},
    "comparison": {"arms": ["selected", "random", "longest", "full"], "seeds": 2},
}
