"""What `people.json` holds: how far a rule and the indicators agree with what people thought of examples."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval."""

    value: float
    """The estimate."""
    low: float
    """Lower end of the interval, over prompts; that of a fitted rule also holds the errors of its coefficients."""
    high: float
    """Upper end of it."""


@dataclass(frozen=True)
class AgreementWithPeople:
    """How far one measure agrees with people; None where there is too little to tell."""

    measure: str
    """`rule`, an indicator, or `length`."""
    accuracy: Interval | None
    """Share of the pairs in which the better example has the higher value; a tie counts half."""
    beyond_length: Interval | None
    """That share minus the one of length by itself."""
    matched_accuracy: Interval | None
    """That share among the pairs of equally long responses."""
    adjusted: Interval | None
    """Log odds of naming the better one, per SD of the difference in the measure, with the lengths held fixed; here the
    rule is taken as it is."""
    spearman: Interval | None
    """Rank correlation with the ratings."""
    partial_spearman: Interval | None
    """The same with the length of the response held fixed."""


@dataclass(frozen=True)
class PeopleComparison:
    """How far the rule and each indicator agree with what people thought of examples."""

    model: str
    """The base model that the rule is for."""
    ratings: str
    """Name of the ratings in the config."""
    confidence: float
    """Level of all intervals, which are over prompts."""
    judgements: int
    """Judgements that people gave."""
    rating: str
    """What the rating of an example is, in words."""
    alike: float
    """Two responses count as equally long when the longer has at most this many times the characters of the shorter."""
    pairs: int
    """Pairs of examples of which people thought one the better."""
    matched_pairs: int
    """Of these, pairs with responses of about equal length."""
    rated: int
    """Examples that have a rating."""
    prompts: int
    """Prompts that these respond to."""
    left_out: dict[str, str]
    """Measures that are left out, and why."""
    measures: tuple[AgreementWithPeople, ...]
    """The rule, every indicator, and `length`, which comes last."""
    sentences: tuple[str, ...] = ()
    """What came out for the rule and for the length, in words."""
