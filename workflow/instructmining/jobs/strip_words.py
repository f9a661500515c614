"""Leaves out of code the words that change no result: those of errors, logs, progress and help, and docstrings.

Only strings go, with what is formatted into them: an argument of an error that is not a string, such as an exit code,
stays.
"""

import ast

APART = (
    "Progress",
    "start_log",
    "hold_to_plan",
    "hold_code_to_plan",
    "fingerprint",
    "function_fingerprint",
    "code_file",
)
"""Definitions that change no result: they report something, check the plan, or identify the code that was run."""
SPEAKING = ("show",)
"""Methods of theirs that take words; no other class has a method of the name."""
LOGS = ("logging:", "warnings:", "transformers.utils:logging")
"""Modules that only report something, as they are written once names are replaced."""
PARSERS = ("ArgumentParser", "add_argument", "add_argument_group", "add_subparsers", "add_parser")
HELP = ("help", "metavar", "description", "epilog", "usage")
"""Arguments of argparse that are only words."""
NOTHING = ast.Constant("")


class WordStripper(ast.NodeTransformer):
    """Leaves out words, after visiting what they are made from."""

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.exc, ast.Call):
            _drop_texts(node.exc)
        return node

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        self.generic_visit(node)
        node.msg = None
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        self.generic_visit(node)
        return ast.Expr(NOTHING) if _only_says(node.value) else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = last_name(node.func)
        if name in PARSERS:
            node.keywords = [keyword for keyword in node.keywords if keyword.arg not in HELP]
        elif is_of("pyarrow:", "field", node.func):  # the description of a table's column
            node.keywords = [keyword for keyword in node.keywords if keyword.arg != "metadata"]
        elif name == "Indicator":  # what it means to a reader; figures print its name and unit
            node.keywords = [keyword for keyword in node.keywords if keyword.arg == "unit"]
        elif is_of("sys:", "exit", node.func) or name in APART or name in SPEAKING:
            _drop_texts(node)
        return node


def is_docstring(node: ast.AST) -> bool:
    """Whether a statement is only a string."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def last_name(node: ast.AST) -> str:
    """The last part of a dotted name, or of the name of what is called; `:` separates a module from its member."""
    while isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id.rpartition(":")[2] if isinstance(node, ast.Name) else ""


def is_of(module: str, name: str, node: ast.AST) -> bool:
    """Whether code names this part of a module; `module` ends with a colon, as after names are replaced."""
    match node:
        case ast.Attribute(value=ast.Name(id=found), attr=part):
            return (found, part) == (module, name)
        case ast.Name(id=found):
            return found == f"{module}{name}"
    return False


def _only_says(node: ast.AST) -> bool:
    """Whether a statement only reports something, as in `logging.info(...)`, or sets what is reported."""
    if not isinstance(node, ast.Call):
        return False
    if any(isinstance(part, ast.NamedExpr) or _is_error(part) for part in ast.walk(node)):
        return False
    outer: ast.AST = node
    while isinstance(outer, ast.Call | ast.Attribute):
        outer = outer.func if isinstance(outer, ast.Call) else outer.value
    return isinstance(outer, ast.Name) and outer.id in LOGS and outer is not node.func


def _is_error(node: ast.AST) -> bool:
    """Whether a filter turns warnings into errors."""
    return isinstance(node, ast.Constant) and node.value == "error"


def _drop_texts(call: ast.Call) -> None:
    call.args = [NOTHING if _is_text(argument) else argument for argument in call.args]
    for keyword in call.keywords:
        if _is_text(keyword.value):
            keyword.value = NOTHING


def _is_text(node: ast.AST) -> bool:
    """Whether an expression is a string, formatted or not."""
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return True
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return _is_text(left) or _is_text(right)
        case ast.BinOp(op=ast.Mod(), left=text) | ast.Call(func=ast.Attribute(value=text, attr="join" | "format")):
            return _is_text(text)
        case ast.IfExp(body=body, orelse=other):
            return _is_text(body) and _is_text(other)
    return False
