"""The warm-up always reports back, once per process."""

import subprocess
import sys
import threading

import pytest

from solvers import warm, warm_up


def test_kernels_are_ready_after_the_event():
    ready = warm_up()
    assert ready.wait(150)
    assert {"solvers.kernels.conjugate", "solvers.kernels.transport"} <= set(sys.modules)
    assert warm_up() is ready


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
    ready = warm_up.__wrapped__()
    assert ready.wait(60)
    for thread in set(threading.enumerate()) - others:  # it may still be reporting the failure
        thread.join(60)
