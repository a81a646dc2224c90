"""The loop counts, times, stops and keeps the best, whatever the solver does."""

from dataclasses import replace

import numpy as np
import pytest

from solvers import Cloud, Mixture, Solver, iterates
from solvers.loop import Iterate


class Playback(Solver):
    """Gives one scripted value after the other; the state is the number of steps."""

    def __init__(self, values, name="dual", shown=1.0, clock=None, done_at=None):
        super().__init__()
        self.values, self.objective, self.shown = values, name, shown
        self.clock, self.done_at, self.steps = clock, done_at, 0

    def settled(self):
        return self  # the script is no setting

    def _work(self):
        if self.clock:
            self.clock.now += 1.0

    def init(self, problem, state=None):
        self._work()
        return state or 0

    def step(self, problem, state):
        self._work()
        self.steps += 1
        return state + 1

    def iterate(self, problem, state):
        objectives = {self.objective: self.values[state]} if self.objective else {}
        return Iterate(self.shown, objectives, state)

    def converged(self, problem, state):
        return "Done: the script says so." if state == self.done_at else None


class Clock:
    """Stands for `perf_counter` and moves only when it is told to."""

    now = 50.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("solvers.loop.perf_counter", clock)
    return clock


def play(values, *, name="dual", state=None, **options):
    return list(iterates(Playback(values, name), None, state, **options))


RISING = [float(k) for k in range(100)]


@pytest.mark.parametrize("steps", [0, 1, 7])
def test_numbers_run_from_zero_to_the_maximum(steps):
    its = play(RISING, max_iterations=steps)
    assert [it.number for it in its] == list(range(steps + 1))
    assert [it.stopped for it in its[:-1]] == [None] * steps
    assert its[-1].stopped == f"Stopped after {steps} iterations, as asked."


def test_seconds_are_the_solvers_own(clock):
    seconds = []
    for it in iterates(Playback(RISING, clock=clock), None, max_iterations=4):
        seconds.append(it.seconds)
        clock.now += 1000.0  # whoever looks at the iterates takes long
    assert seconds == [1, 2, 3, 4, 5]


def test_max_seconds(clock):
    its = list(iterates(Playback(RISING, clock=clock), None, max_seconds=3))
    assert [it.number for it in its] == [0, 1, 2]
    assert its[-1].stopped == "Stopped after 3.0 s of work, as asked."


def test_a_falling_objective_is_not_called_convergence():
    """The paper's fixed steps can overshoot at first: D starts at 0 and falls far below."""
    its = play([0.0, *(-1.0 - k for k in range(50))], patience=5, max_iterations=50)
    assert its[-1].number == 5
    assert its[-1].stopped.startswith("Stopped: the objective has stayed below its best value")
    assert its[-1].best.number == 0


def test_stagnation():
    its = play([0, 1, 2, 2, 1, 2, 2, 9], patience=3)
    assert its[-1].number == 5
    assert its[-1].stopped.startswith("Converged: the objective improved by less than")
    assert its[-1].stopped.endswith("in 3 iterations.")


def test_slow_progress_is_progress():
    creeping = [1 + 0.4e-3 * k for k in range(31)]
    assert play(creeping, tolerance=1e-3, patience=5, max_iterations=30)[-1].number == 30
    assert play(creeping, tolerance=1e-2, patience=5, max_iterations=30)[-1].number == 5


def test_zero_tolerance_waits_for_ever():
    assert play([1.0] * 100, tolerance=0, patience=1, max_iterations=99)[-1].number == 99


def test_cancellation():
    solver, seen = Playback(RISING), []
    for it in iterates(solver, None, cancelled=lambda: len(seen) == 4):
        seen.append(it)
    assert [it.number for it in seen] == [0, 1, 2, 3, 3]
    assert [it.stopped for it in seen] == [None] * 4 + ["Cancelled after iteration 3."]
    assert solver.steps == 3


def test_the_solver_may_end_the_loop():
    its = list(iterates(Playback(RISING, done_at=2), None))
    assert its[-1].number == 2
    assert its[-1].stopped == "Done: the script says so."


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_stop_at_the_last_good_iterate(bad):
    its = play([0.0, 2.0, 1.0, bad])
    assert [it.number for it in its] == [0, 1, 2, 2]
    assert its[-1].stopped.startswith("Stopped: iteration 3 gave numbers that are not finite.")
    assert its[-1].objectives == {"dual": 1.0}
    assert its[-1].best.number == 1


def test_a_start_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match=r"^state:.*not finite"):
        play([np.nan])
    with pytest.raises(ValueError, match=r"^state:.*not finite"):
        list(iterates(Playback(RISING, shown=np.array([1.0, np.nan])), None))


CLOUD = Cloud([[0.1, 0.2], [0.3, 0.4]])
MIXTURE = Mixture([1], [[0.5, 0.5]], [[[0.1, 0], [0, 0.2]]])


@pytest.mark.parametrize("measure", [CLOUD, MIXTURE], ids=["cloud", "mixture"])
@pytest.mark.parametrize(
    ("objectives", "finite"), [({"primal": 1.0}, True), ({"primal": np.nan}, False), ({}, True)]
)
def test_measures_are_finite_with_their_objectives(measure, objectives, finite):
    assert Iterate(measure, objectives, None).is_finite() is finite


def test_a_measure_that_is_not_finite_is_noticed():
    broken = Mixture.of_parts(np.ones(1), np.full((1, 2), np.nan), np.eye(2)[None])
    assert not Iterate(broken, {}, None).is_finite()


def test_figures_come_along_and_are_not_judged():
    class Counting(Playback):
        def iterate(self, problem, state):
            shown = super().iterate(problem, state)
            return replace(shown, barycenter=CLOUD, figures={"support": float(state), "at": np.nan})

    its = list(iterates(Counting([3.0, 2.0, 4.0], "primal"), None, max_iterations=2))
    assert [it.figures["support"] for it in its] == [0, 1, 2]
    assert its[-1].best.number == its[-1].best.figures["support"] == 1
    assert all(it.barycenter is CLOUD for it in its)


@pytest.mark.parametrize(
    ("name", "best"),
    [("dual", [0, 1, 1, 3, 3]), ("primal", [0, 0, 2, 2, 2]), (None, [0, 1, 2, 3, 4])],
)
def test_best_iterate(name, best):
    its = play([2.0, 5.0, 1.0, 7.0, 6.0], name=name, max_iterations=4)
    assert [it.best.number for it in its] == best
    if name:
        assert all(it.best.objectives[name] == its[it.best.number].objectives[name] for it in its)


def test_primal_is_judged_before_dual():
    both = Iterate(np.ones(1), {"dual": 3.0, "primal": 4.0}, None)
    assert both.score == -4.0


def test_a_state_continues_with_numbers_from_zero():
    its = play(RISING, state=40, max_iterations=2)
    assert [(it.number, it.state) for it in its] == [(0, 40), (1, 41), (2, 42)]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("max_iterations", -1),
        ("max_seconds", 0),
        ("max_seconds", np.nan),
        ("tolerance", -1e-9),
        ("tolerance", 1),
        ("tolerance", np.nan),
        ("patience", 0),
    ],
)
def test_bad_arguments_are_refused_at_once(option, value):
    with pytest.raises(ValueError, match=rf"^{option}: is .*must be"):
        iterates(Playback(RISING), None, **{option: value})
