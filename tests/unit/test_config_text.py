"""A mistake in a config is told with file, line and column, whatever is wrong with it."""

from pathlib import Path

import pytest
import yaml

from instructmining.config_error import ConfigError
from instructmining.config_text import check_text, in_place, read_config
from instructmining.embedded import DEFAULT


def written(folder: Path, text: str) -> Path:
    """A config file, whose name has a blank in it."""
    (folder / "my config.yaml").write_text(text)
    return folder / "my config.yaml"


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("seed: 0\nsources: {a: {path: x.jsonl\n", "3:1", "this is not YAML while parsing a flow mapping: expected ',' or '}'"),
        ("pools:\n  a: 1\n  b: 2\n  a: 3\n", "4:3", "key pools.a appears twice, first in line 2; give each key once"),
        ("seed: 0\n\tsources: {}\n", "2:1", "this is not YAML"),
        ("seed: 0\nsources: [a, {path: 1, path: 2}]\n", "2:24", "key sources.1.path appears twice"),
    ],
)  # fmt: skip
def test_what_is_no_config_at_all_is_told_with_its_place(tmp_path: Path, text: str, place: str, why: str) -> None:
    with pytest.raises(ConfigError) as error:
        check_text(written(tmp_path, text))
    assert str(error.value).startswith(f"{tmp_path}/my config.yaml:{place}: {why}")
    assert "\n" not in str(error.value)


def test_the_same_key_in_two_mappings_is_no_duplicate(tmp_path: Path) -> None:
    check_text(written(tmp_path, "pools:\n  a: {limit: 1}\n  b: {limit: 2}\n"))


def test_a_missing_file_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^nothere\.yaml: there is no such file; name a config with CONFIG=\.\.\.$"):
        check_text(Path("nothere.yaml"))


@pytest.mark.parametrize("text", ["", "- seed\n", "seed\n"])
def test_a_file_without_keys_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"my config\.yaml: found (nothing|list|str); expected keys with values"):
        read_config([written(tmp_path, text)])


def test_a_wrong_value_is_told_with_the_place_of_its_key(tmp_path: Path) -> None:
    text = yaml.safe_dump(DEFAULT | {"seed": "many", "typo": 1})
    path, lines = written(tmp_path, text), text.splitlines()
    with pytest.raises(ConfigError) as error:
        read_config([path])
    seed, typo = (f"{path}:{lines.index(line) + 1}:1" for line in ("seed: many", "typo: 1"))
    first, second = str(error.value).splitlines()
    assert (first.startswith(f"{seed}: seed: found 'many'"), second.startswith(f"{typo}: typo: unknown key")) == (
        True,
        True,
    )


@pytest.mark.parametrize(
    ("problem", "place"),
    [
        ("sources.a.path: file not found: x", "one.yaml:3:5"),
        ("sources.a.form: this key is required", "one.yaml:2:3"),
        ("pools.p.sources: 'b' is not declared", "two.yaml:2:3"),
        ("pools.p: there is nothing", "two.yaml:1:9"),
        ("models: this key is required", "two.yaml"),
    ],
)
def test_the_place_is_that_of_the_key_or_of_the_key_above_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: str, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("one.yaml").write_text("sources:\n  a:\n    path: x\npools: {p: {}}\n")
    Path("two.yaml").write_text("pools: {p: {\n  sources: [b]}}\n")
    assert in_place(problem, [Path("one.yaml"), Path("two.yaml")]) == f"{place}: {problem}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seed: !!python/name:os.system\n", "config.yaml:1:7: this is not YAML: could not determine a constructor"),
        ("? [a, b]\n: 1\n", "config.yaml:1:3: this is not YAML while constructing a mapping: found unhashable key"),
        ("a: " + "[" * 3000, "config.yaml: this is nested too deep"),
        ("a: &a {b: *a}\n", "a.b.b: this is nested too deep, or holds itself by an alias"),
        ("", "config.yaml: found nothing; expected keys with values"),
    ],
)
def test_what_yaml_allows_and_a_config_does_not_is_told_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        read_config([written(tmp_path, text)])
    assert said in str(error.value)
    assert "\n" not in str(error.value)
