"""The run: newest-only mailbox, one frame in flight, pause, step, resume, errors, end."""

from __future__ import annotations

from collections.abc import Iterator
from queue import Queue
from threading import Event

import pytest

from explorer.run import Batch, Run
from solvers import Iterate, Solver

WAIT = 60  # seconds before a test that waits in vain fails


class Counter(Solver):
    """Counts; its objective grows. Each step may be made to wait for a gate."""

    label, summary = "Counter", "Counts."

    def __init__(self, gate: Event | None = None, fail_at: int = -1, nan_at: int = -1) -> None:
        super().__init__()
        self._gate, self._fail_at, self.nan_at = gate, fail_at, nan_at

    def settled(self):
        return self

    def init(self, problem, state=None):
        return 0 if state is None else state

    def step(self, problem, state):
        if self._gate is not None:
            assert self._gate.wait(WAIT)
        if state + 1 == self._fail_at:
            raise ValueError("the problem is too hard")
        return state + 1

    def iterate(self, problem, state):
        objective = float("nan") if state == self.nan_at else float(state)
        return Iterate(barycenter=state, objectives={"dual": objective}, state=state)


class Document:
    """Stands in for a session's document: runs scheduled functions when asked."""

    def __init__(self) -> None:
        self._queue: Queue = Queue()
        self.batches: list[Batch] = []
        self.failures: list[str] = []

    def schedule(self, function) -> None:
        self._queue.put(function)

    def tick(self) -> None:
        """Wait for the next scheduled function and run it."""
        self._queue.get(timeout=WAIT)()

    @property
    def idle(self) -> bool:
        return self._queue.empty()


@pytest.fixture
def document() -> Document:
    return Document()


@pytest.fixture
def run(document: Document) -> Iterator[Run]:
    run = Run(document.batches.append, document.failures.append, document.schedule)
    yield run
    run.close()
    assert run.join(WAIT)


def next_batch(run: Run, document: Document) -> Batch:
    """Acknowledge the last frame and take the next."""
    if document.batches:
        run.acknowledge(document.batches[-1].ticket)
    document.tick()
    return document.batches[-1]


def test_start_shows_the_first_iterate_and_waits(run, document):
    run.start(Counter(), problem=None)
    batch = next_batch(run, document)
    assert (batch.newest.number, batch.restarted, run.playing) == (0, True, False)
    assert [point.number for point in batch.points] == [0]


def test_step_shows_one_more(run, document):
    run.start(Counter(), problem=None)
    next_batch(run, document)
    for number in (1, 2):
        run.step()
        batch = next_batch(run, document)
        assert (batch.newest.number, batch.restarted) == (number, False)
    assert not run.playing


def test_only_the_newest_picture_waits_but_every_point(run, document):
    """While a frame is in flight nothing is sent; then the newest, with all points since."""
    run.start(Counter(), problem=None)
    document.tick()  # shown, not acknowledged
    for _ in range(5):
        before = run.state
        run.step()
        while run.state == before:
            pass
    assert document.idle
    batch = next_batch(run, document)
    assert batch.newest.number == 5
    assert [point.number for point in batch.points] == [1, 2, 3, 4, 5]


def test_play_and_pause(run, document):
    run.start(Counter(), problem=None)
    run.play()
    while next_batch(run, document).newest.number < 3:
        assert run.playing
    run.pause()
    assert not run.playing


def test_a_stopped_solver_goes_on_where_it_stopped(run, document, monkeypatch):
    """Numbers continue, and the repeated start of the continued loop is not shown again."""
    from explorer import continued as module

    original = module.iterates
    monkeypatch.setattr(
        module, "iterates", lambda *arguments: original(*arguments, max_iterations=2)
    )
    run.start(Counter(), problem=None)
    points = []
    for _ in range(2):
        run.play()
        while True:
            batch = next_batch(run, document)
            points += [point.number for point in batch.points]
            if batch.newest.stopped:
                break
        assert not run.playing
        assert "2 iterations" in batch.newest.stopped
    assert points == [0, 1, 2, 3, 4]


def test_a_first_step_that_gives_no_numbers_ends_the_run(run, document):
    """Not like a problem that is solved before it begins, which leaves a run playing."""
    solver = Counter(nan_at=1)
    run.start(solver, problem=None)
    run.play()
    while not (batch := next_batch(run, document)).newest.stopped:
        pass
    assert "not finite" in batch.newest.stopped
    assert not run.playing
    solver.nan_at = -1
    run.play()
    while next_batch(run, document).newest.number < 2:
        assert run.playing


def test_a_new_problem_drops_what_the_old_one_left(run, document):
    """An iterate that was being computed for the old problem never shows."""
    gate = Event()
    run.start(Counter(gate), problem="old")
    next_batch(run, document)
    run.step()
    run.start(Counter(), problem="new")
    assert run.state is None
    gate.set()
    batch = next_batch(run, document)
    assert (batch.newest.number, batch.problem, batch.restarted) == (0, "new", True)


def test_a_warm_start_goes_on_from_the_newest_state(run, document):
    run.start(Counter(), problem="old")
    next_batch(run, document)
    for _ in range(3):
        run.step()
        next_batch(run, document)
    run.start(Counter(), problem="new", warm=True)
    batch = next_batch(run, document)
    assert (batch.newest.barycenter, batch.newest.number, batch.problem) == (3, 0, "new")


def test_a_problem_that_is_replaced_while_playing_gets_a_step(document):
    """Else the transport would stand still under a hand that never rests."""
    gate, recorded = Event(), []
    run = Run(
        document.batches.append,
        document.failures.append,
        document.schedule,
        lambda iterate, first: recorded.append((iterate.barycenter, first)),
    )
    run.start(Counter(gate), problem=0)
    next_batch(run, document)
    run.play()
    for problem in range(1, 6):  # each arrives before the one before has moved
        run.start(Counter(gate), problem=problem, warm=True)
    gate.set()
    while next_batch(run, document).problem != 5:
        pass
    run.close()
    assert run.join(WAIT)
    starts = [value for value, first in recorded if first]
    assert starts[0] == 0
    assert starts[1] >= 1  # it begins from a state that has moved


def test_every_iterate_is_recorded(document):
    recorded = []
    run = Run(
        document.batches.append,
        document.failures.append,
        document.schedule,
        lambda iterate, first: recorded.append((iterate.number, first)),
    )
    run.start(Counter(), problem=None)
    document.tick()  # shown and never acknowledged
    for _ in range(3):
        before = run.state
        run.step()
        while run.state == before:
            pass
    run.close()
    assert run.join(WAIT)
    assert recorded == [(0, True), (1, False), (2, False), (3, False)]


def test_an_error_becomes_a_sentence(run, document):
    run.start(Counter(fail_at=2), problem=None)
    next_batch(run, document)
    run.play()
    while not document.failures:
        if document.batches:
            run.acknowledge(document.batches[-1].ticket)
        document.tick()
    assert document.failures == ["the problem is too hard"]
    assert not run.playing


def test_slow_motion_can_be_interrupted(run, document):
    """A pause, a new speed or the end does not wait for the period to pass."""
    run.slow_down(1e-6)
    run.start(Counter(), problem=None)
    run.play()
    next_batch(run, document)
    run.slow_down(1e6)
    assert next_batch(run, document).newest.number >= 1


def test_closing_ends_the_thread_and_lets_go(document):
    run = Run(document.batches.append, document.failures.append, document.schedule)
    run.start(Counter(), problem=None)
    run.play()
    document.tick()
    run.close()
    assert run.join(WAIT)
    assert run.state is None
    run.start(Counter(), problem=None)  # a late event of a closing page
    assert run.join(WAIT)
