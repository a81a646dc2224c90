"""What can be done to a picture before it is averaged."""

from __future__ import annotations

import numpy as np

from solvers.arrays import Array, FloatArray

MAX_BLUR = 0.1


def adjusted(
    density: Array,
    invert: bool = False,
    threshold: float = 0.0,
    blur: float = 0.0,
    recentre: bool = False,
) -> FloatArray:
    """Change a density, in the order of a darkroom: invert, threshold, blur, recentre.

    Parameters
    ----------
    density : array, (n, n), ≥ 0
    invert : bool
        Mass where there was none: the maximum minus the density.
    threshold : float
        0 to 1: densities below this fraction of the maximum become 0, the others 1. 0 is off.
    blur : float
        Standard deviation of a Gaussian as a fraction of the side, 0 to 0.1. It is reflected at the
        border, so that all mass stays.
    recentre : bool
        Move the centre of mass to the middle of the square, by whole cells, as far as no mass
        leaves it.

    Returns
    -------
    array, (n, n), ≥ 0

    Raises
    ------
    ValueError
        If a number is out of its range, or no mass is left.
    """
    check_adjustment(threshold, blur)
    result = np.asarray(density, dtype=float)
    if invert:
        result = result.max() - result
    if not result.max() > 0:
        raise ValueError(
            "adjustment: the whole square is filled evenly, so its inverse is empty; "
            "leave “Invert” off."
            if invert
            else "adjustment: the picture is empty; choose or draw another one."
        )
    if threshold:
        result = (result >= threshold * result.max()).astype(float)
    if blur:
        from scipy.ndimage import gaussian_filter

        result = gaussian_filter(result, blur * len(result), mode="reflect")
    return _recentred(result) if recentre else result


def check_adjustment(threshold: float, blur: float) -> None:
    """Raise a ValueError if a number is out of its range."""
    for name, value, largest in (("blur", blur, MAX_BLUR), ("threshold", threshold, 1.0)):
        if not 0 <= value <= largest:
            raise ValueError(f"{name}: is {value}, but must be between 0 and {largest:g}.")


def _recentred(density: FloatArray) -> FloatArray:
    for axis in (0, 1):
        profile = density.sum(axis=1 - axis)
        cells = np.arange(len(profile))
        occupied = np.flatnonzero(profile)
        wanted = (len(profile) - 1) / 2 - profile @ cells / profile.sum()
        shift = np.clip(round(wanted), -occupied[0], len(profile) - 1 - occupied[-1])
        density = np.roll(density, int(shift), axis)
    return density
