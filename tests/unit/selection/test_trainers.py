"""The configs of trainers say what `training` says, each in its own keys."""

from typing import Any

import pytest
import yaml

from instructmining.models.settings import BaseModel
from instructmining.selection.export import rows_of
from instructmining.selection.trainers import Handover, axolotl, dataset_info, llama_factory
from instructmining.training.settings import Lora, Training
from tests.conftest import tool_example
from tests.unit.selection.made import MODEL, SEVERAL, example


def handover(form: Any, training: Training = Training(), model: BaseModel = MODEL, several: int = 0) -> Handover:  # noqa: B008
    fields = tuple(rows_of([example(1), SEVERAL] if several else [example(1)], form)[0])
    return Handover(form, fields, several, 0, "Qwen/Qwen3-0.6B", model, training)


@pytest.mark.parametrize("form", ["alpaca", "messages", "sharegpt"])
def test_axolotl_is_pointed_at_the_file_in_its_form(form: str) -> None:
    config = yaml.safe_load(axolotl(handover(form)))
    assert config["datasets"][0]["path"] == f"{form}.jsonl"
    expected = {
        "alpaca": {"type": "alpaca"},
        "messages": {"field_messages": "messages", "message_property_mappings": {"role": "role", "content": "content"}},
        "sharegpt": {
            "field_messages": "conversations",
            "message_property_mappings": {"role": "from", "content": "value"},
        },
    }
    assert expected[form].items() <= config["datasets"][0].items()


def test_both_trainers_get_the_values_of_the_config() -> None:
    training = Training(
        lora=Lora(rank=4, alpha=32), learning_rate=1e-3, batch_size=16, max_tokens=512, steps=40, dtype="bf16"
    )
    first, second = (yaml.safe_load(write(handover("messages", training))) for write in (axolotl, llama_factory))
    assert (first["base_model"], first["revision_of_model"]) == ("Qwen/Qwen3-0.6B", "abc")
    assert (second["model_name_or_path"], second["model_revision"]) == ("Qwen/Qwen3-0.6B", "abc")
    assert (first["adapter"], first["lora_r"], first["lora_alpha"], first["lora_target_linear"]) == (
        "lora",
        4,
        32,
        True,
    )
    assert (second["finetuning_type"], second["lora_rank"], second["lora_target"]) == ("lora", 4, "all")
    assert first["micro_batch_size"] * first["gradient_accumulation_steps"] == 16
    assert second["per_device_train_batch_size"] * second["gradient_accumulation_steps"] == 16
    assert (first["sequence_len"], second["cutoff_len"]) == (512, 512)
    assert first["max_steps"] == second["max_steps"] == 40
    assert first["learning_rate"] == second["learning_rate"] == 1e-3
    assert first["bf16"] is second["bf16"] is True


def test_quantisation_and_named_modules_are_handed_on() -> None:
    training = Training(quantisation="nf4", lora=Lora(targets=["q_proj", "v_proj"]))
    first, second = (yaml.safe_load(write(handover("messages", training))) for write in (axolotl, llama_factory))
    assert (first["adapter"], first["load_in_4bit"], first["lora_target_modules"]) == (
        "qlora",
        True,
        ["q_proj", "v_proj"],
    )
    assert (second["quantization_bit"], second["lora_target"]) == (4, "q_proj,v_proj")


def test_llama_factory_is_told_where_the_turns_stand() -> None:
    assert dataset_info(handover("sharegpt"))["selection"]["columns"] == {"messages": "conversations"}
    described = dataset_info(handover("messages"))["selection"]
    assert (described["formatting"], described["columns"]) == ("sharegpt", {"messages": "messages"})
    assert described["tags"]["user_tag"] == "user"
    assert "history" not in dataset_info(handover("alpaca"))["selection"]["columns"]
    assert dataset_info(handover("alpaca", several=1))["selection"]["columns"]["history"] == "history"


def test_what_axolotl_would_leave_out_is_said() -> None:
    assert "1 examples have several turns" in axolotl(handover("alpaca", several=1))
    assert "several turns" not in axolotl(handover("messages", several=1))


def test_both_trainers_are_told_where_tools_are() -> None:
    rows = {form: tuple(rows_of([tool_example()], form)[0]) for form in ("messages", "sharegpt")}
    messages, sharegpt = (Handover(form, fields, 1, 1, "m", MODEL, Training()) for form, fields in rows.items())  # type: ignore[arg-type]
    described = dataset_info(messages)["selection"]
    assert (described["formatting"], described["columns"]["tools"]) == ("openai", "tools")
    assert dataset_info(sharegpt)["selection"]["formatting"] == "sharegpt"
    assert dataset_info(sharegpt)["selection"]["tags"]["observation_tag"] == "observation"
    assert yaml.safe_load(axolotl(messages))["datasets"][0]["field_tools"] == "tools"
    assert "1 examples use tools" in axolotl(sharegpt) and "use tools" not in axolotl(messages)


@pytest.mark.parametrize(("turns", "masked"), [("last", True), ("all", False)])
def test_llama_factory_learns_the_turns_that_the_config_says(turns: Any, masked: bool) -> None:
    assert yaml.safe_load(llama_factory(handover("messages", Training(turns=turns))))["mask_history"] is masked
