# Needs: the targets. Makes: the files that the report's page is written from.
OF_FINDINGS = (
    "--people {input.people} --judges {input.judges} --benchmarks {input.benchmarks} --sizes {input.sizes}"
    " --curves {input.curves} --costs {input.costs}"
)


def accounts():
    """The reports of what went in and came out of each source, pool and eval set."""
    return [
        *expand("<results>/data/sources/{source}.report.json", source=used_sources()),
        *expand("<results>/data/pools/{pool}.report.json", pool=CONFIG.pools),
        *expand("<results>/data/eval/{eval_set}.report.json", eval_set=CONFIG.eval_sets),
    ]


def all_records():
    """The record of every fine-tune."""
    return [path for path in [*results_of_fit(), *results_of_comparison()] if Path(path).name == "record.json"]


def all_figures(form):
    """Every figure, or the table beside it, by the end of its name."""
    return [path.removesuffix("svg") + form for path in final_targets() if path.endswith(".svg")]


def findings(wildcards):
    """What a run may have found beside rules and arms, by the option that the report reads it with."""
    rated = {"model": CONFIG.models, "pool": CONFIG.quality_rule.ratings}
    return {
        "people": expand("<results>/quality_rule/{model}/{pool}/people.json", **rated),
        "judges": of_comparisons("<results>/comparison/{model}/{pool}/judge.json") if CONFIG.comparison.judge else [],
        "benchmarks": of_benchmarks("<results>/comparison/{model}/{pool}/benchmarks.json"),
        "sizes": of_searches("<results>/selection/{model}/{pool}/size.json"),
        "curves": of_curves("<results>/comparison/{model}/{pool}/sizes.json"),
        "costs": of_comparisons("<results>/comparison/{model}/{pool}/cost.json"),
    }


def report_texts_hash():
    """The hash of the report's template and captions, which its command reads."""
    texts = sorted(Path(LIBRARY, "report").iterdir())
    return hashlib.sha256(b"".join(text.read_bytes() for text in texts)).hexdigest()[:12]
