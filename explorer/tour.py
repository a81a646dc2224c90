"""A tour through the weights, played as an animation."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import numpy as np
import panel as pn

from solvers import weights_between
from solvers.arrays import Array

PATHS = {"all in turn, and round again": "closed", "from the first to the last": "open"}

# Seconds from one picture to the next, and between two changes of the weights.
_LEG, _TICK = 3.0, 0.045


# Points of the path that is played, from one marginal to the next.
_PER_LEG = 100


def tour(count: int, path: str, per_leg: int) -> Array:
    """Weights (legs · per_leg + 1, count) that visit each marginal in turn.

    A closed path returns, with as many legs as there are marginals; an open one has one less.
    """
    stops = np.eye(count)
    if path == "closed":
        stops = np.vstack([stops, stops[:1]])
    return weights_between(stops, per_leg * (len(stops) - 1) + 1)


class Tour:
    """Moves the weights along a path until it ends or is stopped.

    Parameters
    ----------
    move : callable
        Called with the weights of the moment.
    ready : callable
        Whether the picture has caught up: a slow solver is waited for.
    ended : callable
        Called when an open path has come to its end.
    """

    def __init__(
        self,
        move: Callable[[list[float]], None],
        ready: Callable[[], bool],
        ended: Callable[[], None],
    ) -> None:
        self._move, self._ready, self._ended = move, ready, ended
        self._ticks: pn.io.PeriodicCallback | None = None
        self._path: Array = np.empty((0, 0))
        self._closed = False
        self._began = 0.0

    @property
    def under_way(self) -> bool:
        """Whether the weights are moving."""
        return self._ticks is not None

    def start(self, count: int, path: str) -> None:
        """Set out, through `count` marginals."""
        self.stop()
        self._closed = path == "closed"
        self._path = tour(count, path, _PER_LEG)
        self._began = monotonic()
        self._ticks = pn.state.add_periodic_callback(self._tick, period=int(1000 * _TICK))

    def stop(self) -> None:
        """Stay where the weights are."""
        if self._ticks is not None:
            self._ticks.stop()
            self._ticks = None

    def _tick(self) -> None:
        if not self._ready():
            return
        legs = (len(self._path) - 1) / _PER_LEG
        way = (monotonic() - self._began) / (_LEG * legs)
        if way >= 1 and not self._closed:
            self.stop()
            self._move(self._path[-1].tolist())
            self._ended()
            return
        at = int(way % 1.0 * (len(self._path) - 1))
        self._move(self._path[at].tolist())
