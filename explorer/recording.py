"""A run's past iterates as pictures, within a memory budget."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from threading import Lock
from zlib import compress, decompress

import numpy as np

from explorer.levels import Picture

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
    shape : tuple of int
        Of the picture.
    kind : str
        Its type of number, as NumPy spells it.
    packed : bytes
        The picture, compressed.
    levels_left : int
        Finer grids that were still to come.
    objectives : mapping of str to float
    """

    number: int
    seconds: float
    shape: tuple[int, ...]
    kind: str
    packed: bytes
    levels_left: int
    objectives: Mapping[str, float]

    @property
    def picture(self) -> Picture:
        """A read-only array (*shape)."""
        return np.frombuffer(decompress(self.packed), self.kind).reshape(self.shape)


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
        self._frames: list[Frame] = []  # in order
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
        return next(iter(newest), None)

    @property
    def nbytes(self) -> int:
        """Memory that the frames take, in bytes, about."""
        with self._lock:
            return self._nbytes

    def add(
        self,
        number: int,
        seconds: float,
        picture: Picture,
        objectives: Mapping[str, float],
        levels_left: int = 0,
    ) -> None:
        """Record an iterate, in place of the frame with the same number if there is one.

        Parameters are those of `Frame`.

        Raises
        ------
        ValueError
            If the number is new but not the highest.
        """
        # Level 1: pictures are mostly paper, so that trying harder gains little.
        packed = compress(picture.tobytes(), 1)
        frame = Frame(
            number,
            seconds,
            picture.shape,
            picture.dtype.str,
            packed,
            levels_left,
            dict(objectives),
        )
        with self._lock:
            self._insert(frame)
            while self._nbytes > self._budget and len(self._frames) > 2:
                self._thin()

    def at(self, number: int) -> Frame | None:
        """The newest frame that is not later than an iterate, else the first; None if empty."""
        with self._lock:
            index = max(0, bisect_right(self._frames, number, key=_number) - 1)
            found = self._frames[index : index + 1]
        return next(iter(found), None)

    def frames(self) -> Iterator[Frame]:
        """The frames that are there now, in order."""
        with self._lock:
            return iter(tuple(self._frames))

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


def _nbytes(frame: Frame) -> int:
    return len(frame.packed) + _OVERHEAD
