"""Simple solids in the middle of the unit cube, with smooth edges."""

from __future__ import annotations

import numpy as np

from solvers.arrays import Array, FloatArray

SOLIDS = ("ball", "cube", "torus", "octahedron")

# The ball and the cube are the SGA paper's.
_BALL_RADIUS = 0.4
_CUBE_HALF_SIDE = 0.2
_TORUS_RADIUS, _TUBE_RADIUS = 0.27, 0.11
_OCTAHEDRON_REACH = 0.42


def solid(name: str, n: int) -> FloatArray:
    """A solid by name, on an n × n × n grid.

    Parameters
    ----------
    name : str
        One of `SOLIDS`. The torus lies flat around axis 2.
    n : int
        Cells along each side.

    Returns
    -------
    array, (n, n, n), in [0, 1]
        The share of each cell that is inside, as if the surface were flat there.

    Raises
    ------
    ValueError
        If the name is unknown.

    References
    ----------
    Kim, Zhou, Zhu and Chen (2026), for the ball and the cube.
    """
    if name not in SOLIDS:
        raise ValueError(f"solid: “{name}” is unknown; there are {', '.join(SOLIDS)}.")
    nodes = np.arange(n) + 0.5 - n / 2
    x, y, z = np.meshgrid(nodes, nodes, nodes, indexing="ij", sparse=True)
    return np.asarray(np.clip(0.5 - _signed_distance(name, n, x, y, z), 0.0, 1.0))


def _signed_distance(name: str, n: int, x: Array, y: Array, z: Array) -> Array:
    """Distance in cells from the solid's surface, or from its faces' planes; negative inside."""
    if name == "ball":
        return np.asarray(np.sqrt(x**2 + y**2 + z**2) - n * _BALL_RADIUS)
    if name == "cube":
        return np.asarray(np.maximum(np.maximum(abs(x), abs(y)), abs(z)) - n * _CUBE_HALF_SIDE)
    if name == "torus":
        return np.asarray(np.hypot(np.hypot(x, y) - n * _TORUS_RADIUS, z) - n * _TUBE_RADIUS)
    return np.asarray((abs(x) + abs(y) + abs(z) - n * _OCTAHEDRON_REACH) / np.sqrt(3))
