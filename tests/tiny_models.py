"""Tiny models of the classes that the paper's indicators use, with random weights, made on the spot."""

import json
from pathlib import Path
from typing import Any

from tests.conftest import WORDS

SPECIAL = ["<pad>", "</s>", "<unk>", "[CLS]", "[SEP]", "<s>", "<|prompter|>", "<|assistant|>", "<|endoftext|>"]
MORE_WORDS = ["Yes", "No", "question:", "response:", "dialogue", "history:", "Is", "this", "natural", "User:", "in"]
VOCABULARY = 64
SIZE = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
}
CHAT = "{{ bos_token }}{% for m in messages %}{{ m['role'] }} : {{ m['content'] | trim }} <|endoftext|> {% endfor %}{% if add_generation_prompt %}assistant : {% endif %}"
WITH_TOOLS = (
    "{% if tools %}{{ tools | tojson }} {% endif %}{% for m in messages %}{{ m['role'] }} :"
    "{% if m.reasoning_content and REASONS %} ( {{ m.reasoning_content }} ){% endif %} {{ m['content'] }} "
    "{% for c in m.tool_calls or [] %}{{ c.function.name }} {{ c.function.arguments | tojson }} {% endfor %}"
    "<|endoftext|> {% endfor %}{% if add_generation_prompt %}assistant :{% endif %}"
)
EVERYWHERE, AT_THE_END = (WITH_TOOLS.replace("REASONS", where) for where in ("true", "loop.last"))
"""Chat templates that know tools, calls, their results and reasoning; one forgets reasoning once other turns follow."""

LLAMA_CPP = {
    "model.embed_tokens": "token_embd",
    "model.layers": "blk",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "post_attention_layernorm": "ffn_norm",
    "input_layernorm": "attn_norm",
    "model.norm": "output_norm",
    "lm_head": "output",
}
"""The names of weights of a Llama in GGUF files, by those of `transformers`."""


def word_tokenizer(single: str = "$A", pair: str = "$A $B", **special: str) -> Any:
    """A tokenizer of whole words, with the special tokens of several families and a post-processor as given."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = {word: number for number, word in enumerate([*SPECIAL, *MORE_WORDS, *WORDS])}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    marks = [(token, vocabulary[token]) for token in SPECIAL]
    words.post_processor = processors.TemplateProcessing(single=single, pair=pair, special_tokens=marks)
    return PreTrainedTokenizerFast(
        tokenizer_object=words,
        unk_token="<unk>",
        extra_special_tokens=SPECIAL[6:],
        **{"eos_token": "</s>", "pad_token": "<pad>", **special},
    )


def pair_tokenizer() -> Any:
    """A tokenizer that puts a pair as DeBERTa's does."""
    return word_tokenizer("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", cls_token="[CLS]", sep_token="[SEP]")


def chat_tokenizer(template: str = CHAT) -> Any:
    """A tokenizer with a chat template, whose end token serves as padding, as many Llamas' does."""
    return word_tokenizer(bos_token="<s>", eos_token="<|endoftext|>", pad_token="<|endoftext|>", chat_template=template)


def t5_tokenizer() -> Any:
    """A tokenizer that ends a text as T5's does."""
    return word_tokenizer("$A </s>", "$A </s> $B </s>")


def tiny_deberta() -> Any:
    """A DeBERTa-v3 with a head of one output."""
    import torch
    from transformers import DebertaV2Config, DebertaV2ForSequenceClassification

    torch.manual_seed(0)
    relative = {
        "relative_attention": True,
        "position_buckets": 16,
        "pos_att_type": ["p2c", "c2p"],
        "share_att_key": True,
    }
    config = DebertaV2Config(
        **SIZE, **relative, max_position_embeddings=256, norm_rel_ebd="layer_norm", type_vocab_size=0, num_labels=1
    )
    return DebertaV2ForSequenceClassification(config).eval()


def tiny_llama_classifier() -> Any:
    """A Llama with a head of one output."""
    import torch
    from transformers import LlamaConfig, LlamaForSequenceClassification

    torch.manual_seed(0)
    return LlamaForSequenceClassification(LlamaConfig(**SIZE, num_key_value_heads=2, num_labels=1)).eval()


def tiny_t5() -> Any:
    """A T5 of the first version, with tied embeddings, as UniEval's is."""
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    torch.manual_seed(0)
    config = T5Config(
        vocab_size=VOCABULARY, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4, decoder_start_token_id=0
    )
    model = T5ForConditionalGeneration(config).eval()
    model.shared.weight.data.normal_(0, 0.3)
    return model


def write_open_assistant(folder: Path) -> dict[str, Any]:
    """A GPT-NeoX reward model as Open-Assistant wrote them, old names in its config and buffers among its weights."""
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(0)
    hidden, layers = 32, 2
    shapes = {"gpt_neox.embed_in.weight": (VOCABULARY, hidden), "out_proj.weight": (1, hidden), "out_proj.bias": (1,)}
    for norm in (
        "gpt_neox.final_layer_norm",
        *(f"gpt_neox.layers.{i}.{n}_layernorm" for i in range(layers) for n in ("input", "post_attention")),
    ):
        shapes |= {f"{norm}.weight": (hidden,), f"{norm}.bias": (hidden,)}
    linear = {
        "attention.query_key_value": (3 * hidden, hidden),
        "attention.dense": (hidden, hidden),
        "mlp.dense_h_to_4h": (64, hidden),
        "mlp.dense_4h_to_h": (hidden, 64),
    }
    for i in range(layers):
        for name, shape in linear.items():
            shapes |= {f"gpt_neox.layers.{i}.{name}.weight": shape, f"gpt_neox.layers.{i}.{name}.bias": shape[:1]}
    weights = {name: torch.randn(shape) * 0.2 + ("norm.weight" in name) for name, shape in shapes.items()}
    buffers = {f"gpt_neox.layers.{i}.attention.masked_bias": torch.tensor(-1e9) for i in range(layers)}
    folder.mkdir(parents=True, exist_ok=True)
    save_file(weights | buffers, folder / "model.safetensors", metadata={"format": "pt"})
    config = {
        "architectures": ["GPTNeoXRewardModel"], "model_type": "gpt_neox_reward_model", "pooling": "last", "is_reward_model": True,
        "rotary_pct": 0.25, "rotary_emb_base": 10000, "use_parallel_residual": True, "hidden_act": "gelu", "max_position_embeddings": 256,
        "layer_norm_eps": 1e-5, "torch_dtype": "float32", "bos_token_id": 8, "eos_token_id": 8, **SIZE,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    word_tokenizer(bos_token="<|endoftext|>", eos_token="<|endoftext|>", pad_token="<pad>").save_pretrained(folder)
    return weights


def write_gguf(model: Any, path: Path) -> None:
    """A Llama as llama.cpp keeps it, where the halves of the rows of a head's queries and keys are interleaved."""
    from gguf import GGUFWriter

    path.parent.mkdir(parents=True, exist_ok=True)
    writer, config = GGUFWriter(str(path), "llama"), model.config
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(["AB", *(chr(ord("A") + i) for i in range(config.vocab_size - 1))])
    writer.add_token_merges(["A B"])
    writer.add_eos_token_id(1)
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
    for name, weight in model.state_dict().items():
        for projection, count in heads.items():
            if projection in name:
                weight = weight.reshape(count, 2, -1, weight.shape[1]).swapaxes(1, 2).reshape(weight.shape)
        for ours, theirs in LLAMA_CPP.items():
            name = name.replace(ours, theirs)
        writer.add_tensor(name, weight.numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
