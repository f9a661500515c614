"""A prepared model with a file that is gone: found before the model is loaded, with the command that prepares it."""

from pathlib import Path

from instructmining.models.links import dangling


def check_links(folder: Path) -> None:
    """Raise FileNotFoundError, with what to do, where a file of a prepared model is gone; call it before loading."""
    if gone := dangling(folder):
        more = f" (and {len(gone) - 1} more)" if len(gone) > 1 else ""
        prepare = f"snakemake --force {folder / 'model.json'}"
        raise FileNotFoundError(
            f"{gone[0]} -> {gone[0].readlink()}{more}: the file that this link points to is gone, for example"
            " because the model was moved, a scratch disk purged or the hub's cache cleaned; put it back, or prepare"
            f" the model again: `{prepare}` with the --configfile of the run (a model of the hub needs a network);"
            " results made with the same files stay up to date"
        )
