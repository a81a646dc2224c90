"""Built-in densities: the one place that knows what `assets` holds.

Every function returns a density, float64, ≥ 0, in the scale of its source (a `GridProblem`
normalises): a picture (n, n) with row 0 at the top, or a volume (n, n, n) with axis 2 upwards.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from solvers.arrays import Array, FloatArray
from solvers.images import resample
from solvers.mesh_files import read_ply
from solvers.meshes import Mesh, closed_mesh, inside

ASSETS = Path(__file__).parents[1] / "assets"

SHAPES = ("two discs", "drop", "ring", "four-leaf")
MNIST_DIGITS = (0, 1, 3)
STREET_FRAMES = 16

# The paper blurs its indicators by 50 pixels of a 1024² grid.
_SHAPE_BLUR = 50 / 1024
# A typed text fills this fraction of the square.
_TEXT_FILL = 0.8

# Which axes of a mesh become axes 0, 1 and 2, so that it stands upright and faces the camera.
_UPRIGHT = {
    "bunny": "+x-z+y",
    "cow": "+x-z+y",
    "elephant": "-z-x+y",
    "hand": "+x+y+z",
    "knot": "+x-z+y",
    "triceratops": "+x-z+y",
}


def shape(name: str, n: int) -> FloatArray:
    """One of the four shapes of the SGA paper, on an n × n grid.

    Parameters
    ----------
    name : str
        One of `SHAPES`.
    n : int
        Cells along each side.

    Raises
    ------
    ValueError
        If the name is unknown.

    References
    ----------
    Kim, Zhou, Zhu and Chen (2026), experiment 1: the indicator, blurred and cut back to itself.
    """
    from scipy.ndimage import gaussian_filter

    _check_choice("shape", name, SHAPES)
    nodes = (np.arange(n) + 0.5) / n
    x, y = np.meshgrid(nodes, nodes[::-1])  # y upwards
    radius, angle = np.hypot(x - 0.5, y - 0.5), np.arctan2(y - 0.5, x - 0.5)
    if name == "two discs":
        inside = np.minimum(np.hypot(x - 0.3, y - 0.3), np.hypot(x - 0.7, y - 0.7)) < 0.15
    elif name == "drop":
        height = y - 0.5
        inside = (x - 0.5) ** 2 < np.clip(0.4 - height, 0, None) ** 3 * (0.4 + height)
    elif name == "ring":
        inside = (radius > 0.2) & (radius < 0.4)
    else:
        inside = radius < 0.35 * np.abs(np.cos(2 * (angle - np.pi / 4))) ** 0.4
    indicator = inside.astype(float)
    return np.asarray(gaussian_filter(indicator, _SHAPE_BLUR * n) * indicator)


@cache
def silhouette_names() -> tuple[str, ...]:
    """Names of the silhouettes, in alphabetical order."""
    return tuple(sorted(path.stem for path in _asset("silhouettes").glob("*.png")))


def silhouette(name: str, n: int) -> FloatArray:
    """A silhouette by name, uniform inside, on an n × n grid.

    Raises
    ------
    ValueError
        If the name is not one of `silhouette_names`.
    """
    from PIL import Image

    _check_choice("silhouette", name, silhouette_names())
    with Image.open(_asset("silhouettes") / f"{name}.png") as image:
        return resample(np.asarray(image.convert("L"), dtype=float), n)


def text(characters: str, n: int) -> FloatArray:
    """A typed letter, digit or short word, centred on an n × n grid.

    Parameters
    ----------
    characters : str
        1 to 4 printable characters that the built-in font has.
    n : int
        Cells along each side.

    Raises
    ------
    ValueError
        If there are none, too many, or some that the font does not have.
    """
    from PIL import Image, ImageDraw, ImageFont

    characters = characters.strip()
    if not 1 <= len(characters) <= 4:
        raise ValueError(f"text: type 1 to 4 characters, not {len(characters)}.")
    size = 512
    font: Any = ImageFont.truetype(_asset("fonts") / "DejaVuSans-Bold.ttf", size)
    missing = bytes(font.getmask("\U0010ffff"))
    for character in characters:
        if not character.isspace() and bytes(font.getmask(character)) in (missing, b""):
            raise ValueError(f"text: the font has no “{character}”; try another character.")
    canvas = Image.new("L", (2 * size * (len(characters) + 1), 3 * size))
    ImageDraw.Draw(canvas).text((size, size), characters, fill=255, font=font)
    ink = canvas.crop(canvas.getbbox())
    # The floor keeps a full stop from filling the square.
    side = round(max(*ink.size, size / 3) / _TEXT_FILL)
    picture = Image.new("L", (side, side))
    picture.paste(ink, ((side - ink.width) // 2, (side - ink.height) // 2))
    return resample(np.asarray(picture, dtype=float), n)


def mnist_digit(digit: int, index: int, n: int) -> FloatArray:
    """A handwritten digit of MNIST, resampled to an n × n grid.

    Parameters
    ----------
    digit : int
        One of `MNIST_DIGITS`.
    index : int
        Which specimen, from 0 to `mnist_count` − 1.
    n : int
        Cells along each side.

    Raises
    ------
    ValueError
        If there is no such digit or specimen.
    """
    count = mnist_count(digit)
    if not 0 <= index < count:
        raise ValueError(f"index: digit {digit} has specimens 0 to {count - 1}, not {index}.")
    return resample(_archive("mnist_013.npz")[f"digit_{digit}"][index].astype(float), n)


def mnist_count(digit: int) -> int:
    """How many specimens of a digit there are."""
    _check_choice("digit", digit, MNIST_DIGITS)
    return len(_archive("mnist_013.npz")[f"digit_{digit}"])


def street_frame(index: int, n: int) -> FloatArray:
    """A frame of the street camera as a density, brightness as mass, on an n × n grid.

    Parameters
    ----------
    index : int
        0 to 15, in the order of time.
    n : int
        Cells along each side; the frames are 400 × 400.

    Raises
    ------
    ValueError
        If there is no such frame.
    """
    if not 0 <= index < STREET_FRAMES:
        raise ValueError(f"index: the frames are 0 to {STREET_FRAMES - 1}, not {index}.")
    return resample(_archive("street_frames.npz")["frames"][index].astype(float), n)


def mesh_names() -> tuple[str, ...]:
    """Names of the meshes, in alphabetical order."""
    return tuple(_UPRIGHT)


def mesh_solid(name: str, n: int) -> FloatArray:
    """What a mesh encloses, upright, on an n × n × n grid; the longest side of its box is 0.8.

    Parameters
    ----------
    name : str
        One of `mesh_names`.
    n : int
        Cells along each side.

    Returns
    -------
    array, (n, n, n), in [0, 1]
        The share of each cell that is inside.

    Raises
    ------
    ValueError
        If the name is unknown.
    """
    _check_choice("mesh", name, mesh_names())
    return inside(_mesh(name), n)


@cache
def _mesh(name: str) -> Mesh:
    mesh, _ = closed_mesh(*read_ply((_asset("meshes") / f"{name}.ply").read_bytes()))
    return mesh.turned(_UPRIGHT[name])


def _asset(name: str) -> Path:
    path = ASSETS / name
    if not path.exists():
        raise FileNotFoundError(
            f"assets: {name} is missing; the data lie beside the packages in the project's folder."
        )
    return path


@cache
def _archive(name: str) -> dict[str, Array]:
    with np.load(_asset(name), allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}


def _check_choice(what: str, value: object, choices: tuple[object, ...]) -> None:
    if value not in choices:
        known = ", ".join(map(str, choices))
        raise ValueError(f"{what}: “{value}” is unknown; there are {known}.")
