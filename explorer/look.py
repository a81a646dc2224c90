"""How a volume is looked at, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import cos, radians, sin

DISPLAYS = ("surface", "volume")
MIN_ZOOM, MAX_ZOOM = 0.4, 6.0
MIN_LEVEL, MAX_LEVEL = 0.02, 0.98

# Degrees between the lower and the upper edge of the picture, and how far the eye is from the
# middle of the domain at zoom 1, in units of its longest side: the whole domain is seen.
VIEW_ANGLE, DISTANCE = 30.0, 3.35


@dataclass(frozen=True)
class Camera:
    """An eye on a sphere around the middle of the domain, axis 2 pointing up.

    Attributes
    ----------
    azimuth : float
        Degrees from axis 0 towards axis 1, −180 to 180.
    elevation : float
        Degrees above the plane of axes 0 and 1, −89 to 89.
    zoom : float
        `MIN_ZOOM` to `MAX_ZOOM`; the eye is `DISTANCE` / zoom away from the middle.

    Raises
    ------
    ValueError
        If a number is out of its range.
    """

    azimuth: float = -52.0
    elevation: float = 24.0
    zoom: float = 1.5

    def __post_init__(self) -> None:
        _within("azimuth", self.azimuth, -180.0, 180.0)
        _within("elevation", self.elevation, -89.0, 89.0)
        _within("zoom", self.zoom, MIN_ZOOM, MAX_ZOOM)

    @property
    def offset(self) -> tuple[float, float, float]:
        """From the middle of the domain to the eye, in units of the domain's longest side."""
        a, e, distance = radians(self.azimuth), radians(self.elevation), DISTANCE / self.zoom
        return distance * cos(e) * cos(a), distance * cos(e) * sin(a), distance * sin(e)


@dataclass(frozen=True)
class Look:
    """What is shown of a volume, and from where.

    Attributes
    ----------
    display : str
        ``"surface"``, where the density is `level` of the full one, or ``"volume"``, a fog as thick
        as the density.
    level : float
        Fraction of the full density, `MIN_LEVEL` to `MAX_LEVEL`.
    camera : Camera

    Raises
    ------
    ValueError
        If a value is out of its range.
    """

    display: str = "surface"
    level: float = 0.5
    camera: Camera = field(default_factory=Camera)

    def __post_init__(self) -> None:
        if self.display not in DISPLAYS:
            raise ValueError(f"display: is “{self.display}”, but must be one of {DISPLAYS}.")
        _within("level", self.level, MIN_LEVEL, MAX_LEVEL)


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name}: is {value}, but must be in [{low:g}, {high:g}].")
