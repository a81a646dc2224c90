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
