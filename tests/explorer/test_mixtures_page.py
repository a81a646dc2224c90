"""The mixtures page without a browser: board, slots, plans, and that it ends."""

from __future__ import annotations

import threading
from queue import Queue

import numpy as np
import pytest

from explorer.address import from_query, to_query
from explorer.exports.ellipses import ellipses_pixels
from explorer.inputs.mixture_sources import FITTED, OWN_MIXTURE, built_in_mixture
from explorer.inputs.sources import blank_url
from explorer.pages.mixtures import MixturesPage
from explorer.saved import from_file, to_file
from explorer.state import own_pictures
from explorer.theme import MARGINAL_COLORS
from solvers.mixture_presets import preset
from solvers.mixtures import Mixture
from tests.explorer.helpers import WAIT, awaited, end, wait_until


@pytest.fixture
def ticks():
    return Queue()


@pytest.fixture
def page(ticks):
    page = MixturesPage(ticks.put, *from_query("?p=mixtures"))
    page.open()
    yield page
    end(page)


def view(page):
    return page._solvers.first.view


def shown(page):
    """The mixture on the screen, and the number of its iterate."""
    frame = view(page).frame
    return np.frombuffer(frame["rows"], np.float32).reshape(-1, 6), frame["number"]


def number(page):
    return view(page).frame.get("number")


def converge(page, ticks):
    page._playing.press("run")
    wait_until(page, ticks, lambda: "Converged" in view(page).reason)


def edit(page, slot, rows, sequence=1):
    """A message of the board."""
    load = page._board.sheet["load"]
    data = {"load": load, "number": sequence, "slot": slot, "rows": rows.tobytes()}
    page._board._handle_msg(data)


def moved(name="trio upper right", right=-0.2):
    rows = np.asarray(preset(name), np.float32)
    rows[0, 1] += right
    return rows


def lines(page):
    return len(view(page).links.get("marginals", b""))


def test_the_first_picture_is_the_mixture_of_all(page, ticks):
    wait_until(page, ticks, lambda: number(page) == 0)
    rows, _ = shown(page)
    assert len(rows) == 9
    assert rows[:, 0].sum() == pytest.approx(1)
    assert view(page).frame["text"].startswith("Plain mixture of 33 % trio upper left")
    assert [len(mixture) for mixture in page._board._mixtures] == [3, 3, 3]
    assert page._board.sheet["colors"] == list(MARGINAL_COLORS[:3])
    assert view(page).marginals["colors"] == page._board.sheet["colors"]


def test_an_edit_on_the_board_becomes_a_barycenter(page, ticks):
    """The board keeps what the hand has made; slot, corner, backdrop and address have it."""
    wait_until(page, ticks, lambda: number(page) == 0)
    before, sheet = page._pad.thumbnails, page._board.sheet
    edit(page, 1, moved())
    assert page._board.taken == 1
    assert page._marginals.value[1].kind == OWN_MIXTURE
    assert page._pad.labels[1] == "mixture"
    assert [new != old for new, old in zip(page._pad.thumbnails, before, strict=True)] == [
        False, True, False
    ]  # fmt: skip
    wait_until(page, ticks, lambda: "Converged" in view(page).reason)
    assert page._board.sheet is sheet
    assert np.array_equal(
        np.frombuffer(view(page).marginals["rows"][1], np.float32).reshape(-1, 6)[:, 1:],
        moved()[:, 1:],
    )
    assert "gmm-" in page._window.query
    means = [np.asarray(m.draw(5)) for m in page._marginals.value]
    expected = np.mean([rows[:, 0] @ rows[:, 1:3] for rows in means], axis=0)
    rows, _ = shown(page)
    np.testing.assert_allclose(rows[:, 0] @ rows[:, 1:3], expected, atol=1e-6)


def test_an_edit_is_posed_once(page, ticks):
    wait_until(page, ticks, lambda: number(page) == 0)
    posed = page._timeline.renewed
    edit(page, 1, moved())
    wait_until(page, ticks, lambda: "Converged" in view(page).reason)
    assert page._timeline.renewed == posed + 1


def test_a_newer_edit_overtakes_an_older_one(page, ticks):
    wait_until(page, ticks, lambda: number(page) == 0)
    for step in range(1, 6):
        edit(page, 1, moved(right=-0.05 * step), step)
    wait_until(page, ticks, lambda: "Converged" in view(page).reason)
    assert page._board.taken == 5
    drawn = page._posing.drawn.arrays[1]
    assert drawn[0, 1] == pytest.approx(0.64 - 0.25)


def test_another_choice_reaches_the_board(page, ticks):
    wait_until(page, ticks, lambda: number(page) == 0)
    page._marginals._slots.selected = 2
    assert page._board.selected == 2
    page._marginals._replace(built_in_mixture("Mixtures", "cross"))
    wait_until(page, ticks, lambda: len(page._board._mixtures[2]) == 5)
    page._board._handle_msg({"selected": 1})
    assert page._marginals.selected == page._marginals._slots.selected == 1
    page._marginals._ask("remove")
    wait_until(page, ticks, lambda: len(page._board._mixtures) == 2)
    assert page._board.selected == 1


def test_an_edit_while_another_mixture_goes_is_no_harm(page, ticks):
    """The board still shows three when the message comes: its slots are no longer the page's."""
    wait_until(page, ticks, lambda: number(page) == 0)
    page._marginals._ask("remove")
    before = page._marginals.value
    for slot in (0, 1, 2):
        edit(page, slot, moved("trio below"), slot)
    assert page._marginals.value is before
    wait_until(page, ticks, lambda: len(page._board._mixtures) == 2)


def test_plans_of_all_and_of_one(page, ticks):
    wait_until(page, ticks, lambda: number(page) == 0)
    converge(page, ticks)
    assert lines(page) == 0
    page.planned.value = True
    wait_until(page, ticks, lambda: lines(page) > 0)
    rows, iterate = shown(page)
    assert lines(page) >= 3 * len(rows)
    page.planned.value = False
    assert lines(page) == 0
    view(page)._handle_msg({"choose": 0, "number": iterate})
    wait_until(page, ticks, lambda: lines(page) > 0)
    starts = np.frombuffer(view(page).links["starts"], np.float32).reshape(-1, 2)
    np.testing.assert_allclose(starts, np.tile(rows[0, 1:3], (len(starts), 1)), atol=1e-6)
    masses = np.frombuffer(view(page).links["masses"], np.float32)
    assert masses.sum() == pytest.approx(3 * rows[0, 0], rel=0.05)
    view(page)._handle_msg({"choose": None, "number": iterate})
    assert lines(page) == 0


def test_plans_of_a_past_iterate(page, ticks):
    wait_until(page, ticks, lambda: number(page) == 0)
    converge(page, ticks)
    page.planned.value = True
    wait_until(page, ticks, lambda: lines(page) > 0)
    page._seek(0)
    rows, _ = shown(page)

    def starts_are_its_own() -> bool:
        starts = np.frombuffer(view(page).links["starts"], np.float32).reshape(-1, 2)
        return {tuple(start) for start in starts} == {tuple(row) for row in rows[:, 1:3]}

    wait_until(page, ticks, starts_are_its_own)
    assert number(page) == 0


def test_a_fit_blocks_nobody(page, ticks, monkeypatch):
    """Slot, corner and board have it when it is there; before, all else is answered."""
    fitting, go = threading.Event(), threading.Event()

    def fit(choice, components):
        fitting.set()
        assert go.wait(WAIT)
        return np.asarray(preset("row"))

    monkeypatch.setattr("explorer.inputs.mixture_sources._fitted_rows", fit)
    monkeypatch.setattr("explorer.inputs.thumbnails._DRAWN", {})
    wait_until(page, ticks, lambda: number(page) == 0)
    page._marginals._replace(built_in_mixture(FITTED, "heart"))
    assert fitting.wait(WAIT)
    assert page._marginals.thumbnails[0] == page._pad.thumbnails[0] == blank_url()
    go.set()
    wait_until(page, ticks, lambda: page._pad.thumbnails[0] != blank_url())
    assert page._marginals.thumbnails == page._pad.thumbnails
    wait_until(page, ticks, lambda: len(page._board._mixtures[0]) == 5)


def test_a_file_is_fitted_with_as_many_components_as_are_chosen(page, ticks):
    """It is one's own mixture, and travels in the address."""
    wait_until(page, ticks, lambda: number(page) == 0)
    page.controls.grid.value = 3
    table = "\n".join(f"{x},{y}" for x, y in np.random.default_rng(3).random((60, 2)))
    awaited(page._marginals._upload._take_file("towns.csv", table.encode()))
    assert page._pad.labels[0] == "towns"
    wait_until(page, ticks, lambda: page._posing.drawn.marginals[0].label == "towns")
    wait_until(page, ticks, lambda: number(page) == 0)
    assert [len(mixture) for mixture in page._board._mixtures] == [3, 3, 3]
    assert own_pictures(page.state()) == []
    again, notes = from_query(page._window.query)
    assert notes == []
    drawn = page._marginals.value[0].draw(8)
    np.testing.assert_allclose(again.marginals[0].draw(8), drawn, atol=1e-3)


def test_the_view_comes_back_from_address_and_file(page, ticks):
    wait_until(page, ticks, lambda: number(page) == 0)
    edit(page, 0, moved("face"))
    wait_until(page, ticks, lambda: "gmm-" in page._window.query)
    state, notes = from_file(to_file(page.state()))
    assert notes == []
    assert [m.label for m in state.marginals] == ["mixture", "trio upper right", "trio below"]
    edited = page._marginals.value[0].source
    np.testing.assert_allclose(state.marginals[0].source, edited, atol=1e-4)
    assert (to_query(state), state.subject.name) == (page._window.query, "mixtures")
    again, notes = from_query(page._window.query)
    assert notes == []
    np.testing.assert_allclose(again.marginals[0].draw(5), state.marginals[0].draw(5), atol=1e-4)
    page._restore(again, [])
    wait_until(page, ticks, lambda: len(page._board._mixtures[0]) == 5)


def test_a_picture_for_a_file_shows_what_the_tile_shows(page, ticks):
    wait_until(page, ticks, lambda: number(page) == 0)
    tile = page._solvers.first
    rows, _ = shown(page)
    given = [np.asarray(Mixture.of_rows(m.draw(5))) for m in page._marginals.value]
    expected = ellipses_pixels(rows, 1024, tile.color, given, MARGINAL_COLORS[:3])
    assert np.array_equal(page._export.painter(tile, still=True)(tile.seen[1]), expected)
    page.set_dark(True)
    dark = page._export.painter(tile)(tile.seen[1])
    assert dark.shape == (384, 384, 3)
    assert dark.mean() < 128 < expected.mean()
    assert page._board.dark
