"""Fixtures of the solvers' tests."""

import numpy as np
import pytest


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture
def set_workers(monkeypatch):
    """Make every kernel believe that there are so many cores."""

    def set_to(count):
        for home in ("parallel", "kernels.conjugate", "kernels.transport", "kernels.poisson"):
            monkeypatch.setattr(f"solvers.{home}.worker_count", lambda: count)

    return set_to
