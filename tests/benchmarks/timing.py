"""The yardstick of all timings, and a stopwatch."""

from __future__ import annotations

from statistics import median
from time import perf_counter

import numpy as np
from scipy.fft import dctn, idctn


def median_seconds(action, rounds):
    """Median seconds of calling `action`."""
    times = []
    for _ in range(rounds):
        started = perf_counter()
        action()
        times.append(perf_counter() - started)
    return median(times)


def dct_pair(size=1024, rounds=9):
    """Median seconds of a cosine transform and its inverse, float64, two workers, size²."""
    array = np.random.default_rng(0).random((size, size))
    return median_seconds(lambda: idctn(dctn(array, workers=2), workers=2), rounds)
