"""A run's past iterates as pictures, within a memory budget."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter
from threading import Lock
from zlib import compress, decompress

import numpy as np
from numpy.typing import NDArray

# Bytes that a frame takes beside its pixels, roughly: many tiny pictures must not go uncounted.
_OVERHEAD = 1024

_number = attrgetter("number")


@dataclass(frozen=True)
class Frame:
    """A recorded picture.

    Attributes
    ----------
    number : int
        Of the iterate.
    seconds : float
        Time that the solver had worked.
    rows, columns : int
    pixels : bytes
        One byte a cell, row by row, 255 for full colour.
    levels_left : int
        Finer grids that were still to come.
    objectives : mapping of str to float
    """

    number: int
    seconds: float
    rows: int
    columns: int
    pixels: bytes
    levels_left: int
    objectives: Mapping[str, float]

    @property
    def picture(self) -> NDArray[np.uint8]:
        """The pixels as a read-only array (rows, columns)."""
        return np.frombuffer(self.pixels, np.uint8).reshape(self.rows, self.columns)


class Recording:
    """Keeps the frames of one run, compressed; safe to use from several threads.

    Once they need more than the budget, every other frame goes, and from then on only every second
    iterate is kept, then every fourth, …: frames stay evenly spread over the whole run. The first
    and the newest are always there.

    Parameters
    ----------
    budget : int
        Bytes, > 0. Only the first and the newest frame together may take more.

    Raises
    ------
    ValueError
        If the budget is not positive.
    """

    def __init__(self, budget: int = 24 * 2**20) -> None:
        if budget <= 0:
            raise ValueError(f"budget: is {budget}, but must be > 0 bytes.")
        self._budget = budget
        self._lock = Lock()
        self._frames: list[Frame] = []  # in order; their pixels are compressed
        self._nbytes = 0
        self._spacing = 1  # iterates from one frame to the next, at least

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the iterates that are there, in order."""
        with self._lock:
            return tuple(map(_number, self._frames))

    @property
    def last(self) -> Frame | None:
        """The newest frame; None before there is one."""
        with self._lock:
            newest = self._frames[-1:]
        return next(map(_unpacked, newest), None)

    @property
    def nbytes(self) -> int:
        """Memory that the frames take, in bytes, about."""
        with self._lock:
            return self._nbytes

    def add(
        self,
        number: int,
        seconds: float,
        rows: int,
        columns: int,
        pixels: bytes,
        objectives: Mapping[str, float],
        levels_left: int = 0,
    ) -> None:
        """Record an iterate, in place of the frame with the same number if there is one.

        Parameters are the fields of `Frame`.

        Raises
        ------
        ValueError
            If the pixels do not fill the rows and columns, or the number is new but not the
            highest.
        """
        if len(pixels) != rows * columns:
            raise ValueError(
                f"pixels: are {len(pixels)} bytes, but {rows} × {columns} cells need "
                f"{rows * columns}."
            )
        # Level 1: pictures are mostly paper, so that trying harder gains little.
        packed = compress(pixels, 1)
        frame = Frame(number, seconds, rows, columns, packed, levels_left, dict(objectives))
        with self._lock:
            self._insert(frame)
            while self._nbytes > self._budget and len(self._frames) > 2:
                self._thin()

    def at(self, number: int) -> Frame | None:
        """The newest frame that is not later than an iterate, else the first; None if empty."""
        with self._lock:
            index = max(0, bisect_right(self._frames, number, key=_number) - 1)
            found = self._frames[index : index + 1]
        return next(map(_unpacked, found), None)

    def frames(self) -> Iterator[Frame]:
        """The frames that are there now, in order."""
        with self._lock:
            frames = tuple(self._frames)
        return map(_unpacked, frames)

    def clear(self) -> None:
        """Forget all frames; the next one begins a new run."""
        with self._lock:
            self._frames.clear()
            self._nbytes, self._spacing = 0, 1

    def _insert(self, frame: Frame) -> None:
        frames = self._frames
        index = bisect_left(frames, frame.number, key=_number)
        if index < len(frames):
            if frames[index].number != frame.number:
                raise ValueError(
                    f"number: is {frame.number}, but must be recorded already or come after "
                    f"{frames[-1].number}."
                )
            self._nbytes -= _nbytes(frames[index])
            frames[index] = frame
        else:
            if len(frames) > 1 and frames[-1].number - frames[-2].number < self._spacing:
                self._nbytes -= _nbytes(frames.pop())  # it was there as the newest only
            frames.append(frame)
        self._nbytes += _nbytes(frame)

    def _thin(self) -> None:
        self._spacing *= 2
        kept, last = self._frames[:1], self._frames[-1]
        for frame in self._frames[1:-1]:
            if frame.number - kept[-1].number >= self._spacing:
                kept.append(frame)
        self._frames = [*kept, last]
        self._nbytes = sum(map(_nbytes, self._frames))


def _nbytes(packed: Frame) -> int:
    return len(packed.pixels) + _OVERHEAD


def _unpacked(frame: Frame) -> Frame:
    return replace(frame, pixels=decompress(frame.pixels))
