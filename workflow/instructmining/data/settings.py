"""Settings of sources, pools and eval sets."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from instructmining.settings import Name, Settings, Untracked

Role = Literal["fit", "search", "test"]
Form = Literal["alpaca", "dolly", "self_instruct", "sharegpt", "messages"]
MessageRole = Literal["system", "developer", "user", "assistant", "tool"]
Degradation = Literal["responses_shuffled", "responses_truncated", "words_shuffled"]


def _is_path(value: object) -> object:
    """A path, or several different ones; raises ValueError for anything else."""
    paths = value if isinstance(value, list) else [value]
    if not paths or not all(isinstance(path, str) and path.strip() and "\0" not in path for path in paths):
        raise ValueError("is empty" if value in ("", []) else f"found {value!r}, expected a path or a list of paths")
    if twice := [path for number, path in enumerate(paths) if path in paths[:number]]:
        raise ValueError(f"{twice[0]} is named twice")
    return value


DataPath = Annotated[str | list[str], BeforeValidator(_is_path)]
"""A file, a folder, a pattern such as `data/*.jsonl`, or a list of these."""


class Fields(Settings):
    """Which fields of a row hold its parts, where no known form fits."""

    instruction: str
    """Field that holds the instruction."""
    response: str
    """Field that holds the response."""
    input: str | None = None
    """Field that holds further input to the instruction, if any."""
    system: str | None = None
    """Field that holds a system message, if any."""
    history: str | None = None
    """Field that holds earlier turns, if any: pairs of the user's and the assistant's text, or turns."""
    tools: str | None = None
    """Field that holds the definitions of tools, if any."""


class Documentation(Settings):
    """Instruction-response pairs made at run time from the docstrings of installed packages, read but never run."""

    packages: Annotated[list[str], Field(min_length=1)]
    """Importable packages or modules, such as `json` or `scipy.stats`."""
    max_words: Annotated[int, Field(ge=5)] = 40
    """Longer answers are cut after the last sentence that fits; pairs without such a sentence are left out."""


class Tasks(Settings):
    """Generated tasks with verifiable answers (arithmetic, sorting, counting, spelling)."""

    count: Annotated[int, Field(ge=1)]
    """Number of tasks."""


class Degrade(Settings):
    """A variant of another source, made worse on purpose, so that the run contains a known truth."""

    source: Name
    """The source to degrade."""
    how: Degradation
    """What is done to a response: exchanged with another, truncated to a few words, or its words shuffled."""
    fraction: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Share of the examples to degrade; the others remain unchanged."""


class Source(Settings):
    """One data set to import: exactly one of `path`, `hub`, `documentation`, `tasks`, `degrade`."""

    path: Annotated[DataPath | None, Untracked()] = None
    """JSON, CSV or Parquet: a file, a folder, a pattern such as `data/*.jsonl`, or a list of these (docs/data.md)."""
    hub: str | None = None
    """A data set on the Hugging Face hub, such as `tatsu-lab/alpaca`."""
    documentation: Documentation | None = None
    """Pairs made from the docstrings of installed packages."""
    tasks: Tasks | None = None
    """Generated tasks."""
    degrade: Degrade | None = None
    """A degraded variant of another source."""
    revision: str | None = None
    """Hub only: the commit to load."""
    split: str = "train"
    """Hub only: the split to load."""
    configuration: str | None = None
    """Hub only: the configuration of the data set, where it has several."""
    form: Form | None = None
    """The form of every row; if not given, each row is read in its own form."""
    fields: Fields | None = None
    """An explicit mapping of fields, instead of a form."""
    roles: dict[str, MessageRole] = {}
    """Roles by the names that the source gives them, beside the known ones: `{narrator: assistant}`."""
    ignore: list[str] = []
    """Fields, and keys of turns, to leave out although they change what a row means; they are counted."""
    trim: bool = False
    """Cut what comes after the last answer, such as a question that nobody answered; counted in the report."""
    on_bad_row: Literal["stop", "quarantine"] = "stop"
    """`stop` at the first bad row, or `quarantine`: move bad rows to a file and count them in the report."""
    limit: Annotated[int, Field(ge=1)] | None = None
    """Keep at most this many examples, drawn at random with the seed of the config."""
    licence: str | None = None
    """Licence of the data, for the card of a selection."""

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        origins: dict[str, object] = {"path": self.path, "hub": self.hub, "documentation": self.documentation}
        origins |= {"tasks": self.tasks, "degrade": self.degrade}
        given = [name for name, origin in origins.items() if origin is not None]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of {', '.join(origins)}; found {', '.join(given) or 'none'}")
        if self.form and self.fields:
            raise ValueError("give either form or fields, not both")
        of_hub = sorted({"revision", "split", "configuration"} & self.model_fields_set)
        if of_hub and self.hub is None:
            raise ValueError(f"found {', '.join(of_hub)} beside {given[0]}; hub only, so leave them out")
        return self


class Pool(Settings):
    """A pool: all examples of some sources, deduplicated and decontaminated."""

    sources: Annotated[list[Name], Field(min_length=1)]
    """Sources in order of precedence: of equal examples, the one of the first source is kept."""
    shards: Annotated[int, Field(ge=1, le=1000)] = 1
    """Number of files that the pool is split into; each is scored by a separate job."""
    max_overlap: Annotated[float, Field(gt=0, le=1)] = 0.5
    """An example is dropped if at least this share of its prompt's 8-grams occurs in the prompts of one eval set, or
    this share of an eval answer's 8-grams in the example. What many prompts share, such as a preamble, does not count.
    """
    near_duplicates: Annotated[float, Field(ge=0.5, le=1, strict=True)] | None = None
    """Such as 0.8: drop an example that is at least so similar to an earlier one, by the Jaccard index of their
    five-word shingles. If not given, equal examples alone are duplicates."""


class EvalSet(Settings):
    """Examples to measure loss on."""

    sources: Annotated[list[Name], Field(min_length=1)]
    """Sources of the eval set; none may be in a pool."""
    role: Role
    """`fit` (the rule is fitted to it), `search` (sizes are searched on it) or `test` (results are reported on it)."""
    part: Annotated[str, StringConstraints(pattern=r"^[1-9]\d*/[1-9]\d*$")] | None = None
    """Such as `1/2`: the first of two disjoint parts of the sources, split by the hash of the prompt."""
    limit: Annotated[int, Field(ge=1)] | None = None
    """Keep at most this many examples, drawn at random with the seed of the config."""


class Ratings(Settings):
    """What people preferred: pairs of responses with the better one marked, or a rating of each example.

    Rows of pairs: `chosen` and `rejected` (text, an object or turns), with their prompt as in any form: `prompt`,
    `instruction` or `question` (with `input`, `context`, `system`, `history`), or turns. Rows of ratings: an example in
    any known form and a number.
    """

    path: Annotated[DataPath, Untracked()]
    """JSON, CSV or Parquet: a file, a folder, a pattern such as `data/*.jsonl`, or a list of these (docs/data.md)."""
    rating: str | None = None
    """Column of the rating, higher is better; if not given, the rows are pairs."""
    pool: Name | None = None
    """Ratings only: the rows have no text, but the `id` of an example in this pool."""
    ignore: list[str] = []
    """Fields, and keys of turns, to leave out although they change what a row means; they are counted."""
    limit: Annotated[int, Field(ge=1)] | None = None
    """Keep at most this many rows, drawn at random with the seed of the config."""
    on_bad_row: Literal["stop", "quarantine"] = "stop"
    """`stop` at the first bad row, or `quarantine`: leave bad rows out and count them in the report."""
    licence: str | None = None
    """Licence of the data."""

    @model_validator(mode="after")
    def _ids_have_ratings(self) -> Self:
        if self.pool and not self.rating:
            raise ValueError("pool is for ratings by ID only; name the column of the rating in `rating`")
        return self
