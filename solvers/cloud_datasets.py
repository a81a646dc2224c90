"""Built-in clouds: figures, pictures and solids as evenly spread points.

Every function returns rows (n, 1 + d), float64: masses, all 1/n, then positions; x to the right and
y upwards in the unit square, z upwards in the unit cube. The same arguments give the same points.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from solvers import datasets
from solvers.arrays import Array, FloatArray
from solvers.problems import real_numbers
from solvers.projected_costs import Circles
from solvers.solids import SOLIDS, solid
from solvers.stippling import check_count, density_cloud, equal_masses, sides

# All three fill the same square, so that one solid can have them as its shadows.
FIGURES = ("disc", "square", "triangle")
CIRCLES = 4
CIRCLE_FIGURES = ("arc", "clusters")
SOLID_CLOUDS = (*SOLIDS, "cube shell", "bunny", "knot")

_FIGURE_LOW, _FIGURE_SIDE = 0.15, 0.7
_DISC_CORNERS = 360
# Parts of a circle, in radians from where it is nearest to the middle of all circles.
_PARTS = {
    "arc": ((-2 * np.pi / 3, 2 * np.pi / 3),),
    "clusters": ((-0.5 * np.pi, -0.3 * np.pi), (0.3 * np.pi, 0.5 * np.pi)),
}
_GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))


def silhouette_cloud(name: str, n: int) -> FloatArray:
    """A silhouette by name as n points; ValueError if there is none of that name."""
    return density_cloud(datasets.silhouette(name, sides(n, 2)), n)


def text_cloud(characters: str, n: int) -> FloatArray:
    """A typed letter, digit or short word as n points; ValueError as `datasets.text` raises it."""
    return density_cloud(datasets.text(characters, sides(n, 2)), n)


def digit_cloud(digit: int, index: int, n: int) -> FloatArray:
    """A handwritten digit of MNIST as n points; ValueError as `datasets.mnist_digit` raises it."""
    return density_cloud(datasets.mnist_digit(digit, index, sides(n, 2)), n)


def ring_cloud(
    n: int, centre: ArrayLike = (0.5, 0.5), radius: float = 0.3, width: float = 0.1
) -> FloatArray:
    """A ring as n points.

    Parameters
    ----------
    n : int
        1 or more.
    centre : array_like, (2,)
    radius : float
        Of the circle in the middle of the ring, > 0.
    width : float
        0 for a circle, up to 2 · radius for a disc.

    Raises
    ------
    ValueError
        If a number is out of its range.

    References
    ----------
    Vogel (1979): radii at equal steps of area, angles at steps of the golden angle, as in a
    sunflower.
    """
    check_count(n)
    if not (0 < radius < np.inf and 0 <= width <= 2 * radius):
        raise ValueError(
            f"ring: radius {radius:g} and width {width:g} do not fit; "
            "the width must be 0 to twice the radius, which must be positive."
        )
    middle = _point("centre", centre)
    steps = np.arange(n) + 0.5
    if width == 0:
        return equal_masses(_on_circle(middle, radius, 2 * np.pi / n * steps))
    inner, outer = (radius - width / 2) ** 2, (radius + width / 2) ** 2
    radii = np.sqrt(inner + (outer - inner) / n * steps)
    return equal_masses(_on_circle(middle, radii, _GOLDEN_ANGLE * steps))


def gaussian_cloud(
    n: int, mean: ArrayLike = (0.5, 0.5), cov: ArrayLike = ((0.01, 0), (0, 0.01)), seed: int = 0
) -> FloatArray:
    """A Gaussian as n points of low discrepancy.

    Parameters
    ----------
    n : int
        1 or more.
    mean : array_like, (d,)
    cov : array_like, (d, d)
        Symmetric, positive semidefinite.
    seed : int
        Scrambles the sequence (Halton's).

    Raises
    ------
    ValueError
        If the mean and the covariance are none.
    """
    from scipy.stats.qmc import Halton, MultivariateNormalQMC

    check_count(n)
    centre, spread = real_numbers("mean", mean), real_numbers("cov", cov)
    if centre.ndim != 1 or spread.shape != 2 * centre.shape:
        raise ValueError(
            f"cov: its shape is {spread.shape} and the mean's {centre.shape}, "
            "but must be (d, d) and (d,)."
        )
    if not (
        np.isfinite(centre).all()
        and np.isfinite(spread).all()
        and np.allclose(spread, spread.T)
        and np.linalg.eigvalsh(spread).min() >= 0
    ):
        raise ValueError("cov: must be finite, symmetric and positive semidefinite.")
    engine = Halton(len(centre), seed=seed)
    return equal_masses(MultivariateNormalQMC(centre, spread, engine=engine).random(n))


def circle_cloud(circle: int, figure: str, n: int) -> FloatArray:
    """Points on one of four circles, for the ground cost ``Circles.usual(4)``.

    Parameters
    ----------
    circle : int
        0 to 3.
    figure : str
        One of `CIRCLE_FIGURES`: two thirds of the circle, or two short pieces of it. Both lie
        towards the other circles.
    n : int
        1 or more.

    Raises
    ------
    ValueError
        If there is no such circle or figure.
    """
    check_count(n)
    _check_choice("circle", circle, range(CIRCLES))
    _check_choice("figure", figure, CIRCLE_FIGURES)
    circles = Circles.usual(CIRCLES)
    centre, radius = circles.centres[circle], circles.radii[circle]
    x, y = circles.centres.mean(axis=0) - centre
    ends = np.asarray(_PARTS[figure])
    lengths = ends[:, 1] - ends[:, 0]
    travelled = np.concatenate([[0], np.cumsum(lengths)])
    steps = (np.arange(n) + 0.5) / n * travelled[-1]
    part = np.searchsorted(travelled, steps) - 1
    angles = ends[part, 0] + steps - travelled[part]
    return equal_masses(_on_circle(centre, radius, np.arctan2(y, x) + angles))


def figure_cloud(name: str, n: int, filled: bool = True) -> FloatArray:
    """A plane figure as n points in it, or on its outline.

    Parameters
    ----------
    name : str
        One of `FIGURES`; each is 0.7 wide and 0.7 high.
    n : int
        1 or more.
    filled : bool

    Raises
    ------
    ValueError
        If the name is unknown.
    """
    check_count(n)
    _check_choice("figure", name, FIGURES)
    corners = _FIGURE_LOW + _FIGURE_SIDE * _corners(name)
    if not filled:
        return equal_masses(_along(corners, n))
    from PIL import Image, ImageDraw

    k = sides(n, 2)
    picture = Image.new("L", (k, k))
    outline = [(k * x - 0.5, k * (1 - y) - 0.5) for x, y in corners]
    ImageDraw.Draw(picture).polygon(outline, fill=1)
    return density_cloud(np.asarray(picture), n)


def solid_cloud(name: str, n: int) -> FloatArray:
    """A solid or a mesh in space as n points inside it.

    Parameters
    ----------
    name : str
        One of `SOLID_CLOUDS`; the points of the cube shell lie at the cube's faces only.
    n : int
        1 or more.

    Returns
    -------
    array, (n, 4)

    Raises
    ------
    ValueError
        If the name is unknown.
    """
    k = sides(n, 3)
    _check_choice("solid", name, SOLID_CLOUDS)
    if name in SOLIDS:
        return density_cloud(solid(name, k), n)
    if name != "cube shell":
        return density_cloud(datasets.mesh_solid(name, k), n)
    from scipy.ndimage import binary_erosion

    cube = solid("cube", k) > 0.5
    return density_cloud(cube & ~binary_erosion(cube), n)


def _corners(name: str) -> FloatArray:
    """A figure's corners (c, 2) in [0, 1]², in order."""
    if name == "square":
        return np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    if name == "triangle":
        return np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 1.0]])
    angles = 2 * np.pi / _DISC_CORNERS * np.arange(_DISC_CORNERS)
    return _on_circle(np.array([0.5, 0.5]), 0.5, angles)


def _along(corners: FloatArray, n: int) -> FloatArray:
    """Points (n, 2) at equal steps along a closed line through corners (c, 2)."""
    closed = np.concatenate([corners, corners[:1]])
    lengths = [np.linalg.norm(end - start) for start, end in pairwise(closed)]
    travelled = np.concatenate([[0], np.cumsum(lengths)])
    steps = (np.arange(n) + 0.5) * (travelled[-1] / n)
    return np.column_stack([np.interp(steps, travelled, closed[:, axis]) for axis in (0, 1)])


def _on_circle(centre: FloatArray, radius: FloatArray | float, angles: Array) -> FloatArray:
    """The points (n, 2) at these angles (n,)."""
    return centre + np.column_stack([radius * np.cos(angles), radius * np.sin(angles)])


def _point(name: str, values: ArrayLike) -> FloatArray:
    point = real_numbers(name, values)
    if point.shape != (2,) or not np.isfinite(point).all():
        raise ValueError(f"{name}: must be two finite numbers.")
    return point


def _check_choice(what: str, value: object, choices: range | tuple[str, ...]) -> None:
    if value not in choices:
        known = ", ".join(map(str, choices))
        raise ValueError(f"{what}: “{value}” is unknown; there are {known}.")
