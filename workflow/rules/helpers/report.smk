# Needs: the targets and the catalogue of figures. Makes: the parts of the rules that draw, and the inputs of the report.
OF_FINDINGS = (
    "--people {input.people:q} --judges {input.judges:q} --benchmarks {input.benchmarks:q} --sizes {input.sizes:q}"
    " --curves {input.curves:q} --costs {input.costs:q} --decisions {input.decisions:q}"
    " --validations {input.validations:q} --predictions {input.predictions:q}"
)


def figure_inputs(figure):
    """The files that a figure is drawn from, by the option of the command that reads them."""
    inputs = {name: f"<results>/{path}".replace("{last}", str(ROUNDS)) for name, path in figure.inputs.items()}
    return inputs | ({"found": found_size} if figure.shows_size else {})


def figure_params(figure):
    """What the command that draws a figure is given: its name, and what to draw it from."""
    settings = {"settings": CONFIG.selection} if figure.shows_size else {}
    params = runs("instructmining.report.figures.draw", **settings)

    def options(wildcards, input):
        given = [word for name in figure.inputs for word in option(f"--{name}", input[name])]
        if figure.shows_size:
            given += ["--settings", params["settings"](wildcards, input), *size_option(wildcards, input)]
        return given

    return {**params, "figure": figure.name, "options": options}


def shown_in_report(figure, suffix):
    """A figure (svg), or the table beside it (csv), as an output that Snakemake's own report shows."""
    title = figure.title or figure.name
    return report(
        f"<results>/{figure.path}.{suffix}",
        caption=f"../report/{figure.name}.rst",
        category=figure.category,
        subcategory=figure.subcategory,
        labels={
            **({"pool": "{pool}"} if "{pool}" in figure.path else {}),
            "figure": title if suffix == "svg" else f"{title} (table)",
        },
    )


def accounts():
    """The reports that count what went into each source, pool and eval set, and what came out."""
    reports = reports_of_data()
    return [path for kind in ("sources", "pools", "eval_sets") for path in reports[kind]]


def all_records():
    """The record of every fine-tune."""
    made = dict.fromkeys([*results_of_fit(), *results_of_validation(), *results_of_comparison()])
    return [path for path in made if Path(path).name == "record.json"]


def findings(wildcards):
    """What a run may have found apart from rules and arms, by the option with which the report reads it."""
    return {
        "decisions": of_decisions("<results>/selection/{model}/{pool}/decision.json"),
        "validations": of_validations("<results>/validation/{model}/{pool}/{number}/validation.json"),
        "predictions": of_predictions("<results>/comparison/{model}/{pool}/predicted.json"),
        "people": of_ratings("<results>/quality_rule/{model}/{pool}/people.json"),
        "judges": of_judge("<results>/comparison/{model}/{pool}/judge.json"),
        "benchmarks": of_benchmarks("<results>/comparison/{model}/{pool}/benchmarks.json"),
        "sizes": of_searches("<results>/selection/{model}/{pool}/size.json"),
        "curves": of_curves("<results>/comparison/{model}/{pool}/sizes.json"),
        "costs": of_comparisons("<results>/comparison/{model}/{pool}/cost.json"),
    }


def report_texts_hash():
    """The hash of the templates and captions, which the command of the report reads."""
    texts = sorted(Path(LIBRARY, "report").iterdir())
    return hashlib.sha256(b"".join(text.read_bytes() for text in texts)).hexdigest()[:12]
