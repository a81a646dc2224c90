"""The warm-up always reports back, once per process."""

import subprocess
import sys
import threading

import pytest

from solvers import warm, warm_up


@pytest.mark.parametrize(
    ("dimensions", "modules"),
    [
        (2, {"solvers.kernels.conjugate", "solvers.kernels.transport"}),
        (3, {"solvers.kernels.conjugate", "solvers.kernels.winding"}),
    ],
)
def test_kernels_are_ready_after_the_event(dimensions, modules):
    ready = warm_up(dimensions)
    assert ready.wait(150)
    assert modules <= set(sys.modules)
    assert warm_up(dimensions) is ready


def test_discrete_measures_need_no_kernels():
    """Only POT is loaded: in a process of its own, for it may be here already."""
    script = (
        "import sys; from solvers import warm_up; ready = warm_up(0); assert ready.wait(60); "
        "assert warm_up(0) is ready; print('ot' in sys.modules, 'numba' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert (done.stderr, done.stdout.split()) == ("", ["True", "False"])


def test_the_event_is_set_without_pot_too(monkeypatch):
    def fail(name):
        raise ImportError(name)

    monkeypatch.setattr(threading, "excepthook", lambda report: None)
    monkeypatch.setattr(warm, "import_module", fail)
    others = set(threading.enumerate())
    assert warm_up.__wrapped__(0).wait(60)
    for thread in set(threading.enumerate()) - others:  # it may still be reporting the failure
        thread.join(60)


@pytest.mark.parametrize(
    ("home", "name"), [(subprocess, "run"), (warm, "run_kernels")], ids=["process", "kernels"]
)
def test_the_event_is_set_after_a_failure_too(monkeypatch, home, name):
    def fail(*args, **kwargs):
        raise OSError("no compiler here")

    monkeypatch.setattr(threading, "excepthook", lambda report: None)
    monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: None)
    monkeypatch.setattr(home, name, fail)
    others = set(threading.enumerate())
    ready = warm_up.__wrapped__(2)
    assert ready.wait(60)
    for thread in set(threading.enumerate()) - others:  # it may still be reporting the failure
        thread.join(60)
