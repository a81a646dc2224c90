"""The colours of exported pictures are those of the page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

import explorer.views
from explorer.theme import THEME_CONFIG
from explorer.views.shades import SHADES, ramp


def test_the_page_paints_with_the_same_numbers():
    script = Path(explorer.views.__file__).with_name("density.js").read_text("utf-8")
    (literal,) = re.findall(r"const SHADES = ({.*?\n})", script, re.DOTALL)
    literal = re.sub(r"(\w+):", r'"\1":', literal).replace(",\n}", "\n}")
    stops = {name: tuple(map(tuple, shades)) for name, shades in json.loads(literal).items()}
    assert stops == SHADES


@pytest.mark.parametrize("dark", [False, True])
def test_no_mass_is_paper_and_full_colour_is_the_last_shade(dark):
    name = "dark" if dark else "light"
    paper = THEME_CONFIG[name]["palette"]["background"]["paper"]
    table = ramp(dark)
    assert (table.shape, table.dtype) == ((256, 3), np.uint8)
    assert "#" + table[0].tobytes().hex() == paper
    assert tuple(table[255]) == SHADES[name][-1][1:4]


def test_more_mass_is_darker_on_white_and_brighter_on_black():
    assert (np.diff(ramp(dark=False).sum(axis=1, dtype=int)) <= 0).all()
    assert (np.diff(ramp(dark=True).sum(axis=1, dtype=int)) >= 0).all()


def test_faint_levels_fade_into_the_paper():
    """Level 10 on white by hand: 10/255 of the way to the stop at 0.08, and as opaque as that."""
    part = 10 / 255 / 0.08
    stop = np.array(SHADES["light"][1][1:4])
    expected = 255 + part * part * (stop - 255)
    np.testing.assert_allclose(ramp(dark=False)[10], expected, atol=0.5)
