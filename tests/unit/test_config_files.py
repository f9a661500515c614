"""The files made from the types of the config say what these say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from instructmining import config_files
from instructmining.config import Config
from instructmining.data.settings import Source
from instructmining.embedded import DEFAULT
from instructmining.sampling.settings import Sampling


def test_the_default_yaml_is_the_embedded_default() -> None:
    written = yaml.safe_load(config_files.default_yaml())
    assert Config.model_validate(written) == Config.model_validate(DEFAULT)


@pytest.mark.parametrize(
    ("path", "made"),
    [
        (config_files.DEFAULT_YAML, config_files.default_yaml),
        (config_files.SCHEMA, config_files.json_schema),
        (config_files.GUIDE, lambda: config_files.renewed_guide(config_files.GUIDE.read_text())),
    ],
)
def test_a_file_made_from_the_types_has_not_drifted(path: Path, made: Callable[[], str]) -> None:
    assert path.read_text() == made(), "run: python -m instructmining.config_files"


def test_every_key_has_a_description() -> None:
    assert " |  |\n" not in config_files.table_of_keys()


@pytest.mark.parametrize(
    ("annotation", "settings"),
    [(Source, Source), (Sampling | None, Sampling), (dict[str, Source], Source), (list[str], None), (int | None, None)],
)
def test_settings_are_found_in_an_annotation(annotation: Any, settings: Any) -> None:
    assert config_files.settings_of(annotation) is settings


def test_a_key_is_a_row_with_its_type_and_default() -> None:
    (row,) = [
        line for line in config_files.table_of_keys().splitlines() if line.startswith("| `sources.<name>.on_bad_row`")
    ]
    assert row.split(" | ")[1:3] == ["`stop`, `quarantine`", "`stop`"]


def test_a_guide_keeps_what_is_outside_of_its_marks() -> None:
    tables = [f"{start}\nan old row\n{end}" for start, end in (config_files.CONFIGS, config_files.KEYS)]
    renewed = config_files.renewed_guide("Intro\n{}\nBetween\n{}\nOutro\n".format(*tables))
    assert renewed.startswith(f"Intro\n{config_files.CONFIGS[0]}\n| file |")
    assert f"{config_files.CONFIGS[1]}\nBetween\n{config_files.KEYS[0]}\n| key |" in renewed
    assert renewed.endswith(f"{config_files.KEYS[1]}\nOutro\n") and "an old row" not in renewed
