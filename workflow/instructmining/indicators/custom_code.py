"""Where the code of an indicator of your own lies, found without running any of it."""

import importlib.util
from pathlib import Path


def code_file(function: str, folder: Path = Path()) -> Path | None:
    """The file of the module in `module:function`: below the working directory, else installed; None where it is not.

    Only this file is watched for edits, not what it imports.
    """
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
