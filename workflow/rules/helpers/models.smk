# Needs: the models and scorers of the config. Makes: where the files of models lie.


def model_files(prepared):
    """Where the files of a base model, or of a scorer's own model, lie."""
    scorer = CONFIG.models.get(prepared)
    return scorer if scorer else getattr(CONFIG.indicators, prepared).model


def local_model_files(wildcards):
    """The files of a model in a local folder, so that a changed one is seen."""
    (name,) = wildcards
    folder = model_files(name).path
    return sorted(str(path) for path in Path(folder).rglob("*") if path.is_file()) if folder else []
