"""What is posed when drawings come late, fail, or are not wanted any more."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from explorer.pages.posing import Posing
from tests.explorer.helpers import Desk


class Letter:
    """A drawing that is drawn as itself, or cannot be if it is an x."""

    marginals = ("left", "right")

    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        return isinstance(other, Letter) and other.name == self.name

    def draw(self):
        if self.name == "x":
            raise ValueError("x: cannot be drawn.")
        return SimpleNamespace(
            drawing=self, weighted=lambda weights: self.name, picture=lambda weights: None
        )

    def is_continued_by(self, newer):
        return True


class Desked:
    def __init__(self):
        self.desk, self.posed, self.failed, self.played = Desk(), [], [], []
        self.controls = "a"
        pad = SimpleNamespace(weights=[0.5, 0.5])
        self.posing = Posing(
            lambda: Letter(self.controls), pad, self.desk,
            lambda problem, picture, warm: self.posed.append(problem), self.failed.append,
        )  # fmt: skip

    def turn_to(self, name, **options):
        self.controls = name
        return self.posing.pose(**options)


@pytest.fixture
def page():
    page = Desked()
    page.turn_to("a")
    page.desk.work()
    return page


def test_a_drawing_of_what_was_left_again_is_not_posed(page):
    page.turn_to("b")
    assert page.turn_to("a")
    page.desk.work()
    assert page.posed == ["a", "a"]


def test_what_cannot_be_drawn_is_told_once(page):
    for _ in range(3):
        assert not page.turn_to("x")
        page.desk.work()
    assert page.failed == ["x: cannot be drawn."]
    page.turn_to("x", afresh=True)  # Reset
    page.desk.work()
    assert len(page.failed) == 2
    page.turn_to("b")
    page.desk.work()
    assert page.posed == ["a", "b"]


def test_a_press_during_drawing_counts_once_it_is_posed(page):
    page.turn_to("b")
    page.posing.once_posed(lambda: page.played.append("b"))
    page.desk.work()
    page.turn_to("a")
    page.desk.work()
    assert page.played == ["b"]


def test_a_press_does_not_wait_for_what_failed(page):
    page.turn_to("x")
    page.desk.work()
    page.posing.once_posed(lambda: page.played.append("later"))
    page.turn_to("b")
    page.desk.work()
    assert page.played == []


def test_a_reset_forgets_what_was_to_follow(page):
    page.turn_to("b", then=lambda: page.played.append("b"))
    page.turn_to("b", afresh=True)
    page.desk.work()
    assert page.played == []
    assert page.posed == ["a", "b"]
