"""Pictures and movies of densities as files.

Encoding a movie takes about a second, during which other threads can work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from io import BytesIO
from itertools import chain
from math import ceil
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from explorer.recording import Recording
from explorer.views.shades import ramp

Pixels: TypeAlias = NDArray[np.uint8]

# Pixels along the longest side that pictures and the tiles of movies are enlarged to, at least.
_PICTURE_SIDE, _TILE_SIDE = 512, 256
# Paper between two tiles, as a fraction of their width.
_GAP = 1 / 32
# Steps a second. Browsers slow down GIFs whose frames last less than two hundredths of a second.
_SLOWEST, _FASTEST = 1, 50
# Fine gradients stay free of bands, and a movie of a few seconds within a few hundred KiB.
_H264 = {"crf": "18"}
_BT709 = 1


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
    coloured = ramp(dark)[pixels] if pixels.ndim == 2 else pixels
    file = BytesIO()
    Image.fromarray(_enlarged(coloured, scale_up * rows, scale_up * columns)).save(file, "PNG")
    return file.getvalue()


def gif(steps: Iterable[Sequence[Pixels]], dark: bool, fps: float) -> bytes:
    """An animation that repeats for ever, in exactly the page's colours.

    Parameters
    ----------
    steps : iterable of sequence of array of uint8, (rows, columns)
        The tiles that are seen side by side, the same number in each step. Smaller tiles are
        enlarged to the largest, all of them to 256 pixels at least.
    dark : bool
        Whether the page is dark.
    fps : float
        Steps a second, 1 to 50. A GIF counts in hundredths of a second; they are dealt out so that
        the whole takes as long as it should.

    Raises
    ------
    ValueError
        If `fps` is out of its range, or the steps are empty or differ in their number of tiles.
    """
    from PIL import Image

    _check_rate(fps)
    pictures = [Image.fromarray(levels) for levels in _joined(steps)]
    ends = np.rint(100 / fps * np.arange(len(pictures) + 1))
    file = BytesIO()
    pictures[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=pictures[1:],
        duration=[10 * int(hundredths) for hundredths in np.diff(ends)],
        palette=ramp(dark).tobytes(),
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
        If `fps` is out of its range, or the steps are empty or differ in their number of tiles.
    """
    import av

    _check_rate(fps)
    colours = ramp(dark)
    pictures = map(_evened, _joined(steps))
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
        stream.height, stream.width = first.shape
        stream.pix_fmt = "yuv420p"
        stream.colorspace = stream.color_primaries = stream.color_trc = _BT709
        for levels in chain((first,), pictures):
            frame = av.VideoFrame.from_ndarray(colours[levels]).reformat(
                format=stream.pix_fmt, dst_colorspace=_BT709
            )
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return file.getvalue()


def steps_of(recordings: Sequence[Recording], count: int) -> list[list[Pixels]]:
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
    return [[frame.picture for frame in frames if frame] for frames in found]


def _check_rate(fps: float) -> None:
    if not _SLOWEST <= fps <= _FASTEST:
        raise ValueError(f"fps: is {fps:g}, but must be {_SLOWEST} to {_FASTEST}.")


def _joined(steps: Iterable[Sequence[Pixels]]) -> Iterator[Pixels]:
    """The levels of each step's tiles side by side, enlarged to one size, paper in between."""
    steps = list(steps)
    counts = {len(tiles) for tiles in steps}
    if len(counts) != 1 or 0 in counts:
        raise ValueError("steps: at least one is needed, each with the same number of tiles, ≥ 1.")
    shapes = [tile.shape for tiles in steps for tile in tiles]
    rows, columns = (max(lengths) for lengths in zip(*shapes, strict=True))
    factor = ceil(_TILE_SIDE / max(rows, columns))
    gap = max(1, round(_GAP * factor * columns))
    for tiles in steps:
        enlarged = (_enlarged(tile, factor * rows, factor * columns) for tile in tiles)
        yield np.hstack([np.pad(tile, ((0, 0), (gap, 0))) for tile in enlarged])[:, gap:]


def _enlarged(picture: Pixels, rows: int, columns: int) -> Pixels:
    """Crisp cells where a cell becomes a whole number of pixels, else smooth."""
    from PIL import Image

    crisp = rows % picture.shape[0] == 0 and columns % picture.shape[1] == 0
    how = Image.Resampling.NEAREST if crisp else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(picture).resize((columns, rows), how))


def _evened(levels: Pixels) -> Pixels:
    """With another row or column of paper where one is needed for an even number."""
    rows, columns = levels.shape
    return np.pad(levels, ((0, rows % 2), (0, columns % 2)))
