"""A view as the query of an address, such as ``?m=duck.heart~ib2.5&w=300.700&s=sga.cwb~reg-0.01``.

==== =====================================================================================
p    the page: ``volumes``
m    marginals, as `inputs.spelling` spells them
w    weights in per mille; left out where equal
s    solvers with the settings that differ from the defaults, numbers to 4 digits
n    cells along each side
v    what is shown: ``gap``, ``seconds`` by the curves, ``volume`` instead of surfaces
l    level of a surface, in percent of the full density
c    camera: azimuth and elevation in degrees, zoom in percent
x    slices through a volume, in percent of each axis, or ``off``
g    ground cost between points, as `inputs.ground_costs` spells it
e    strength ε of entropic transport
hide groups of controls to leave out
==== =====================================================================================

Only what differs from the default is written, and with characters that no address changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from explorer.inputs.ground_costs import FAMILIES, GroundCost
from explorer.inputs.sources import MIN_MARGINALS, Marginal
from explorer.inputs.spelling import OWN, adjusted, echo, encoded, named, spelled
from explorer.look import DISPLAYS
from explorer.look_address import look_parts, read_look
from explorer.state import AXES, HIDEABLE, REGS, USUAL_REG, StudioState, changed_settings
from explorer.subjects import DENSITIES, SUBJECTS, Subject
from solvers.settings import configured

_KEYS = ("p", "m", "w", "s", "n", "v", "l", "c", "x", "g", "e", "hide")
_WEIGHT = re.compile(r"[0-9]{1,4}")

_MAX_LENGTH = 2000
_MAX_NOTES = 8


def to_query(state: StudioState) -> str:
    """Spell a view.

    Weights are kept to the per mille, adjustments to a hundredth of a percent, settings that are no
    whole numbers to 4 digits, the camera to the degree, zoom, level and slices to the percent.
    Pictures of the visitor's own become placeholders (`state.own_pictures` names them).
    """
    parts, usual = _parts(state), _parts(StudioState.default(state.subject))
    usual["p"] = DENSITIES.name
    query = "&".join(f"{key}={value}" for key, value in parts.items() if value != usual[key])
    return f"?{query}" if query else ""


def from_query(text: str, own: Sequence[Marginal] = ()) -> tuple[StudioState, list[str]]:
    """Read a view from any text whatever.

    Parameters
    ----------
    text : str
        As from `to_query`; what cannot be understood is left at its default.
    own : sequence of Marginal
        What the placeholders stand for, in order.

    Returns
    -------
    StudioState
    list of str
        Sentences about what was ignored, as plain text: they repeat some of the address, so escape
        them for HTML.
    """
    if len(text) > _MAX_LENGTH:
        return StudioState.default(), [
            f"The address has {len(text)} characters, but at most {_MAX_LENGTH} are read: here is "
            "the usual view."
        ]
    notes: list[str] = []
    fields = _fields(text, notes)
    usual = StudioState.default(_subject(fields.get("p"), notes))
    marginals = _marginals(fields.get("m"), usual, own, notes)
    shown = _several("v", fields.get("v"), usual.subject.quantities + AXES + DISPLAYS, notes)
    look, cuts, sliced = read_look(fields, _first(DISPLAYS, shown), usual, notes)
    state = StudioState(
        marginals,
        _weights(fields.get("w"), len(marginals), notes),
        _solvers(fields.get("s"), usual, notes),
        _grid(fields.get("n"), usual, notes),
        _first(usual.subject.quantities, shown),
        _first(AXES, shown),
        frozenset(_several("hide", fields.get("hide"), HIDEABLE, notes)),
        usual.subject,
        look,
        cuts,
        sliced,
        _cost(fields.get("g"), usual, notes),
        _reg(fields.get("e"), notes),
    )
    if len(notes) > _MAX_NOTES:
        left = len(notes) - _MAX_NOTES
        notes[_MAX_NOTES:] = [f"More of the address was ignored, for {left} further reasons."]
    return state, [_printable(note) for note in notes]


def _parts(state: StudioState) -> dict[str, str]:
    """All fields of the address."""
    count = len(state.weights)
    weights = _per_mille(state.weights)
    shown = (state.quantity, state.axis, state.look.display)
    usual = (state.subject.quantities[0], AXES[0], DISPLAYS[0])
    return {
        "p": state.subject.name,
        "m": ".".join(map(spelled, state.marginals)),
        "w": "" if weights == _per_mille([1 / count] * count) else ".".join(map(str, weights)),
        "s": ".".join(
            "~".join([name, *(f"{key}-{_value(value)}" for key, value in settings.items())])
            for name, settings in state.solvers
        ),
        "n": str(state.grid),
        "v": ".".join(value for value in shown if value not in usual),
        **look_parts(state),
        "g": state.cost.spelled(),
        "e": f"{state.reg:g}",
        "hide": ".".join(group for group in HIDEABLE if group in state.hide),
    }


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}".replace("+", "")
    return "none" if value is None else encoded(str(value))


def _per_mille(weights: Sequence[float]) -> list[int]:
    """Whole numbers of sum 1000, each less than 1 off: the largest remainders are rounded up."""
    exact = [1000 * weight for weight in weights]
    whole = [int(value) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: whole[i] - exact[i])
    for i in by_remainder[: 1000 - sum(whole)]:
        whole[i] += 1
    return whole


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _reason(error: ValueError) -> str:
    """What an error says, without the name of the argument that it begins with."""
    return re.sub(r"^(text|index|adjustment|mixture|cost|expression): ", "", str(error))


def _fields(text: str, notes: list[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    unknown = []
    for part in filter(None, text.removeprefix("?").split("&")):
        key, _, value = part.partition("=")
        if key not in _KEYS:
            unknown.append(key)
        elif key in fields:
            notes.append(f"“{key}” is in the address more than once: the first counts.")
        else:
            fields[key] = value
    if unknown:
        notes.append(f"The address has parts that mean nothing here: “{echo(', '.join(unknown))}”.")
    return fields


def _items(text: str) -> list[str]:
    """What stands between points; one before a digit is a decimal point."""
    return re.split(r"\.(?![0-9])", text)


def _subject(text: str | None, notes: list[str]) -> Subject:
    if text is not None and text not in SUBJECTS:
        notes.append(
            f"The page “{echo(text)}” is not one of {', '.join(SUBJECTS)}: here is the first."
        )
    return SUBJECTS.get(text or "", DENSITIES)


def _first(choices: tuple[str, ...], shown: Sequence[str]) -> str:
    """The one that is shown, else the first."""
    return next((choice for choice in choices if choice in shown), choices[0])


def _marginals(
    text: str | None, usual: StudioState, own: Sequence[Marginal], notes: list[str]
) -> tuple[Marginal, ...]:
    if text is None:
        return usual.marginals
    names, most = _items(text), usual.subject.most
    if len(names) < MIN_MARGINALS:
        notes.append(
            f"Only {len(names)} marginal is in the address, but {MIN_MARGINALS} to {most} "
            "are averaged: here are the usual ones."
        )
        return usual.marginals
    if len(names) > most:
        notes.append(
            f"{len(names)} marginals are in the address, but {MIN_MARGINALS} to {most} "
            f"are averaged: here are the first {most}."
        )
    waiting = list(own)
    return tuple(
        _marginal(slot, name, usual.subject, waiting, notes)
        for slot, name in enumerate(names[:most])
    )


def _marginal(
    slot: int, text: str, subject: Subject, own: list[Marginal], notes: list[str]
) -> Marginal:
    """The marginal of a slot; one of the visitor's own is taken out of `own`."""
    name, _, adjustment = text.partition("~")
    found = own.pop(0) if name == OWN and own else None
    if name == OWN and (found is None or found.kind not in subject.own):
        marginal = subject.stand_in(slot)
        notes.append(
            f"Marginal {slot + 1} is a picture of somebody's own, which travels in a saved file "
            f"only: the {marginal.label} stands in for it."
        )
        return marginal
    try:
        marginal = named(name, subject) if found is None else found
    except ValueError as error:
        marginal = subject.stand_in(slot)
        notes.append(
            f"Marginal {slot + 1}: {_reason(error)} The {marginal.label} stands in for it."
        )
        return marginal
    try:
        return adjusted(marginal, adjustment, subject) if adjustment else marginal
    except ValueError as error:
        notes.append(f"Marginal {slot + 1} stays as it is: {_reason(error)}")
        return marginal


def _weights(text: str | None, count: int, notes: list[str]) -> tuple[float, ...]:
    equal = (1 / count,) * count
    if text is None:
        return equal
    values = [int(value) for value in text.split(".") if _WEIGHT.fullmatch(value)]
    if len(values) != count or text.count(".") != count - 1 or not any(values):
        notes.append(
            f"The weights “{echo(text)}” are not {count} whole numbers with points between them: "
            "all are equal now."
        )
        return equal
    return tuple(value / sum(values) for value in values)


def _solvers(
    text: str | None, usual: StudioState, notes: list[str]
) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    chosen: dict[str, Mapping[str, Any]] = {}
    for part in _items(text) if text is not None else ():
        name, *settings = part.split("~")
        if name not in (known := usual.subject.solvers):
            notes.append(f"The solver “{echo(name)}” is unknown; there are {', '.join(known)}.")
        elif name in chosen:
            notes.append(f"The solver {name} is in the address more than once: the first counts.")
        else:
            chosen[name] = _settings(name, settings, notes)
    return tuple(chosen.items()) or usual.solvers


def _settings(name: str, parts: list[str], notes: list[str]) -> dict[str, Any]:
    """The settings of a solver that its declaration accepts."""
    accepted = []
    for setting in parts:
        key, _, value = setting.partition("-")
        # What is too long to be repeated is too long to be right.
        assignment = f"{echo(unquote(key))}={echo(unquote(value))}"
        try:
            configured(name, [assignment])
        except ValueError as error:
            notes.append(f"Solver {name}, {str(error).removeprefix('--set ')}")
        else:
            accepted.append(assignment)
    return changed_settings(configured(name, accepted))


def _grid(text: str | None, usual: StudioState, notes: list[str]) -> int:
    sizes = {str(size): size for size in usual.subject.grids}
    if text is not None and text not in sizes:
        notes.append(
            f"The grid “{echo(text)}” is not one of {', '.join(sizes)}: it is {usual.grid} now."
        )
    return sizes.get(text or "", usual.grid)


def _cost(text: str | None, usual: StudioState, notes: list[str]) -> GroundCost:
    if text is None:
        return usual.cost
    try:
        cost = GroundCost.read(text)
    except ValueError as error:
        notes.append(f"{_reason(error)} The cost is the {FAMILIES[usual.cost.family].lower()} now.")
        return usual.cost
    if cost.family not in usual.subject.costs:
        notes.append(
            f"The cost “{cost.family}” is not one of {', '.join(usual.subject.costs)}, which this "
            f"page has: it is the {FAMILIES[usual.cost.family].lower()} now."
        )
        return usual.cost
    return cost


def _reg(text: str | None, notes: list[str]) -> float:
    values = {f"{reg:g}": reg for reg in REGS}
    if text is not None and text not in values:
        notes.append(
            f"ε “{echo(text)}” is not one of {', '.join(values)}: it is {USUAL_REG:g} now."
        )
    return values.get(text or "", USUAL_REG)


def _several(key: str, text: str | None, choices: Sequence[str], notes: list[str]) -> list[str]:
    """Those of the names that are known."""
    names = [] if text is None else text.split(".")
    unknown = [name for name in names if name not in choices]
    if unknown:
        notes.append(
            f"“{echo('.'.join(unknown))}” means nothing for “{key}”; there are "
            f"{', '.join(choices)}."
        )
    return [name for name in names if name in choices]
