"""The densities page without a browser: what its controls make of a run, and that it ends."""

from __future__ import annotations

import threading
from queue import Queue

import numpy as np
import pytest

from explorer.pages.densities import DensitiesPage

WAIT = 60


@pytest.fixture
def ticks():
    return Queue()


@pytest.fixture
def page(ticks):
    page = DensitiesPage(ticks.put)
    page._grid.value = 64
    page.open()
    yield page
    page.close()
    assert page.run.join(WAIT)
    assert not any(thread.name == "run" for thread in threading.enumerate())


def show_next(page, ticks) -> dict:
    """Run what is scheduled, as the document would; the frame that is then on the screen."""
    before = page._view.frame
    while page._view.frame is before:
        ticks.get(timeout=WAIT)()
    page.run.acknowledge(page._view.frame["ticket"])
    return page._view.frame


def test_the_first_picture_is_the_mixture(page, ticks):
    frame = show_next(page, ticks)
    assert (frame["rows"], frame["columns"], frame["number"]) == (64, 64, 0)
    assert frame["text"].startswith("Plain mixture of 25 % duck")
    assert "plain mixture" in page._words.object


def test_dragging_before_the_browser_is_ready_loses_no_state(page, ticks):
    """Weights that change faster than iterates come still start from the last transport."""
    while show_next(page, ticks)["number"] < 3:
        page.run.step()
    for share in (0.3, 0.4, 0.5):
        rest = (1 - share) / 3
        page._pad.weights = [share, rest, rest, rest]
    while not show_next(page, ticks)["text"].startswith("Barycenter of 50 % duck"):
        pass
    assert page._view.frame["number"] == 0
    assert np.abs(page.run.state.potentials).max() > 0
    assert "Carried along" in page._words.object


def test_a_run_ends_with_a_reason_for_screen_readers(page, ticks):
    show_next(page, ticks)
    page._play.clicks += 1
    assert page._play.label == "Pause"
    while "role='status'" not in page._status.object:
        show_next(page, ticks)
    assert "Converged" in page._status.object
    assert page._play.label == "Run"


def test_a_problem_that_cannot_be_is_refused_in_words(page, ticks):
    """The picture stays, and nothing is raised into the page."""
    frame = show_next(page, ticks)
    page._pad.weights = [0, 0, 0, 0]
    assert page._view.frame is frame
    page._pad.weights = [1, 1, 1, 1]
    assert show_next(page, ticks)["number"] == 0
