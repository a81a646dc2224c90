"""The energy behind a fan as a landscape; its lowest place is where a point is likeliest to go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.fans import ConditionalPlan, ExactPlan, Fan, Origin
from explorer.frames import Frame
from explorer.landscape import Landscape
from explorer.relief import relief, window_places
from solvers.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class Answer:
    """What is found of an asked point.

    Attributes
    ----------
    fan : Fan or None
        None if there is none.
    reason : str
        One sentence that says why.
    energy : Landscape or None
        If it is wanted and known.
    mode : array, (d,), or None
        Where that energy is lowest exactly, if it is known.
    """

    fan: Fan | None = None
    reason: str = ""
    energy: Landscape | None = None
    mode: FloatArray | None = None


def answered(plan: ConditionalPlan, origin: Origin, frame: Frame, half: float | None) -> Answer:
    """Where a point goes; with half the side of a window, also the energy in it.

    In space, and beyond, the window is in the plane along the frame's first two axes through the
    fan's mean.
    """
    try:
        fan = plan.fan(origin)
    except ValueError as error:
        return Answer(reason=str(error))
    if half is None:
        return Answer(fan)
    energy = energy_landscape(plan, origin, frame, half, fan.mean)
    exact = ExactPlan.of(plan.problem)
    known = None if exact is None else energy_landscape(exact, origin, frame, half, fan.mean)
    return Answer(fan, energy=energy, mode=None if known is None else known.best)


def energy_landscape(
    plan: ConditionalPlan, origin: Origin, frame: Frame, half: float, through: FloatArray
) -> Landscape | None:
    """The energy over a window, as far as it is known: 255 at its lowest place, the plan's mode.

    None if it is known nowhere there.

    Parameters
    ----------
    plan : ConditionalPlan
    origin : Origin
    frame : Frame
        What the window is in.
    half : float
        Half the side of the window around the middle of the frame, > 0.
    through : array, (d,)
        A point in the plane that is seen, which has the frame's first two axes.

    Raises
    ------
    ValueError
        With one sentence, if nothing is sent from there.
    """
    k = plan.position(origin)
    centre = frame.place(through[None])[:, :2]

    def lifted(places: FloatArray) -> FloatArray:
        """Places (n, 2) in the window as points of the plane, (n, d)."""
        return through + 2 * frame.half * (places - centre) @ frame.axes[:, :2].T

    def energies(places: FloatArray) -> FloatArray:
        y = lifted(places)
        found = plan.energies(k, origin.x, y)
        return np.where(np.isfinite(found) & plan.reached(y), found, np.inf)

    places = window_places(half)
    values = energies(places)
    if np.isinf(values).all():
        return None
    # The mode lies between the cells' middles: once more, in a window of two cells.
    cell = 2 * half / np.sqrt(len(places))
    lowest = places[values.argmin()]
    nearer = np.vstack([lowest, lowest + (window_places(cell) - 0.5)])
    finer = energies(nearer)
    best, least = lifted(nearer[[finer.argmin()]])[0], float(finer.min())
    return Landscape(relief(values, least), best, least)
