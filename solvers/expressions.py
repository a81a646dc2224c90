"""Formulas that a visitor types, read without trusting them and evaluated by NumPy or PyTorch.

A text becomes a tree of nothing but numbers, the variables, arithmetic and a few functions; none of
it is ever executed. Its size is bounded, and so is what an evaluation costs.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np

MAX_CHARACTERS, MAX_PARTS = 200, 60

# By name, with the number of arguments; NumPy and PyTorch have all of them under these names.
FUNCTIONS = {
    "abs": 1, "sqrt": 1, "exp": 1, "log": 1, "sin": 1, "cos": 1, "tan": 1, "tanh": 1,
    "minimum": 2, "maximum": 2, "hypot": 2,
}  # fmt: skip

EXAMPLE = "abs(x1 - y1)**1.5 + 2*(x2 - y2)**2"
# Characters of the text that a sentence repeats, at most.
_MAX_ECHO = 40

_Values: TypeAlias = Mapping[str, Any]
_Part: TypeAlias = Callable[[ModuleType, _Values], Any]

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}


@dataclass(frozen=True)
class Formula:
    """A formula that has been read.

    Attributes
    ----------
    text : str
        As it was typed, without space around it.
    names : frozenset of str
        The variables that occur in it.
    """

    text: str
    names: frozenset[str]
    _root: float | _Part

    def evaluate(self, library: ModuleType, values: _Values) -> Any:
        """The value at some variables.

        Parameters
        ----------
        library : module
            ``numpy`` or ``torch``.
        values : mapping of str to array or tensor
            At least those of `names`, of float64, with shapes that broadcast.

        Returns
        -------
        array, tensor or float
            A float where no variable occurs. Not finite where the formula is not.
        """
        if isinstance(self._root, float):
            return self._root
        with np.errstate(all="ignore"):
            return self._root(library, values)


def read(text: str, variables: Collection[str]) -> Formula:
    """Read a formula.

    Parameters
    ----------
    text : str
        Of at most 200 characters and 60 parts.
    variables : collection of str
        The names that may occur, besides ``pi`` and the functions.

    Raises
    ------
    ValueError
        With one sentence that names the offending part.
    """
    text = text.strip()
    if not text:
        raise ValueError(f"expression: is empty, but must be a formula such as “{EXAMPLE}”.")
    if len(text) > MAX_CHARACTERS:
        raise ValueError(
            f"expression: has {len(text)} characters, but must have at most {MAX_CHARACTERS}."
        )
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ValueError(
            f"expression: “{_echo(text)}” is no formula; one is “{EXAMPLE}”."
        ) from None
    reader = _Reader(text, variables)
    root = reader.part(tree.body)
    return Formula(text, frozenset(reader.names), root)


class _Reader:
    """Makes a function of a syntax tree; what it does not know it refuses."""

    def __init__(self, text: str, variables: Collection[str]) -> None:
        self._text, self._variables = text, variables
        self._parts = 0
        self.names: set[str] = set()

    def part(self, node: ast.expr) -> float | _Part:
        """A number where no variable occurs, else a function of the library and the variables."""
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise ValueError(
                f"expression: has more than {MAX_PARTS} numbers, names and operations, which is "
                "too many; shorten it."
            )
        match node:
            case ast.Constant(value):
                return self._number(node, value)
            case ast.Name(name):
                return self._name(name)
            case ast.UnaryOp(ast.UAdd(), operand):
                return self.part(operand)
            case ast.UnaryOp(ast.USub(), operand):
                return self._applied(node, lambda library, a: -a, [operand])
            case ast.BinOp(left, operator, right) if type(operator) in _BINARY:
                operation = _BINARY[type(operator)]
                return self._applied(node, lambda library, a, b: operation(a, b), [left, right])
            case ast.Call(ast.Name(name), arguments, []) if name in FUNCTIONS:
                return self._call(node, name, arguments)
            case ast.Call(ast.Name(name)) if name not in FUNCTIONS:
                self._refuse_name(name)
        raise ValueError(
            f"expression: “{self._source(node)}” is nothing that it may contain; there are "
            "numbers, + - * / **, parentheses, names and functions such as abs(x1 - y1)."
        )

    def _number(self, node: ast.expr, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"expression: “{self._source(node)}” is no number that it may use.")
        return self._finite(node, float(value))

    def _name(self, name: str) -> float | _Part:
        if name == "pi":
            return float(np.pi)
        if name in FUNCTIONS:
            raise ValueError(
                f"expression: “{name}” is a function and needs parentheses, as in {_usage(name)}."
            )
        if name not in self._variables:
            self._refuse_name(name)
        self.names.add(name)
        return lambda library, values: values[name]

    def _call(self, node: ast.expr, name: str, arguments: list[ast.expr]) -> float | _Part:
        wanted = FUNCTIONS[name]
        if len(arguments) != wanted:
            raise ValueError(
                f"expression: “{self._source(node)}” gives {name} {len(arguments)} arguments, but "
                f"it takes {wanted}, as in {_usage(name)}."
            )

        def call(library: ModuleType, *values: Any) -> Any:
            arrays = (
                library.asarray(v, dtype=library.float64) if isinstance(v, float) else v
                for v in values
            )  # PyTorch wants two tensors
            return getattr(library, name)(*arrays)

        return self._applied(node, call, arguments)

    def _applied(
        self, node: ast.expr, function: Callable[..., Any], operands: list[ast.expr]
    ) -> float | _Part:
        """A function of parts, worked out at once where all of them are numbers."""
        parts = [self.part(operand) for operand in operands]
        numbers = [np.float64(part) for part in parts if isinstance(part, float)]
        if len(numbers) == len(parts):
            with np.errstate(all="ignore"):
                return self._finite(node, float(function(np, *numbers)))

        def apply(library: ModuleType, values: _Values) -> Any:
            known = (part if isinstance(part, float) else part(library, values) for part in parts)
            return function(library, *known)

        return apply

    def _finite(self, node: ast.expr, value: float) -> float:
        if not np.isfinite(value):
            raise ValueError(
                f"expression: “{self._source(node)}” is {value:g}, but must be a finite number."
            )
        return value

    def _refuse_name(self, name: str) -> None:
        raise ValueError(
            f"expression: “{_echo(name)}” is no name that it may use; there are "
            f"{', '.join(self._variables)}, pi and the functions {', '.join(FUNCTIONS)}."
        )

    def _source(self, node: ast.expr) -> str:
        return _echo(ast.get_source_segment(self._text, node) or self._text)


def _usage(name: str) -> str:
    return f"{name}({', '.join(['x1', 'y1'][: FUNCTIONS[name]])})"


def _echo(text: str) -> str:
    return text if len(text) <= _MAX_ECHO else text[: _MAX_ECHO - 1] + "…"
