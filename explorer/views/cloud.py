"""A tile with a point cloud that keeps up with a solver, over the marginals that it averages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

import numpy as np
import param
from numpy.typing import ArrayLike

from explorer.levels import Picture
from explorer.look import DISTANCE, MAX_ZOOM, MIN_ZOOM, VIEW_ANGLE, Camera
from explorer.views.cloud_backdrop import STYLE, Backdrop, Rows, reach, window
from explorer.views.tile import TileView, script

Place: TypeAlias = tuple[float, float]

FURTHER = 1.4
"""The eye is so many times as far away as from a volume: the walls of the cube are seen as well."""


class CloudView(TileView):
    """A tile with a cloud in the plane or in space, whose dots can be chosen."""

    frame = param.Dict(
        default={},
        doc="`dots` (bytes of float32: mass and position of each), their `dimension`, `number` of "
        "the iterate, `text` (the text alternative) and `ticket`, which comes back once the frame "
        "is on the screen; 0 does not.",
    )
    half = param.Number(default=window(0.0), doc="Half the side of the window.")
    grows = param.Boolean(
        default=True, constant=True, doc="Whether the window grows with dots that leave it."
    )
    scenery = param.Dict(
        default={},
        doc="What lies under the dots: `clouds` (bytes as in `frame`), their `dimension` and "
        "`colors`, `circles` and `throws` of a `Backdrop`.",
    )
    links = param.Dict(
        default={},
        doc="Lines to the marginals: `starts` and `ends` (bytes of float32), index of the "
        "`marginals` (bytes of uint8) and `opacities` (bytes of float32).",
    )
    fan = param.Dict(
        default={},
        doc="Where one point may go: `text` says it; `source` and `mean`, a place each, `ends` "
        "(bytes of float32) and `color` unless there is nothing to be drawn.",
    )
    ruler = param.Dict(
        default={"origin": [0.0, 0.0, 0.0], "side": 1.0},
        doc="A place p is told to the visitor as `origin` + `side` p.",
    )
    asking = param.Boolean(
        default=False, constant=True, doc="Whether the visitor may ask places and dots for a fan."
    )
    camera = param.List(default=[], doc="Azimuth, elevation and zoom, as `look.Camera` has them.")
    style = param.Dict(default=STYLE, constant=True)
    optics = param.Dict(
        default={
            "view_angle": VIEW_ANGLE,
            "distance": FURTHER * DISTANCE,
            "home": [Camera().azimuth, Camera().elevation, Camera().zoom],
            "zooms": [MIN_ZOOM, MAX_ZOOM],
            "elevations": [-89.0, 89.0],
        },
        constant=True,
        doc="What the browser's camera has in common with that of `look.py`.",
    )

    _esm = script(
        "tile.js", "shared.js", "volume_camera.js", "cloud_scene.js", "cloud_choice.js", "cloud.js"
    )
    _stylesheets: ClassVar[list[Any]] = [
        Path(__file__).with_name(name) for name in ("tile.css", "cloud.css")
    ]

    def __init__(
        self,
        on_painted: Callable[[int], None],
        on_toggle: Callable[[], None],
        on_choose: Callable[[int | None, int], None] = lambda index, number: None,
        on_camera: Callable[[float, float, float], None] = lambda *camera: None,
        on_ask: Callable[[Place | None, int | None], None] | None = None,
        **params: Any,
    ) -> None:
        """Tell what is to be called from the browser.

        Parameters
        ----------
        on_painted, on_toggle : callable
            As for every `TileView`.
        on_choose : callable
            Called with the index of the dot that the visitor has chosen, None for none, and the
            number of the iterate that was on the screen. Again when another iterate is on it.
        on_camera : callable
            Called with azimuth, elevation and zoom to which the visitor has turned this view, and
            with it the others in the same window: their `turn` is to follow.
        on_ask : callable, optional
            Called with the place in the plane (x, y) that the visitor has pressed, in the unit
            square's coordinates, None in space, and the index of the dot there if there is one;
            with None twice if no fan is wanted any more.
        """
        self._on_choose, self._on_camera, self._on_ask = on_choose, on_camera, on_ask
        self.setting = Backdrop()
        super().__init__(
            on_painted,
            on_toggle,
            **{"camera": self.optics["home"], "asking": on_ask is not None} | params,
        )

    def paint(self, picture: Picture, number: int, text: str, ticket: int = 0) -> None:
        """Send a cloud (n, 1 + d): mass and position of each dot, as float32."""
        dots = np.ascontiguousarray(picture, np.float32)
        self.param.update(
            half=max(self.half, window(reach(dots[:, 1:]) if self.grows else 0.0)),
            frame={
                "dots": dots.tobytes(),
                "dimension": dots.shape[1] - 1,
                "number": number,
                "text": text,
                "ticket": ticket,
            },
        )

    def backdrop(
        self,
        clouds: Sequence[Rows],
        colors: Sequence[str],
        kind: str = "plane",
        shapes: tuple[ArrayLike, ArrayLike] | ArrayLike | None = None,
    ) -> None:
        """Show marginals under the dots; the window shrinks back to what they need.

        Parameters and errors are those of `Backdrop`, which is then the view's `setting`.
        """
        self.setting = Backdrop(clouds, colors, kind, shapes)
        self.param.update(
            half=window(self.setting.reach if self.grows else 0.0),
            links={},
            scenery={
                "clouds": [rows.tobytes() for rows in self.setting.placed],
                "dimension": self.setting.dimension,
                "colors": list(colors),
                "circles": self.setting.circles.tolist(),
                "throws": self.setting.throws.tolist(),
            },
        )

    def lines(
        self,
        starts: ArrayLike = (),
        ends: ArrayLike = (),
        marginals: ArrayLike = (),
        opacities: ArrayLike = (),
    ) -> None:
        """Show where mass goes; without lines, those that are shown vanish.

        Parameters
        ----------
        starts : array_like, (n, d)
            Places in the barycenter.
        ends : array_like, (n, d_k)
            Points of marginals, each in its marginal's own space.
        marginals : array_like of int, (n,)
            The marginal of each end.
        opacities : array_like, (n,)
            0 to 1.
        """
        if not np.size(marginals):
            self.links = {}
            return
        self.links = {
            "starts": np.asarray(starts, np.float32).tobytes(),
            "ends": self.setting.place(ends, marginals).astype(np.float32).tobytes(),
            "marginals": np.asarray(marginals, np.uint8).tobytes(),
            "opacities": np.asarray(opacities, np.float32).tobytes(),
        }

    def spread(
        self,
        text: str = "",
        source: ArrayLike = (),
        ends: ArrayLike = (),
        mean: ArrayLike = (),
        color: str = "",
    ) -> None:
        """Show where one point may go; without anything, what is shown vanishes.

        Parameters
        ----------
        text : str
            Says it; alone, where there is nothing to be drawn.
        source : array_like, (d,)
            The point.
        ends : array_like, (n, d)
            Where it may go.
        mean : array_like, (d,)
            The mean of all such places.
        color : str
            Of its marginal, ``"#rrggbb"``.
        """
        if not np.size(ends):
            self.fan = {"text": text} if text else {}
            return
        self.fan = {
            "text": text,
            "source": np.asarray(source, float).tolist(),
            "ends": np.asarray(ends, np.float32).tobytes(),
            "mean": np.asarray(mean, float).tolist(),
            "color": color,
        }

    def turn(self, azimuth: float, elevation: float, zoom: float) -> None:
        """Look from elsewhere.

        Raises
        ------
        ValueError
            By `look.Camera`, if a number is out of its range.
        """
        camera = Camera(azimuth, elevation, zoom)
        self.camera = [camera.azimuth, camera.elevation, camera.zoom]

    def _handle_msg(self, data: Any) -> None:
        match data:
            case {"camera": [int() | float() as a, int() | float() as e, int() | float() as z]}:
                try:
                    self.turn(float(a), float(e), float(z))
                except ValueError:
                    return
                self._on_camera(*self.camera)
            case {"chosen": [None | int() as index, int(number)]}:
                if index is None or 0 <= index < self._count:
                    self._on_choose(index, number)
            case {"asked": [place, None | int() as index]} if self._on_ask is not None:
                if _is_place(place) and (index is None or 0 <= index < self._count):
                    self._on_ask(place and (float(place[0]), float(place[1])), index)
            case _:
                super()._handle_msg(data)

    @property
    def _count(self) -> int:
        """Of the dots."""
        if not self.frame:
            return 0
        values = len(self.frame["dots"]) // np.dtype(np.float32).itemsize
        return int(values // (1 + self.frame["dimension"]))


def _is_place(place: Any) -> bool:
    """Whether this is a place in the plane, or none."""
    match place:
        case None:
            return True
        case [int() | float() as x, int() | float() as y]:
            return bool(np.isfinite([x, y]).all())
    return False
