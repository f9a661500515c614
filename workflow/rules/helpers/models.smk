# Needs: the models and scorers of the config. Makes: where the files of models are.
MODELS = placed("<results>/models")


def model_files(prepared):
    """Where the files of a base model, or of a scorer's own model, are."""
    model = CONFIG.models.get(prepared) or getattr(CONFIG.indicators, prepared).model
    return ModelFiles.model_validate(model.model_dump(include=set(ModelFiles.model_fields)))


def local_model_files(wildcards):
    """The files of a model in a local folder or a package, so that changes are noticed."""
    (name,) = wildcards
    model = model_files(name)
    return [] if model.hub else own_files(folder_of(model), files_below(folder_of(model)))


def renew_links():
    """Point the links of prepared models to where the config says that the files are now, if they were moved."""
    for name in (Path(path).parent.name for path in prepared_models()):
        folder, model = Path(MODELS, name), model_files(name)
        if folder.is_dir() and not model.hub:
            relink(folder, folder_of(model))
