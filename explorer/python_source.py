"""Python source: calls, values and imports, laid out as formatters do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

from solvers import SOLVERS

# Line length that ruff and black keep to where nothing else is said.
WIDTH = 88
INDENT = "    "


def method(name: str, settings: Mapping[str, Any]) -> str:
    """A solver with its settings, as an item of a dictionary."""
    return INDENT + called(f'"{name}": {SOLVERS[name].__name__}', keywords(settings))


def keywords(values: Mapping[str, Any]) -> list[str]:
    """Keyword arguments."""
    return [f"{name}={literal(value)}" for name, value in values.items()]


def called(head: str, arguments: Sequence[str]) -> str:
    """A call as an item of a list, on one line or with one argument a line."""
    line = f"{head}({', '.join(arguments)}),"
    if len(INDENT + line) <= WIDTH:
        return line
    body = "".join(f"\n{2 * INDENT}{argument}," for argument in arguments)
    return f"{head}({body}\n{INDENT}),"


def assigned(name: str, head: str, arguments: Sequence[str]) -> str:
    """A call whose result is given a name, on one line or with one argument a line."""
    line = f"{name} = {head}({', '.join(arguments)})"
    if len(line) <= WIDTH:
        return line
    body = "".join(f"\n{INDENT}{argument}," for argument in arguments)
    return f"{name} = {head}({body}\n)"


def literal(value: Any) -> str:
    """As Python spells it, a text in the quotes that need fewer escapes, double ones in doubt."""
    if isinstance(value, float):
        return repr(float(value))  # of NumPy's numbers too
    if not isinstance(value, str):
        return repr(value)
    mark = "'" if value.count('"') > value.count("'") else '"'
    characters = (c if c in "'\"" else repr(c)[1:-1] for c in value)
    return mark + "".join(f"\\{c}" if c == mark else c for c in characters) + mark


def imported(module: str, names: Set[str]) -> str:
    """An import as ruff sorts its names: abbreviations, classes, functions."""
    ordered = sorted(names, key=lambda name: (not name.isupper(), name[0].islower(), name))
    line = f"from {module} import {', '.join(ordered)}"
    if len(line) <= WIDTH:
        return line
    return f"from {module} import (\n" + "".join(f"{INDENT}{name},\n" for name in ordered) + ")"
