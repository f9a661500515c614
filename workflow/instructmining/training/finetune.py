"""Tune an adapter on the responses of a set of examples."""

import logging
import math
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import torch
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from transformers import get_scheduler

from instructmining.models.batches import budget_batches, is_out_of_memory, make_batch
from instructmining.models.likelihood import response_losses
from instructmining.models.load import pick_device
from instructmining.models.prompt import Tokens
from instructmining.progress import Progress
from instructmining.training.checkpoint import Checkpoint, State
from instructmining.training.settings import Training
from instructmining.training.step import Step


def add_adapter(model: Any, settings: Training, seed: int) -> Any:
    """The base model with a new LoRA adapter (Hu et al. 2021: W + alpha / rank * B A), which alone is trained."""
    torch.manual_seed(seed)
    if settings.quantisation:
        model = prepare_model_for_kbit_training(  # type: ignore[no-untyped-call]
            model, use_gradient_checkpointing=settings.gradient_checkpointing
        )
    elif settings.gradient_checkpointing:
        model.gradient_checkpointing_enable()
        model.enable_input_require_grads()
    lora = settings.lora
    return get_peft_model(
        model,
        LoraConfig(
            r=lora.rank,
            lora_alpha=lora.alpha,
            lora_dropout=lora.dropout,
            target_modules=lora.targets,
            task_type="CAUSAL_LM",
        ),
    )


def finetune(
    model: Any,
    conversations: list[Tokens],
    settings: Training,
    seed: int,
    pad: int,
    checkpoint: Checkpoint | None = None,
) -> list[Step]:
    """Train the adapter in place; the batches depend only on the seed and the number of examples.

    Without conversations no step is taken: a new adapter leaves the base model as it is. With a `checkpoint`, training
    resumes from the last one saved and gives the same adapter as if it had never stopped.
    """
    steps = count_steps(len(conversations), settings)
    state = start_state(model, settings, steps)
    if checkpoint:
        checkpoint.resume(state)
    trained, batch_size = list(state.parameters.values()), min(settings.batch_size, len(conversations))
    order = islice(example_order(len(conversations), seed), len(state.history) * batch_size, None)
    progress = Progress("fine-tuning", steps, "steps", done=len(state.history))
    model.train()
    for number in range(len(state.history), steps):
        batch = [conversations[next(order)] for _ in range(batch_size)]
        loss = accumulate_gradients(model, batch, settings.micro_batch_tokens, pad)
        torch.nn.utils.clip_grad_norm_(trained, settings.max_grad_norm)
        tokens = sum(len(conversation) for conversation in batch)
        state.history.append(Step(loss, tokens, float(state.schedule.get_last_lr()[0])))
        state.optimizer.step()
        state.optimizer.zero_grad()
        state.schedule.step()
        if number >= (first := max(steps - settings.average, 0)):
            state.add_to_mean(number - first)
        progress.show(number + 1, f"loss {loss:.3f}")
        if checkpoint:
            checkpoint.after_step(state)
    if steps:
        state.take_mean()
    model.eval()
    return state.history


def start_state(model: Any, settings: Training, steps: int) -> State:
    """What training starts from: the new adapter, AdamW, the schedule."""
    parameters = {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}
    optimizer = torch.optim.AdamW(parameters.values(), lr=settings.learning_rate, weight_decay=settings.weight_decay)
    schedule = get_scheduler(settings.schedule, optimizer, math.ceil(settings.warmup * steps), steps)
    return State(parameters, optimizer, schedule)


def count_steps(examples: int, settings: Training) -> int:
    """Optimizer steps: as set, or as many batches as it takes to see every example `epochs` times; 0 without any."""
    if not examples:
        return 0
    return settings.steps or math.ceil(settings.epochs * examples / min(settings.batch_size, examples))


def example_order(examples: int, seed: int) -> Iterator[int]:
    """Positions of examples without end, each epoch in a new random order."""
    generator = np.random.default_rng(seed)
    while True:
        yield from generator.permutation(examples).tolist()


def accumulate_gradients(model: Any, batch: list[Tokens], budget: int, pad: int) -> float:
    """Add the gradient of the mean loss per response token of the whole batch; returns that loss.

    The batch is split into micro-batches under a token budget. If memory runs out, the gradient is computed again with
    half the budget, so that the result never depends on memory.
    """
    try:
        return _accumulate(model, batch, budget, pad)
    except (RuntimeError, MemoryError) as error:
        if budget <= max(len(tokens) for tokens in batch) or not is_out_of_memory(error):
            raise
    logging.info("out of memory at %d tokens per micro-batch; repeating the step with half as many", budget)
    model.zero_grad()
    torch.cuda.empty_cache()
    return accumulate_gradients(model, batch, budget // 2, pad)


def _accumulate(model: Any, batch: list[Tokens], budget: int, pad: int) -> float:
    device = pick_device()
    response_tokens = sum(len(tokens.response) for tokens in batch)
    total = 0.0
    for group in budget_batches([len(tokens) for tokens in batch], budget):
        losses = response_losses(model, make_batch([batch[i] for i in group], pad).to(device))
        loss = losses.sum() / response_tokens
        loss.backward()  # type: ignore[no-untyped-call]
        total += loss.item()
    if not math.isfinite(total):
        raise FloatingPointError(
            f"the training loss is {total}; lower training.learning_rate, or set training.dtype to fp32 or bf16"
        )
    return total
