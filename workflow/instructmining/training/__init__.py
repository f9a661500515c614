"""A base model is tuned on a subset or an arm, and its losses are measured.

`finetune_and_evaluate` is the command: `finetune` trains (`step` by step, resumed from a `checkpoint`), `evaluate`
measures the `losses`. `run` names a fine-tune, `store` keeps finished adapters, `tuned_model` uses one, `kept_losses`
keeps what was finished in a job of several; `record` is what is read of a finished fine-tune, and `mixed` says where
the fine-tunes of a run were made with different software. `warm_up` tunes the adapter that gradients are taken in.
"""
