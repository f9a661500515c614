"""Read the rows of a data set on the Hugging Face hub."""

from collections.abc import Collection, Iterator
from typing import Any

from instructmining.data.errors import DataError
from instructmining.data.reading.json_values import json_row
from instructmining.data.reading.rows import Row
from instructmining.data.settings import Source


def load_hub(source: Source) -> Any:
    """The data set that `source` names, from the cache or the network; raises DataError where it cannot be loaded."""
    import datasets  # Here and not above, as it takes seconds to import and local sources do without it.

    try:
        return datasets.load_dataset(source.hub, source.configuration, split=source.split, revision=source.revision)
    except Exception as error:  # The library raises errors of many packages; the user needs one sentence.
        wanted = f"{source.hub} (configuration {source.configuration or 'default'}, split {source.split})"
        raise DataError(f"{wanted}: cannot be loaded: {type(error).__name__}: {error}") from error


def hub_rows(dataset: Any, hub: str, ignored: Collection[str] = ()) -> Iterator[Row]:
    """The rows of a loaded data set, numbered from 1; an `ignored` field is null where its value cannot be kept."""
    for number, value in enumerate(dataset, 1):
        yield Row(json_row(value, ignored), number, f"{hub}: row {number}")


def hub_origin(source: Source, dataset: Any) -> str:
    """Where the rows came from: name, configuration, split, and the commit of the revision, where known."""
    files = [url for url in dataset.info.download_checksums or {} if url.startswith("hf://") and "@" in url]
    commits = (url.split("@")[1].split("/")[0] for url in files)
    commit = next(commits, source.revision or "unknown revision")
    return f"hub:{source.hub}@{commit} configuration={source.configuration or 'default'} split={source.split}"
