"""Pictures of volumes, drawn by PyVista without a screen.

A graphics context belongs to one thread: all sessions share one, first come first served.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from math import exp
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from explorer.levels import Levels
from explorer.look import VIEW_ANGLE, Look
from explorer.surface import Surface, check_volume, surface

Pixels: TypeAlias = NDArray[np.uint8]

MAX_SIDE = 2048
COLOR = "#5b72f0"

# In "volume", a density of level l lets exp(−FOG (l/255)^FOG_EXPONENT) of the light through on a
# way as long as the domain's longest side.
FOG, FOG_EXPONENT = 6.0, 1.5

# Of the edges of the domain, on light and on dark paper.
LINES = {False: "#c8cee2", True: "#3b4468"}
# In camera coordinates, x to the right, y up, z towards the eye; and how bright.
LIGHTS = (((-0.6, 0.9, 1.0), 0.9), ((0.9, -0.3, 0.8), 0.35))


@dataclass(frozen=True, eq=False)
class _Order:
    levels: Levels
    look: Look
    size: tuple[int, int]
    color: str
    dark: bool
    framed: bool
    picture: Future[Pixels]


def picture(
    levels: Levels,
    look: Look,
    size: tuple[int, int],
    color: str = COLOR,
    dark: bool = False,
    framed: bool = True,
) -> Pixels:
    """A picture of a volume, from any thread; waits for it.

    Parameters
    ----------
    levels : array of uint8, (n0, n1, n2)
        255 for full density or above, of cubic cells. Must not change later on.
    look : Look
        The smaller side of the picture has the camera's view angle.
    size : tuple of int
        Width and height in pixels, 1 to `MAX_SIDE`.
    color : str
        Of the surface or the fog, ``"#rrggbb"``.
    dark : bool
        Whether the picture will lie on dark paper.
    framed : bool
        Whether the far edges of the domain are drawn.

    Returns
    -------
    array of uint8, (height, width, 4)
        RGBA, transparent where there is nothing.

    Raises
    ------
    ValueError
        If the levels are no volume of bytes, the size is out of its range or the colour is none.
    """
    return picture_later(levels, look, size, color, dark, framed).result()


def picture_later(
    levels: Levels,
    look: Look,
    size: tuple[int, int],
    color: str = COLOR,
    dark: bool = False,
    framed: bool = True,
) -> Future[Pixels]:
    """The same without waiting: what `picture` returns, or raises later on, as a future.

    It can be cancelled until it is begun.

    Parameters and errors are those of `picture`.
    """
    check_volume(levels)
    if not all(1 <= side <= MAX_SIDE for side in size):
        raise ValueError(
            f"size: is {size[0]} × {size[1]}, but each side must be 1 to {MAX_SIDE} pixels."
        )
    order = _Order(levels, look, size, color, dark, framed, Future())
    _orders().put(order)
    return order.picture


@cache
def _orders() -> SimpleQueue[_Order]:
    """The queue of the thread that draws."""
    orders: SimpleQueue[_Order] = SimpleQueue()
    Thread(target=_draw, args=(orders,), name="offscreen", daemon=True).start()
    return orders


def _draw(orders: SimpleQueue[_Order]) -> None:
    studio = None
    while True:
        order = orders.get()
        if not order.picture.set_running_or_notify_cancel():
            continue
        try:
            studio = studio or _Studio()
            order.picture.set_result(studio.picture(order))
        except Exception as error:
            order.picture.set_exception(error)


class _Studio:
    """A stage with lights and a camera, to be used by one thread only."""

    def __init__(self) -> None:
        import pyvista as pv
        from vtkmodules.vtkCommonCore import vtkLogger

        # It looks for an X server first, and would warn that there is none.
        vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_ERROR)
        plotter: Any = pv.Plotter(off_screen=True, lighting="none")
        # Black, so that what is half transparent holds nothing of the background's colour.
        plotter.set_background("black")
        plotter.enable_anti_aliasing("msaa")
        plotter.render_window.SetAlphaBitPlanes(True)
        for position, intensity in LIGHTS:
            light = pv.Light(position=position, light_type="camera light", intensity=intensity)
            plotter.add_light(light)
        self._plotter = plotter
        self._staged: tuple[Levels | None, object] = None, None  # what is seen, and how

    def picture(self, order: _Order) -> Pixels:
        """RGBA."""
        self._stage(order.levels, order.look, order.color)
        extent = np.array(order.levels.shape) / max(order.levels.shape)
        eye = extent / 2 + order.look.camera.offset
        if order.framed:
            self._add_box(extent, eye, LINES[order.dark])
        else:
            self._plotter.remove_actor("box", render=False)
        width, height = order.size
        camera = self._plotter.camera
        camera.position, camera.focal_point, camera.up = eye, extent / 2, (0, 0, 1)
        camera.view_angle = VIEW_ANGLE
        camera.SetUseHorizontalViewAngle(width < height)
        self._plotter.window_size = width, height
        self._plotter.renderer.ResetCameraClippingRange()
        return self._photograph(width, height)

    def _stage(self, levels: Levels, look: Look, color: str) -> None:
        """Replace the volume, unless only the camera or the picture's size have changed."""
        (staged, as_before), how = self._staged, (look.display, look.level, color)
        if staged is levels and as_before == how:
            return
        self._staged = None, None
        self._plotter.remove_actor("volume", render=False)
        if look.display == "surface":
            self._add_surface(surface(levels, look.level), color)
        else:
            self._add_fog(levels, color)
        self._staged = levels, how

    def _add_box(self, extent: NDArray[np.float64], eye: NDArray[np.float64], color: str) -> None:
        import pyvista as pv

        box: Any = pv.Box(bounds=np.stack([np.zeros(3), extent], axis=1).ravel())
        facing = np.sum((eye - box.cell_centers().points) * box.cell_normals, axis=1) > 0
        self._plotter.add_mesh(
            box.remove_cells(facing),  # so that no line passes before the volume
            style="wireframe",
            color=color,
            lighting=False,
            name="box",
            reset_camera=False,
            render=False,
        )

    def _add_surface(self, found: Surface, color: str) -> None:
        import pyvista as pv

        if not len(found.triangles):
            return
        points, triangles = cast(Any, found.points), cast(Any, found.triangles)
        mesh = pv.PolyData.from_regular_faces(points, triangles)
        mesh.point_data.active_normals = found.normals
        actor = self._plotter.add_mesh(
            mesh,
            color=color,
            ambient=0.3,
            diffuse=0.75,
            specular=0.3,
            specular_power=25,
            name="volume",
            reset_camera=False,
            render=False,
        )
        actor.prop.interpolation, actor.prop.specular_color = "Phong", "white"

    def _add_fog(self, levels: Levels, color: str) -> None:
        import pyvista as pv
        from vtkmodules.vtkCommonDataModel import vtkPiecewiseFunction
        from vtkmodules.vtkRenderingCore import vtkColorTransferFunction, vtkVolume
        from vtkmodules.vtkRenderingVolumeOpenGL2 import vtkOpenGLGPUVolumeRayCastMapper

        cell = 1 / max(levels.shape)
        padded = np.pad(levels, 1)  # thins out towards the border, as a surface closes there
        grid = pv.ImageData(dimensions=padded.shape, spacing=(cell,) * 3, origin=(-cell / 2,) * 3)
        grid.point_data["levels"] = padded.ravel("F")
        mapper = vtkOpenGLGPUVolumeRayCastMapper()
        mapper.SetInputData(grid)
        mapper.SetAutoAdjustSampleDistances(False)
        mapper.SetSampleDistance(cell)
        colors, opacities = vtkColorTransferFunction(), vtkPiecewiseFunction()
        colors.AddRGBPoint(0, *pv.Color(color).float_rgb)
        for level in range(256):
            opacities.AddPoint(level, 1 - exp(-FOG * (level / 255) ** FOG_EXPONENT))
        fog = vtkVolume()
        fog.SetMapper(mapper)
        fog.GetProperty().SetColor(colors)
        fog.GetProperty().SetScalarOpacity(opacities)
        fog.GetProperty().SetScalarOpacityUnitDistance(1)
        fog.GetProperty().SetInterpolationTypeToLinear()
        self._plotter.add_actor(fog, name="volume", reset_camera=False, render=False)

    def _photograph(self, width: int, height: int) -> Pixels:
        """Draw and read from the graphics card: PyVista's screenshots brighten thin colours."""
        from vtkmodules.util.numpy_support import vtk_to_numpy
        from vtkmodules.vtkCommonCore import vtkUnsignedCharArray

        window, pixels = self._plotter.render_window, vtkUnsignedCharArray()
        window.Render()
        window.GetRGBACharPixelData(0, 0, width - 1, height - 1, False, pixels)
        return _straight(vtk_to_numpy(pixels).reshape(height, width, 4)[::-1])


def _straight(premultiplied: Pixels) -> Pixels:
    """From colours that are weighted by their opacity, RGBA."""
    opacity = premultiplied[..., 3:]
    colour = np.minimum(255, premultiplied[..., :3] * (255 / np.maximum(opacity, 1)))
    return np.concatenate([np.rint(colour).astype(np.uint8), opacity], axis=2)
