"""Finds the code of a user's own indicator, without running it."""

import importlib.util
from pathlib import Path

from instructmining.files import file_hash
from instructmining.jobs.fingerprint import Code, find_below, find_library


def code_file(function: str, folder: Path = Path()) -> Path | None:
    """The file of the module in `module:function`, below the folder or else installed; None if there is none."""
    module = function.partition(":")[0]
    base = folder.joinpath(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    package, *inner = module.split(".")
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    if not inner:
        return Path(spec.origin)
    installed = Path(spec.origin).parent.joinpath(*inner)
    candidates = (installed.with_suffix(".py"), installed / "__init__.py")
    return next((path for path in candidates if path.is_file()), None)


def function_fingerprint(function: str, folder: Path = Path()) -> str:
    """The fingerprint of `module:function`: of the definitions that it reaches in its own file and the files beside it.

    For an installed module, the definitions of its package are followed; in both cases, those of this library too. If
    the file does not define the function, for instance because it imports it, the whole file counts. Raises
    FileNotFoundError if there is no such module.
    """
    module, _, name = function.partition(":")
    file = code_file(function, folder)
    if file is None:
        raise FileNotFoundError(f"{module}: no such module, neither in {folder.resolve()} nor installed")
    depth = len(module.split(".")) - (file.name != "__init__.py")
    root = file.resolve().parents[depth]
    is_here = root == folder.resolve()
    find = find_below(root, None if is_here else module.split(".")[0])
    code = Code(lambda name: find_library(name) or find(name), root)
    return code.fingerprint(module, name) if code.defines(module, name) else file_hash(file)[:12]
