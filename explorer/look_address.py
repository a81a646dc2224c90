"""The part of an address that says how volumes are seen: level, camera, slices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from explorer.inputs.spelling import echo
from explorer.look import Camera, Look
from explorer.state import StudioState

_NUMBER = re.compile(r"-?[0-9]{1,4}")
_OFF = "off"


def look_parts(state: StudioState) -> dict[str, str]:
    """The fields ``l``, ``c`` and ``x``."""
    look, camera = state.look, state.look.camera
    return {
        "l": f"{100 * look.level:.0f}",
        "c": f"{camera.azimuth:.0f}.{camera.elevation:.0f}.{100 * camera.zoom:.0f}",
        "x": ".".join(f"{100 * cut:.0f}" for cut in state.cuts) if state.sliced else _OFF,
    }


def read_look(
    fields: Mapping[str, str], display: str, usual: StudioState, notes: list[str]
) -> tuple[Look, tuple[float, float, float], bool]:
    """Look, cuts, and whether slices are shown; what cannot be understood is noted, and usual."""
    look = replace(usual.look, display=display)
    cuts, sliced = usual.cuts, fields.get("x") != _OFF
    if numbers := _whole_numbers(fields.get("l"), 1, "level", "a percentage", notes):
        try:
            look = replace(look, level=numbers[0] / 100)
        except ValueError as error:
            notes.append(_sentence(error))
    meaning = "azimuth, elevation and zoom"
    if numbers := _whole_numbers(fields.get("c"), 3, "camera", meaning, notes):
        azimuth, elevation, zoom = numbers
        try:
            look = replace(look, camera=Camera(azimuth, elevation, zoom / 100))
        except ValueError as error:
            notes.append(_sentence(error))
    if sliced and (
        numbers := _whole_numbers(fields.get("x"), 3, "cut", "three percentages", notes)
    ):
        x, y, z = (min(max(number / 100, 0.0), 1.0) for number in numbers)
        cuts = (x, y, z)
    return look, cuts, sliced


def _whole_numbers(
    text: str | None, count: int, what: str, meaning: str, notes: list[str]
) -> list[int]:
    """So many whole numbers with points between them; none if that is not what the text says."""
    if text is None:
        return []
    parts = text.split(".")
    if len(parts) != count or not all(map(_NUMBER.fullmatch, parts)):
        notes.append(f"“{echo(text)}” is no {what}: {meaning} in whole numbers would be right.")
        return []
    return list(map(int, parts))


def _sentence(error: ValueError) -> str:
    """What an error says, beginning as a sentence does."""
    text = str(error)
    return text[:1].upper() + text[1:]
