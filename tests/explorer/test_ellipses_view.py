"""Mixtures as ellipses: the tile, the board on which they are edited, pictures for files."""

from __future__ import annotations

import re

import numpy as np
import pytest

from explorer.exports.ellipses import ellipses_pixels
from explorer.views.ellipses import EllipsesView
from explorer.views.mixture_board import HALF_AXES, MOST_COMPONENTS, MixtureBoard
from explorer.views.shades import ramp

RED, BLUE, GREEN = (209, 73, 91), "#3f6fd8", "#1f8a70"
COLORS = ["#d1495b", BLUE]


def row(weight=1.0, x=0.5, y=0.5, along=0.1, across=0.1, angle=0.0):
    """A row of a mixture: weight, mean, upper triangle of the covariance."""
    axes = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    (xx, xy), (_, yy) = axes @ np.diag([along**2, across**2]) @ axes.T
    return [weight, x, y, xx, xy, yy]


def mixture(*rows):
    return np.array(rows, np.float32)


# The tile.


@pytest.fixture
def chosen():
    return []


@pytest.fixture
def view(chosen):
    view = EllipsesView(lambda ticket: None, lambda: None, lambda *which: chosen.append(which))
    view.paint(mixture(row(0.4), row(0.6)), 37, "two blobs")
    return view


def test_a_tile_sends_the_mixture_and_hears_of_it():
    painted, toggled = [], []
    view = EllipsesView(painted.append, lambda: toggled.append(True))
    rows = mixture(row(0.25, angle=0.3), row(0.75, x=0.1))
    view.paint(rows, 37, "two blobs", ticket=5)
    assert np.array_equal(np.frombuffer(view.frame["rows"], np.float32).reshape(-1, 6), rows)
    assert (view.frame["number"], view.frame["text"], view.frame["ticket"]) == (37, "two blobs", 5)
    for message in (5, "toggle", {"choose": 1, "number": 37}):
        view._handle_msg(message)
    assert (painted, toggled) == ([5], [True])


@pytest.mark.parametrize(("index", "number"), [(0, 37), (1, 37), (None, 37), (None, 36)])
def test_a_component_can_be_chosen_and_let_go(view, chosen, index, number):
    view._handle_msg({"choose": index, "number": number})
    assert chosen == [(index, number)]


@pytest.mark.parametrize(
    ("index", "number"), [(2, 37), (-1, 37), (0, 36), ("0", 37), (0.0, 37), (0, None)]
)
def test_a_component_that_is_not_in_the_picture_cannot_be_chosen(view, chosen, index, number):
    view._handle_msg({"choose": index, "number": number})
    assert chosen == []


def test_marginals_and_lines_arrive_as_they_were_given(view):
    marginals = [mixture(row()), mixture(row(0.5), row(0.5, x=0.2))]
    view.backdrop(marginals, COLORS)
    assert [len(rows) // 24 for rows in view.marginals["rows"]] == [1, 2]
    assert view.marginals["colors"] == COLORS
    view.lines([[0.5, 0.5]] * 2, [[0.1, 0.2], [0.3, 0.4]], [1, 0], [0.25, 0.75])
    numbers = {
        name: np.frombuffer(view.links[name], np.float32) for name in ("starts", "ends", "masses")
    }
    assert numbers["starts"].tolist() == [0.5] * 4
    assert numbers["ends"] == pytest.approx([0.1, 0.2, 0.3, 0.4])
    assert numbers["masses"].tolist() == [0.25, 0.75]
    assert view.links["marginals"] == b"\x01\x00"
    view.lines()
    assert not any(view.links.values())


@pytest.mark.parametrize("component", [EllipsesView, MixtureBoard])
def test_a_script_of_several_files_has_one_way_in_and_no_name_twice(component):
    assert len(re.findall(r"^export ", component._esm, re.MULTILINE)) == 1
    names = re.findall(r"^(?:export )?(?:function|const|let) (\w+)", component._esm, re.MULTILINE)
    names += [
        name
        for line in re.findall(r"^const (\w+ = [\d.e-]+, .*)$", component._esm, re.MULTILINE)
        for name in re.findall(r", (\w+) = ", line)
    ]
    assert len(names) == len(set(names)) > 10


def test_python_and_the_browser_agree_on_what_the_board_allows():
    assert f"const MOST = {MOST_COMPONENTS}," in MixtureBoard._esm
    assert f"const HALF_AXES = {list(HALF_AXES)}," in MixtureBoard._esm


# The board.


@pytest.fixture
def heard():
    return []


@pytest.fixture
def board(heard):
    board = MixtureBoard(
        lambda slot, rows: heard.append((slot, rows)), lambda slot: heard.append(slot)
    )
    board.paint([mixture(row()), mixture(row(0.5), row(0.5, x=0.2))], COLORS, 0)
    return board


def edit(board, rows, slot=0, load=0, number=1):
    """What the browser sends; `load` counts from the newest sheet."""
    board._handle_msg(
        {"load": board.sheet["load"] + load, "number": number, "slot": slot, "rows": rows}
    )


def test_an_edit_arrives_as_rows(board, heard):
    rows = mixture(row(0.3, along=0.6, across=0.01, angle=1.0), row(0.7, x=0.0, y=1.0))
    edit(board, rows.tobytes(), slot=1, number=3)
    ((slot, arrived),) = heard
    assert slot == 1
    assert np.array_equal(arrived, rows)
    assert board.taken == 3


@pytest.mark.parametrize(
    "rows",
    [
        mixture(),
        mixture(*[row(1 / 9)] * 9),
        mixture(row(weight=0.0)),
        mixture(row(weight=-1.0)),
        mixture(row(weight=np.nan)),
        mixture(row(x=1.1)),
        mixture(row(y=-0.1)),
        mixture(row(x=np.inf)),
        mixture(row(along=0.7)),
        mixture(row(across=0.005)),
        mixture([1, 0.5, 0.5, 0.01, 0.02, 0.01]),
    ],
    ids=[
        "none", "nine", "no weight", "negative weight", "weight nan", "right of it", "below it",
        "infinitely far", "too long", "too flat", "indefinite",
    ],
)  # fmt: skip
def test_what_the_board_cannot_have_made_is_refused(board, heard, rows):
    edit(board, rows.tobytes())
    assert heard == []
    assert board.taken == 1  # or the browser would wait for ever


def test_other_messages_are_ignored(board, heard):
    good = mixture(row()).tobytes()
    edit(board, good[:-1])
    edit(board, good, slot=2)
    edit(board, good, slot=-1)
    edit(board, good, load=-1)  # of an earlier sheet
    for message in (None, "edit", {}, {"selected": 2}, {"selected": -1}, {"selected": "1"}):
        board._handle_msg(message)
    assert heard == []


def test_the_board_may_go_on_after_an_error():
    def fail(slot, rows):
        raise ValueError("no use for it")

    board = MixtureBoard(fail, lambda slot: None)
    board.paint([mixture(row())], COLORS[:1], 0)
    with pytest.raises(ValueError, match="no use for it"):
        edit(board, mixture(row(x=0.4)).tobytes(), number=5)
    assert board.taken == 5


def test_what_the_visitor_has_just_done_is_not_sent_back(board):
    """As doubles, whose weights are scaled once more: a page returns its own copy."""
    sheet = board.sheet
    edited = mixture(row(0.3, x=0.123), row(0.7))
    edit(board, edited.tobytes(), slot=1)
    back = edited.astype(float)
    back[:, 0] /= back[:, 0].sum()
    board.paint([mixture(row()), back], COLORS, 1)
    assert board.sheet is sheet
    assert board.selected == 1


def test_other_mixtures_begin_another_sheet(board, heard):
    before = board.sheet["load"]
    board.paint([mixture(row()), mixture(row(x=0.9))], COLORS, 1)
    assert board.sheet["load"] == before + 1
    board.paint([mixture(row()), mixture(row(x=0.9))], COLORS[::-1], 1)
    assert board.sheet["load"] == before + 2
    edit(board, mixture(row(x=0.1)).tobytes(), load=-1)
    assert heard == []


def test_the_visitor_turns_to_another_mixture(board, heard):
    board._handle_msg({"selected": 1})
    assert (board.selected, heard) == (1, [1])


# Pictures for files.


def at(picture, x, y):
    """The pixel at a place of the plane."""
    size = len(picture)
    column, line = ((place + 0.05) / 1.1 * size for place in (x, 1 - y))
    return picture[int(line), int(column)].astype(int)


def near(pixel, color):
    return abs(pixel - np.array(color)).max() < 40


@pytest.mark.parametrize("dark", [False, True])
def test_a_picture_shows_density_and_ellipse_upright(dark):
    rows = [row(x=0.3, y=0.7, along=0.2, across=0.05, angle=np.pi / 4)]
    picture = ellipses_pixels(rows, 400, COLORS[0], dark=dark)
    assert picture.shape == (400, 400, 3)
    assert picture.dtype == np.uint8
    assert near(at(picture, 0.3, 0.7), ramp(dark)[255])
    assert near(at(picture, 0.9, 0.1), ramp(dark)[0])
    step = 0.2 / np.sqrt(2)
    assert near(at(picture, 0.3 + step, 0.7 + step), RED)
    assert near(at(picture, 0.3 - step, 0.7 - step), RED)
    assert not near(at(picture, 0.3 + step, 0.7 - step), RED)


def test_a_light_component_is_fainter():
    rows = [row(0.9, x=0.2), row(0.1, x=0.8)]
    picture = ellipses_pixels(rows, 400, COLORS[0])
    heavy, light = (at(picture, x, 0.6) for x in (0.2, 0.8))
    assert abs(heavy - RED).sum() < abs(light - RED).sum()


def test_marginals_are_outlines_in_their_colours():
    alone = ellipses_pixels([row(x=0.2, along=0.02, across=0.02)], 400, COLORS[0])
    marginals = [[row(x=0.7, y=0.3)], [row(x=0.7, y=0.8)]]
    both = ellipses_pixels(
        [row(x=0.2, along=0.02, across=0.02)], 400, COLORS[0], marginals, [BLUE, GREEN]
    )
    changed = (alone != both).any(axis=-1)
    assert 0 < changed.mean() < 0.02
    for y, channel in ((0.3, 2), (0.8, 1)):
        top = at(both, 0.7, y + 0.1)
        assert top.argmax() == channel
    assert (at(both, 0.7, 0.3) == 255).all()


def test_the_narrowest_and_the_widest_ellipse_are_drawn():
    rows = [row(0.5, along=0.6, across=0.01), row(0.5, along=0.01, across=0.01)]
    assert len(np.unique(ellipses_pixels(rows, 96, COLORS[0]).reshape(-1, 3), axis=0)) > 10


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"size": 0}, "size: is 0, but must be ≥ 1 pixel."),
        ({"backdrop": [[row()]]}, "colors: are 0, but must be one for each of 1 marginals."),
    ],
    ids=["size", "colors"],
)
def test_what_cannot_be_drawn_gets_a_sentence(settings, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        ellipses_pixels([row()], **{"size": 32, "color": BLUE, **settings})
