"""Settings of sources, pools and eval sets."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from instructmining.settings import Name, Settings, Untracked

Role = Literal["fit", "search", "test"]
Form = Literal["alpaca", "dolly", "self_instruct", "sharegpt", "messages"]
Degradation = Literal["responses_shuffled", "responses_truncated", "words_shuffled"]


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

    path: Annotated[str | None, Untracked()] = None
    """A local .json, .jsonl, .csv or .parquet file, or one of these with .gz or .zst."""
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
    """The form of a row; detected from the first rows if not given."""
    fields: Fields | None = None
    """An explicit mapping of fields, instead of a form."""
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
    """An example is dropped if at least this share of its prompt's 8-grams occurs in the prompts of one eval set."""


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

    Rows of pairs: `chosen` and `rejected` (text, or turns), with their `messages`, `prompt` or `instruction`. Rows of
    ratings: an example in any known form and a number.
    """

    path: Annotated[str, Untracked()]
    """A local .parquet, .csv, .json or .jsonl file, or one of these with .gz or .zst."""
    rating: str | None = None
    """Column of the rating, higher is better; if not given, the rows are pairs."""
    pool: Name | None = None
    """Ratings only: the rows have no text, but the `id` of an example in this pool."""
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
