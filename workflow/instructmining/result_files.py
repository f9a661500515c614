"""Every file that a run leaves among its results: what it is, and what a table or a JSON file holds.

A test compares the list with the outputs of all rules. `docs/files.md` is made from it (see `result_tables`).
"""

import re
from dataclasses import dataclass

import pyarrow as pa

from instructmining.comparison.benchmarks.result import BenchmarksResult, ModelMeasures, TaskRecords
from instructmining.comparison.compare import ARM_LOSSES
from instructmining.comparison.cost import CostResult
from instructmining.comparison.curves import Curves
from instructmining.comparison.judge.answers import ANSWERS, AnswersReport
from instructmining.comparison.judge.prompts import PROMPTS
from instructmining.comparison.judge.result import JudgeResult, PromptsReport
from instructmining.comparison.judge.verdicts import VERDICTS
from instructmining.comparison.result import ComparisonResult
from instructmining.data.add_up import DataCounts
from instructmining.data.import_ratings import JUDGEMENTS
from instructmining.data.near_duplicates import NEAR_DUPLICATES
from instructmining.data.pool_filter import CONTAMINATED
from instructmining.data.reports import EvalSetReport, PoolReport, RatingsReport, SourceReport
from instructmining.example import EXAMPLES
from instructmining.indicators.results import ScoresReport, ShardReport, SubsetIndicators
from instructmining.indicators.tables import EMBEDDINGS, SCORES
from instructmining.models.record import ModelRecord
from instructmining.quality_rule.across.result import AcrossModels
from instructmining.quality_rule.evidence.result import Diagnostics
from instructmining.quality_rule.losses import EVAL_LOSSES
from instructmining.quality_rule.observations import observations_schema
from instructmining.quality_rule.people.result import PeopleComparison
from instructmining.quality_rule.published import PublishedRule
from instructmining.quality_rule.rule import QualityRule
from instructmining.selection.decision import Decision
from instructmining.selection.export import DATASET
from instructmining.selection.found_size import FoundSize
from instructmining.selection.ranking import ranking_schema
from instructmining.selection.search_size import TRIALS
from instructmining.training.losses import LOSSES
from instructmining.training.record import Record
from instructmining.validation.result import ValidationResult

INDICATOR = ["<indicator>"]


@dataclass(frozen=True)
class ResultFile:
    """A kind of file, or of folder, among the results."""

    path: str
    """Below `results/`; `{name}` stands for any name."""
    what: str
    holds: pa.Schema | type | None = None
    """The schema of a table, or the dataclass of a JSON file."""

    @property
    def pattern(self) -> str:
        """The path without the names that its wildcards have."""
        return re.sub(r"{\w+}", "{}", self.path)

    def matches(self, path: str) -> bool:
        """Whether this is what lies at a path below `results/`."""
        return bool(re.fullmatch(re.escape(self.pattern).replace(r"\{\}", "[^/]+"), path))


FILES = (
    ResultFile("data/sources/{source}.parquet", "the examples of one source", EXAMPLES),
    ResultFile(
        "data/sources/{source}.report.json",
        "how many rows of a source were read, kept and dropped, and why",
        SourceReport,
    ),
    ResultFile("data/sources/{source}.quarantine.jsonl", "bad rows that were set aside, each with the reason"),
    ResultFile("data/eval/{eval_set}.parquet", "the examples of one eval set", EXAMPLES),
    ResultFile("data/eval/{eval_set}.report.json", "how many examples of its sources an eval set kept", EvalSetReport),
    ResultFile("data/pools/{pool}/deduplicated/{shard}.parquet", "a pool without duplicates: what is scored", EXAMPLES),
    ResultFile(
        "data/pools/{pool}/deduplicated.report.json", "how many examples of each source were duplicates", PoolReport
    ),
    ResultFile("data/pools/{pool}/deduplicated.contaminated.parquet", "empty; deleted at once", CONTAMINATED),
    ResultFile(
        "data/pools/{pool}/deduplicated.near_duplicates.parquet", "as for the pool; deleted at once", NEAR_DUPLICATES
    ),
    ResultFile("data/pools/{pool}/{shard}.parquet", "a pool, without what eval sets contain", EXAMPLES),
    ResultFile(
        "data/pools/{pool}.report.json", "how many examples of each source a pool kept and dropped, and why", PoolReport
    ),
    ResultFile("data/pools/{pool}.contaminated.parquet", "the examples that an eval set contains", CONTAMINATED),
    ResultFile(
        "data/pools/{pool}.near_duplicates.parquet",
        "the examples that are much like a kept one, if the config asks for it",
        NEAR_DUPLICATES,
    ),
    ResultFile(
        "data/pools/{ratings}.report.json",
        "how many rows of ratings were read, kept and dropped, and why",
        RatingsReport,
    ),
    ResultFile("data/pools/{ratings}.judgements.parquet", "what people thought of the rated examples", JUDGEMENTS),
    ResultFile("data/counts.json", "how many rows were read and kept of all of these", DataCounts),
    ResultFile(
        "models/{model}/model.json", "a prepared model: where it came from, with the hash of every file", ModelRecord
    ),
    ResultFile("sampling/{subset}.parquet", "the examples of one subset", EXAMPLES),
    ResultFile("indicators/{pool}/{scorer}/{shard}.parquet", "the scores of one shard, by one scorer"),
    ResultFile(
        "indicators/{pool}/{scorer}/{shard}.report.json", "how many examples were scored and truncated", ShardReport
    ),
    ResultFile("indicators/{pool}/gradients/{shard}.parquet", "the projected gradients of one shard", EMBEDDINGS),
    ResultFile(
        "indicators/{pool}/gradients/{shard}.report.json", "how many examples were cut for their gradient", ShardReport
    ),
    ResultFile(
        "indicators/eval_sets/{vectors}/{eval_set}.parquet", "embeddings or gradients of an eval set", EMBEDDINGS
    ),
    ResultFile(
        "indicators/eval_sets/{vectors}/{eval_set}.report.json", "how many of its examples were cut", ShardReport
    ),
    ResultFile("indicators/eval_sets/gradients/adapter", "the warmed-up adapter that gradients are taken in"),
    ResultFile("indicators/{pool}/scores.parquet", "all scores of a pool", SCORES),
    ResultFile(
        "indicators/{pool}/scores.report.json",
        "how many examples of each source each indicator truncated",
        ScoresReport,
    ),
    ResultFile("indicators/{pool}/embeddings.parquet", "the embeddings of a pool", EMBEDDINGS),
    ResultFile("indicators/subsets/{subset}.json", "the indicators of one subset", SubsetIndicators),
    ResultFile(
        "training/{model}/{run}/seed{seed}/record.json", "a fine-tune: its losses, and all that made them", Record
    ),
    ResultFile("training/{model}/{run}/seed{seed}/losses.parquet", "its loss on every eval example", LOSSES),
    ResultFile("training/{model}/{run}/seed{seed}/adapter", "the adapter as `peft` loads it, with its `manifest.json`"),
    ResultFile(
        "quality_rule/{model}/observations.parquet", "what the rule is fitted to", observations_schema(INDICATOR)
    ),
    ResultFile("quality_rule/{model}/losses.parquet", "the loss of every fine-tune on every eval set", EVAL_LOSSES),
    ResultFile("quality_rule/{model}/rule.json", "the rule: all that is needed to apply it", QualityRule),
    ResultFile("quality_rule/{model}/rule.json", "the paper's rule instead, if the config says so", PublishedRule),
    ResultFile("quality_rule/{model}/rule.md", "the rule, with the evidence for and against it, for people"),
    ResultFile("quality_rule/{model}/diagnostics.json", "what the figures of the rule are drawn from", Diagnostics),
    ResultFile(
        "quality_rule/across_models.json", "the rules of all models, eval sets and seeds compared", AcrossModels
    ),
    ResultFile("quality_rule/across_models.md", "the same for people"),
    ResultFile(
        "quality_rule/{model}/{ratings}/people.json",
        "the rule and each indicator against people's ratings",
        PeopleComparison,
    ),
    ResultFile(
        "validation/{model}/{pool}/{number}/ranking.parquet",
        "a pool in the order of the rule that a round of the validation tries",
        ranking_schema(INDICATOR, INDICATOR),
    ),
    ResultFile(
        "validation/{model}/{pool}/{number}/validation.json",
        "what the rule predicts for each choice, and what was observed",
        ValidationResult,
    ),
    ResultFile(
        "validation/{model}/{pool}/{number}/choices.parquet",
        "the choices of a round as observations, for another fit",
        observations_schema(INDICATOR),
    ),
    ResultFile(
        "validation/{model}/{pool}/{number}/observations.parquet",
        "what the rule of a later round is fitted to: subsets, and the choices of earlier rounds",
        observations_schema(INDICATOR),
    ),
    ResultFile("validation/{model}/{pool}/{number}/rule.json", "the rule of a later round", QualityRule),
    ResultFile("validation/{model}/{pool}/{number}/diagnostics.json", "the diagnostics of its fit", Diagnostics),
    ResultFile("selection/{model}/{pool}/decision.json", "whether the selection follows the rule, and why", Decision),
    ResultFile(
        "selection/{model}/{pool}/ranking.parquet",
        "a pool in the order that the selection follows",
        ranking_schema(INDICATOR, INDICATOR),
    ),
    ResultFile("selection/{model}/{pool}/size.json", "the size that a search found", FoundSize),
    ResultFile("selection/{model}/{pool}/trials.parquet", "every size that the search tried", TRIALS),
    ResultFile("selection/{model}/{pool}/selected.jsonl", "the selected examples, best first"),
    ResultFile("selection/{model}/{pool}/card.md", "what they are and how they were chosen, for people"),
    ResultFile("selection/{model}/{pool}/export/{form}.jsonl", "the selection in another form"),
    ResultFile("selection/{model}/{pool}/export/dataset/README.md", "the data card of a `datasets` folder"),
    ResultFile("selection/{model}/{pool}/export/dataset/data/train.parquet", "its table", DATASET),
    ResultFile("selection/{model}/{pool}/export/axolotl.yaml", "a config for axolotl"),
    ResultFile("selection/{model}/{pool}/export/llama_factory.yaml", "a config for LLaMA-Factory"),
    ResultFile("selection/{model}/{pool}/export/dataset_info.json", "the list of data sets that LLaMA-Factory reads"),
    ResultFile("comparison/{model}/{pool}/arms/{arm}/seed{seed}.parquet", "what an arm is tuned on", EXAMPLES),
    ResultFile(
        "comparison/{model}/{pool}/arms/{arm}/seed{seed}.settings.json", "how it is tuned, with `match: tokens`"
    ),
    ResultFile("comparison/{model}/{pool}/comparison.json", "the arms compared", ComparisonResult),
    ResultFile(
        "comparison/{model}/{pool}/predicted.json",
        "what the rule predicts for each arm, and what was observed",
        ValidationResult,
    ),
    ResultFile(
        "comparison/{model}/{pool}/predicted.parquet",
        "the fine-tunes on arms as observations",
        observations_schema(INDICATOR),
    ),
    ResultFile("comparison/{model}/{pool}/losses.parquet", "the loss of every arm, seed and eval set", ARM_LOSSES),
    ResultFile("comparison/{model}/{pool}/sizes.json", "loss over the number of examples", Curves),
    ResultFile("comparison/{model}/{pool}/cost.json", "what choosing cost, and what it saves", CostResult),
    ResultFile("comparison/prompts.parquet", "the prompts of the judge", PROMPTS),
    ResultFile("comparison/prompts.report.json", "how many prompts were left out, and why", PromptsReport),
    ResultFile("comparison/{model}/{pool}/answers/{arm}/seed{seed}.parquet", "an arm's answers to them", ANSWERS),
    ResultFile("comparison/{model}/{pool}/answers/{arm}/seed{seed}.json", "how they were generated", AnswersReport),
    ResultFile("comparison/{model}/{pool}/verdicts/{arm}.parquet", "the judge's verdict on each pair", VERDICTS),
    ResultFile("comparison/{model}/{pool}/judge.json", "the verdicts counted", JudgeResult),
    ResultFile(
        "comparison/benchmark_tasks.json", "the tasks of the benchmarks: version, questions and their hash", TaskRecords
    ),
    ResultFile(
        "comparison/{model}/{pool}/benchmarks/{arm}/seed{seed}.json", "one fine-tune on each task", ModelMeasures
    ),
    ResultFile("comparison/{model}/{pool}/benchmarks.json", "the arms compared on each task", BenchmarksResult),
    ResultFile("comparison/{model}/{pool}/benchmarks.csv", "one row per arm, seed and task"),
    ResultFile("report/{model}/{figure}.svg", "a figure of a rule"),
    ResultFile("report/{model}/{figure}.csv", "the table that it is drawn from"),
    ResultFile("report/{model}/{pool}/{figure}.svg", "a figure of a validation, a selection, a comparison or ratings"),
    ResultFile("report/{model}/{pool}/{figure}.csv", "the table that it is drawn from"),
    ResultFile("report/{model}/{pool}/examples.html", "the first and the last examples of the ranking"),
    ResultFile("report/across_models.svg", "the coefficients of all models, eval sets and seeds side by side"),
    ResultFile("report/across_models.csv", "the table that it is drawn from"),
    ResultFile("explorer/index.html", "the page to look at every example, opened from disk"),
    ResultFile("explorer/assets", "its code"),
    ResultFile("explorer/data/pools/{pool}", "the examples and scores that it shows"),
    ResultFile("explorer/data/rankings/{model}/{pool}.js", "the ranking that it shows"),
    ResultFile("explorer/data/rankings.js", "which rankings there are"),
    ResultFile("report.html", "the report: verdict, rule, validation, arms, warnings, costs, data in and out, figures"),
    ResultFile("summary.txt", "its short version for the terminal"),
)


def file_at(path: str) -> ResultFile | None:
    """What lies at a path below `results/`, by the row that names most of the path; None where no row does."""
    rows = [row for row in FILES if row.matches(path)]
    return max(rows, key=lambda row: len(row.pattern.replace("{}", "")), default=None)
