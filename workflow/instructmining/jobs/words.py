"""Leaves out of code what is said and changes no result: words of errors, logs, progress and help, docstrings.

Only texts go, with what is put into them: an argument of an error that is no text, such as an exit code, stays.
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
"""Definitions that change no result: they say something, look after the plan, or tell what code was run."""
SPEAKING = ("show",)
"""Methods of theirs that are told words; no other class has one of such a name."""
LOGS = ("logging:", "warnings:", "transformers.utils:logging")
"""Modules that only say something, as names stand for them."""
PARSERS = ("ArgumentParser", "add_argument", "add_argument_group", "add_subparsers", "add_parser")
HELP = ("help", "metavar", "description", "epilog", "usage")
"""Arguments of argparse that only say something."""
NOTHING = ast.Constant("")


class Silent(ast.NodeTransformer):
    """Leaves out words; what they are made from is visited before."""

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
    """Whether a statement is a text that stands for itself."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def last_name(node: ast.AST) -> str:
    """The last part of a dotted name, of a call the name of what is called; `:` separates a module from its member."""
    while isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id.rpartition(":")[2] if isinstance(node, ast.Name) else ""


def is_of(module: str, name: str, node: ast.AST) -> bool:
    """Whether code names this part of a module; `module` ends with a colon, as names stand for it."""
    match node:
        case ast.Attribute(value=ast.Name(id=found), attr=part):
            return (found, part) == (module, name)
        case ast.Name(id=found):
            return found == f"{module}{name}"
    return False


def _only_says(node: ast.AST) -> bool:
    """Whether a statement only says something, as in `logging.info(...)`, or sets what is said."""
    if not isinstance(node, ast.Call):
        return False
    if any(isinstance(part, ast.NamedExpr) or _is_error(part) for part in ast.walk(node)):
        return False
    outer: ast.AST = node
    while isinstance(outer, ast.Call | ast.Attribute):
        outer = outer.func if isinstance(outer, ast.Call) else outer.value
    return isinstance(outer, ast.Name) and outer.id in LOGS and outer is not node.func


def _is_error(node: ast.AST) -> bool:
    """Whether a filter makes errors of warnings."""
    return isinstance(node, ast.Constant) and node.value == "error"


def _drop_texts(call: ast.Call) -> None:
    call.args = [NOTHING if _is_text(argument) else argument for argument in call.args]
    for keyword in call.keywords:
        if _is_text(keyword.value):
            keyword.value = NOTHING


def _is_text(node: ast.AST) -> bool:
    """Whether an expression is a text, put together or not."""
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
