"""A solver's settings as text: what each accepts, and values from ``name=value``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import param

from solvers.loop import Solver
from solvers.registry import SOLVERS

_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def declarations(solver: type[Solver]) -> dict[str, param.Parameter[Any]]:
    """A solver's own settings, by name, as it declares them."""
    declared = solver.param.objects("existing")
    return {name: setting for name, setting in declared.items() if name != "name"}


def as_declared(solver: type[Solver], given: Mapping[str, Any]) -> dict[str, Any]:
    """All settings of a solver: those given, the others as they are by default.

    Raises
    ------
    ValueError
        With one sentence, if the solver has no such setting or does not accept a value.
    """
    declared = declarations(solver)
    unknown = given.keys() - declared.keys()
    if unknown:
        raise ValueError(f"settings: {solver.label} has none of the name “{min(unknown)}”.")
    solver(**given)  # the declarations check the values
    return {name: setting.default for name, setting in declared.items()} | dict(given)


def rule(setting: param.Parameter[Any]) -> str:
    """What a setting accepts, such as “a whole number from 1 to 4”."""
    if isinstance(setting, param.Selector):
        text = "one of " + ", ".join(setting.get_range())
    elif isinstance(setting, param.Boolean):
        text = "true or false"
    elif isinstance(setting, param.Number):  # an Integer is a Number too
        text = "a whole number" if isinstance(setting, param.Integer) else "a number"
        text += _interval(*(setting.bounds or (None, None)), *setting.inclusive_bounds)
    else:
        text = "a text"
    return f"{text}, or none" if setting.allow_None else text


def _interval(low: Any, high: Any, with_low: bool, with_high: bool) -> str:
    if None not in (low, high) and with_low and with_high:
        return f" from {low:g} to {high:g}"
    limits = []
    if low is not None:
        limits.append(f"{'≥' if with_low else '>'} {low:g}")
    if high is not None:
        limits.append(f"{'≤' if with_high else '<'} {high:g}")
    return " " + " and ".join(limits) if limits else ""


def configured(name: str, assignments: Sequence[str] = ()) -> Solver:
    """A registered solver with some settings given as text.

    Parameters
    ----------
    name : str
        One of `SOLVERS`.
    assignments : sequence of str
        Each ``setting=value``; of two for one setting the later counts.

    Raises
    ------
    ValueError
        With one sentence that says what is known or accepted.
    """
    if name not in SOLVERS:
        raise ValueError(f"--solver: “{name}” is unknown; there are {', '.join(SOLVERS)}.")
    solver = SOLVERS[name]
    declared = declarations(solver)
    values = {}
    for assignment in assignments:
        key, equals, text = (part.strip() for part in assignment.partition("="))
        if not equals:
            raise ValueError(f"--set {assignment}: must have the form name=value.")
        if key not in declared:
            known = ", ".join(declared) or "none"
            raise ValueError(f"--set {key}: {name} has no such setting; its settings are {known}.")
        try:
            values[key] = _value(declared[key], text)
            solver(**{key: values[key]})  # the declaration checks the bounds
        except ValueError:
            accepted = rule(declared[key])
            raise ValueError(f"--set {key}: is “{text}”, but must be {accepted}.") from None
    return solver(**values)


def _value(setting: param.Parameter[Any], text: str) -> Any:
    if setting.allow_None and text.lower() == "none":
        return None
    if isinstance(setting, param.Selector):
        choices = setting.get_range()
        if text not in choices:
            raise ValueError
        return choices[text]
    if isinstance(setting, param.Boolean):
        if text.lower() not in _TRUE + _FALSE:
            raise ValueError
        return text.lower() in _TRUE
    if isinstance(setting, param.Integer):
        return int(text)
    if isinstance(setting, param.Number):
        return float(text)
    return text
