"""The rules that the paper published (InstructMining, arXiv 2307.06290), by version, with the models they hold for.

The paper gives their coefficients, but neither intervals nor the range of the subset means that they were fitted to.
"""

from typing import Any

REWARD = {"model": {"hub": "OpenAssistant/oasst-rm-2.1-pythia-1.4b-epoch-2.5"}, "prompt": "open_assistant"}
UNIEVAL = {"model": {"hub": "MingZhong/unieval-dialog"}}
ENCODER = {"model": {"hub": "sentence-transformers/all-MiniLM-L6-v2"}, "metric": "euclidean"}
# One tokenizer, in repositories with and without weights.
LLAMA = {"model": {"hub": ["huggyllama/llama-7b", "meta-llama/Llama-2-7b-hf", "hf-internal-testing/llama-tokenizer"]}}

UNKNOWN = (
    "The paper gives neither intervals nor the range of the subset means: how far the rule extrapolates is not known."
)
PUBLISHED: dict[str, dict[str, Any]] = {
    "v1": {
        "name": "v1",
        "model": "LLaMA-7B",
        "intercept": 1.0694,
        "coefficients": {"reward": -0.1498, "len_out": 8.257e-5, "knn_6": -0.9350},
        "indicator_settings": {"reward": REWARD, "text": LLAMA, "embedding": ENCODER},
        "notes": (
            "Published in arXiv 2307.06290v1 for LLaMA-7B; models tuned on its selection of Dolly were judged better in"
            " 42.5 % of cases.",
            UNKNOWN,
            "The paper does not say which SentenceBERT model it used; all-MiniLM-L6-v2 is the usual choice.",
            "knn_6 was taken inside subsets of 1,000 examples; in a larger pool neighbours are nearer, so its"
            " predictions are not on the scale of the paper's.",
        ),
    },
    "v3": {
        "name": "v3",
        "model": "LLaMA-2-7B",
        "intercept": 0.0274,
        "coefficients": {"reward": -0.0078, "und": 0.4421, "nat": -0.3212, "coh": -0.1520},
        "indicator_settings": {"reward": REWARD, "unieval": UNIEVAL},
        "notes": (
            "Published in the later version of arXiv 2307.06290 for LLaMA-2-7B; R2 0.522 in its own sample."
            " On OpenLLM its selection of 10,000 scored 58.65, a random one 58.74.",
            UNKNOWN,
            "The paper does not explain why understandable responses go with a higher loss (+0.4421 und).",
        ),
    },
}
"""The fields of a `PublishedRule`, by version; plain values, as the config imports them."""
