"""Work on the side: the newest of each kind, dropped when unwanted, errors as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from queue import Queue
from threading import Event

import pytest

from explorer.background import Background

WAIT = 60


class Side:
    """A background whose scheduled functions run when asked."""

    def __init__(self) -> None:
        self._queue: Queue = Queue()
        self.failures: list[str] = []
        self.results: list[object] = []
        self.background = Background(self.failures.append, self._queue.put)

    def tick(self) -> None:
        self._queue.get(timeout=WAIT)()

    def offer(self, kind, work, after=0.0) -> None:
        self.background.offer(kind, work, self.results.append, after)

    @property
    def idle(self) -> bool:
        return self._queue.empty()


@pytest.fixture
def side() -> Iterator[Side]:
    side = Side()
    yield side
    side.background.close()
    assert side.background.join(WAIT)


class Blocked:
    """Work that waits for a gate and tells when it has begun."""

    def __init__(self) -> None:
        self.begun, self.gate, self.unwanted = Event(), Event(), None

    def __call__(self, cancelled):
        self.begun.set()
        assert self.gate.wait(WAIT)
        self.unwanted = cancelled()
        return "late"


def test_results_come_in_the_documents_thread(side):
    side.offer("sum", lambda cancelled: 1 + 1)
    assert side.results == []
    side.tick()
    assert side.results == [2]


def test_only_the_newest_of_a_kind_is_done(side):
    blocked = Blocked()
    side.offer("first", blocked)
    assert blocked.begun.wait(WAIT)
    for number in range(5):
        side.offer("number", lambda cancelled, number=number: number)
    side.offer("other", lambda cancelled: "other")
    blocked.gate.set()
    for _ in range(3):
        side.tick()
    assert side.results == ["late", 4, "other"]
    assert blocked.unwanted is False


def test_dropped_work_is_told_and_its_result_forgotten(side):
    blocked = Blocked()
    side.offer("kind", blocked)
    assert blocked.begun.wait(WAIT)
    side.offer("waiting", lambda cancelled: "never")
    side.background.drop("waiting")
    side.background.drop("kind")
    blocked.gate.set()
    side.offer("next", lambda cancelled: "next")
    side.tick()
    assert side.results == ["next"]
    assert blocked.unwanted is True
    assert side.idle


def test_an_error_becomes_a_sentence(side):
    def fails(cancelled):
        raise ValueError("this cannot be")

    side.offer("kind", fails)
    side.tick()
    assert (side.failures, side.results) == (["this cannot be"], [])
    side.offer("kind", lambda cancelled: "alive")
    side.tick()
    assert side.results == ["alive"]


def test_closing_ends_the_thread_even_while_it_waits():
    side = Side()
    side.offer("far", lambda cancelled: None, after=3600)
    side.background.close()
    assert side.background.join(WAIT)
    side.offer("late", lambda cancelled: None)  # a late event of a closing page
    assert side.idle
