# Needs: the results of all stages. Makes: figures and tables for people; `make report` binds them into one HTML file.


def final_targets():
    """Everything that a run is for."""
    models, pools = list(CONFIG.models), CONFIG.selection_pools()
    return [
        *expand("<results>/quality_rule/{model}/rule.md", model=models),
        *expand("<results>/selection/{model}/{pool}/selected.jsonl", model=models, pool=pools),
        *expand("<results>/comparison/{model}/{pool}/comparison.json", model=models, pool=pools),
    ]
