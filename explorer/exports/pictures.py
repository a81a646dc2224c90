"""Pictures and movies of densities as files.

Encoding a movie takes about a second, during which other threads can work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from io import BytesIO
from itertools import chain
from math import ceil

import numpy as np

from explorer.levels import Levels
from explorer.look import Look
from explorer.offscreen import Pixels as Pixels  # under this name here too
from explorer.offscreen import picture
from explorer.recording import Frame, Recording
from explorer.views.shades import ramp

# Pixels along the longest side that pictures and the tiles of movies are enlarged to, at least.
_PICTURE_SIDE, _TILE_SIDE = 512, 256
# Paper between two tiles, as a fraction of their width.
_GAP = 1 / 32
# Steps a second. Browsers slow down GIFs whose frames last less than two hundredths of a second.
_SLOWEST, _FASTEST = 1, 50
# Fine gradients stay free of bands, and a movie of a few seconds within a few hundred KiB.
_H264 = {"crf": "18"}
_BT709 = 1
# The colours of a GIF of RGB are chosen from every so many-th pixel along each side.
_SAMPLING = 4


def png(pixels: Pixels, dark: bool, scale_up: int | None = None) -> bytes:
    """A picture in the page's colours, with crisp cells.

    Parameters
    ----------
    pixels : array of uint8, (rows, columns) or (rows, columns, 3)
        Levels of a density, 255 for full colour; or RGB, which is kept.
    dark : bool
        Whether the page is dark.
    scale_up : int, optional
        Pixels along each side of a cell, ≥ 1. Just enough for 512 pixels along the longest side
        of the picture if omitted.

    Raises
    ------
    ValueError
        If `scale_up` is out of its range.
    """
    from PIL import Image

    rows, columns = pixels.shape[:2]
    if scale_up is None:
        scale_up = ceil(_PICTURE_SIDE / max(rows, columns))
    if scale_up < 1:
        raise ValueError(f"scale_up: is {scale_up}, but must be ≥ 1.")
    file = BytesIO()
    enlarged = _enlarged(_coloured(pixels, dark), scale_up * rows, scale_up * columns)
    Image.fromarray(enlarged).save(file, "PNG")
    return file.getvalue()


def gif(steps: Iterable[Sequence[Pixels]], dark: bool, fps: float) -> bytes:
    """An animation that repeats for ever: levels in exactly the page's colours, RGB in its own 256.

    Parameters
    ----------
    steps : iterable of sequence of array of uint8, (rows, columns) or (rows, columns, 3)
        The tiles that are seen side by side, the same number in each step: all levels, or all RGB.
        Smaller tiles are enlarged to the largest, all of them to 256 pixels at least.
    dark : bool
        Whether the page is dark.
    fps : float
        Steps a second, 1 to 50. A GIF counts in hundredths of a second; they are dealt out so that
        the whole takes as long as it should.

    Raises
    ------
    ValueError
        If `fps` is out of its range, the steps are empty or differ in their number of tiles, or
        some tiles are levels and others RGB.
    """
    from PIL import Image

    _check_rate(fps)
    joined = list(_joined(steps, dark))
    palette = ramp(dark)
    if joined[0].ndim == 3:
        joined, palette = _indexed(joined, palette[0])
    pictures = [Image.fromarray(indices) for indices in joined]
    ends = np.rint(100 / fps * np.arange(len(pictures) + 1))
    file = BytesIO()
    pictures[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=pictures[1:],
        duration=[10 * int(hundredths) for hundredths in np.diff(ends)],
        palette=palette.tobytes(),
        loop=0,
    )
    return file.getvalue()


def mp4(steps: Iterable[Sequence[Pixels]], dark: bool, fps: float) -> bytes:
    """A movie for every player and browser: H.264, ready to be played while it loads.

    Parameters
    ----------
    steps, dark, fps
        As for `gif`.

    Raises
    ------
    ValueError
        As by `gif`.
    """
    import av

    _check_rate(fps)
    pictures = (_evened(_coloured(joined, dark), dark) for joined in _joined(steps, dark))
    first = next(pictures)
    file = BytesIO()
    with av.open(
        file,
        "w",
        format="mp4",
        options={"movflags": "faststart"},
        # To move the index to the front, the writer reads again what it has written.
        io_open=lambda *_: BytesIO(file.getvalue()),
    ) as container:
        rate = Fraction(fps).limit_denominator(1000)
        stream = container.add_stream("libx264", rate=rate, options=_H264)
        stream.height, stream.width, _ = first.shape
        stream.pix_fmt = "yuv420p"
        stream.colorspace = stream.color_primaries = stream.color_trc = _BT709
        for colours in chain((first,), pictures):
            frame = av.VideoFrame.from_ndarray(colours).reformat(
                format=stream.pix_fmt, dst_colorspace=_BT709
            )
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return file.getvalue()


def on_paper(pixels: Pixels, dark: bool) -> Pixels:
    """A transparent picture as it looks on the page: RGBA (rows, columns, 4) to RGB."""
    opacity = pixels[..., 3:] / 255
    paper = ramp(dark)[0]
    mixed = paper + opacity * (pixels[..., :3] - paper.astype(float))
    return np.asarray(np.rint(mixed), np.uint8)


def turntable(
    levels: Levels, look: Look, size: tuple[int, int], color: str, dark: bool, count: int
) -> Iterator[Pixels]:
    """Pictures of a volume that is turned once around, on the page's paper.

    Parameters
    ----------
    levels, look, size, color, dark
        As for `explorer.offscreen.picture`; `look` is that of the first picture.
    count : int
        Pictures, ≥ 1; the last is one step before the first.

    Yields
    ------
    array of uint8, (height, width, 3)

    Raises
    ------
    ValueError
        If `count` is out of its range, or by `explorer.offscreen.picture`.
    """
    if count < 1:
        raise ValueError(f"count: is {count}, but must be ≥ 1.")
    for azimuth in look.camera.azimuth + np.arange(count) * (360 / count):
        camera = replace(look.camera, azimuth=(float(azimuth) + 180) % 360 - 180)
        yield on_paper(picture(levels, replace(look, camera=camera), size, color, dark), dark)


def steps_of(recordings: Sequence[Recording], count: int) -> list[list[Frame]]:
    """The steps of a movie, evenly over the numbers of the iterates.

    Parameters
    ----------
    recordings : sequence of Recording
        At least one; each becomes a tile that shows its newest frame at every step.
    count : int
        Steps, ≥ 1; fewer if there are fewer iterates.

    Raises
    ------
    ValueError
        If there is no recording, one is empty, or `count` is out of its range.
    """
    if count < 1:
        raise ValueError(f"count: is {count}, but must be ≥ 1.")
    numbers = [recording.numbers for recording in recordings]
    if not numbers or not all(numbers):
        raise ValueError("recordings: at least one is needed, and each must have a frame.")
    first, last = min(n[0] for n in numbers), max(n[-1] for n in numbers)
    chosen = np.unique(np.rint(np.linspace(first, last, count)).astype(int)).tolist()
    found = ([recording.at(number) for recording in recordings] for number in chosen)
    return [[frame for frame in frames if frame] for frames in found]


def _check_rate(fps: float) -> None:
    if not _SLOWEST <= fps <= _FASTEST:
        raise ValueError(f"fps: is {fps:g}, but must be {_SLOWEST} to {_FASTEST}.")


def _joined(steps: Iterable[Sequence[Pixels]], dark: bool) -> Iterator[Pixels]:
    """Each step's tiles side by side, enlarged to one size, paper in between."""
    steps = list(steps)
    counts = {len(tiles) for tiles in steps}
    if len(counts) != 1 or 0 in counts:
        raise ValueError("steps: at least one is needed, each with the same number of tiles, ≥ 1.")
    shapes = [tile.shape for tiles in steps for tile in tiles]
    if len({shape[2:] for shape in shapes}) != 1:
        raise ValueError("steps: hold levels and RGB, but all tiles must be of one kind.")
    rows, columns = (max(lengths) for lengths in list(zip(*shapes, strict=True))[:2])
    factor = ceil(_TILE_SIDE / max(rows, columns))
    gap = max(1, round(_GAP * factor * columns))
    paper: Pixels = ramp(dark)[0] if shapes[0][2:] else np.zeros((), np.uint8)
    strip = np.broadcast_to(paper, (factor * rows, gap, *paper.shape))
    for tiles in steps:
        enlarged = (_enlarged(tile, factor * rows, factor * columns) for tile in tiles)
        yield np.hstack([piece for tile in enlarged for piece in (strip, tile)][1:])


def _enlarged(picture: Pixels, rows: int, columns: int) -> Pixels:
    """Crisp cells where a cell becomes a whole number of pixels, else smooth."""
    from PIL import Image

    crisp = rows % picture.shape[0] == 0 and columns % picture.shape[1] == 0
    how = Image.Resampling.NEAREST if crisp else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(picture).resize((columns, rows), how))


def _coloured(pixels: Pixels, dark: bool) -> Pixels:
    """RGB of levels; RGB is kept."""
    return ramp(dark)[pixels] if pixels.ndim == 2 else pixels


def _indexed(pictures: Sequence[Pixels], paper: Pixels) -> tuple[list[Pixels], Pixels]:
    """RGB pictures as indices of one palette (256, 3), so that no colour flickers."""
    from PIL import Image

    sample = np.concatenate([p[::_SAMPLING, ::_SAMPLING].reshape(-1, 3) for p in pictures])
    found = Image.fromarray(sample[None]).quantize(255).getpalette() or []
    palette = np.tile(paper, (256, 1))
    palette[1 : 1 + len(found) // 3] = np.reshape(found, (-1, 3))
    colours = Image.new("P", (1, 1))
    colours.putpalette(palette.tobytes())
    # Without dithering, whose dots would dance.
    indices = [
        np.asarray(Image.fromarray(p).quantize(palette=colours, dither=Image.Dither.NONE))
        for p in pictures
    ]
    return indices, palette


def _evened(picture: Pixels, dark: bool) -> Pixels:
    """RGB with another row or column of paper where one is needed for an even number."""
    rows, columns, _ = picture.shape
    even = np.tile(ramp(dark)[0], (rows + rows % 2, columns + columns % 2, 1))
    even[:rows, :columns] = picture
    return even
