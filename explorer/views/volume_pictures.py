"""Pictures for a browser that cannot draw volumes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from io import BytesIO
from typing import Any, TypeAlias

from explorer.levels import Levels
from explorer.look import Look
from explorer.offscreen import Pixels, picture_later

# Levels, look, size, colour and darkness, as `picture_later` takes them.
Order: TypeAlias = tuple[Levels, Look, tuple[int, int], str, bool]


class Pictures:
    """One picture at a time, always of the newest state; to be used in the document's thread.

    Parameters
    ----------
    schedule : callable
        Calls a function soon in the document's thread; safe from any thread.
    order : callable
        Called when a picture is begun: says of what, and what to call in the document's thread
        with the finished PNG, or with nothing and one sentence why there is none.
    """

    def __init__(
        self,
        schedule: Callable[[Callable[[], None]], Any],
        order: Callable[[], tuple[Order, Callable[[bytes, str], None]]],
    ) -> None:
        self._schedule, self._order = schedule, order
        self._drawing = self._outdated = False

    def renew(self) -> None:
        """Draw the state as it is now, or after the picture that is being drawn."""
        self._outdated = True
        if not self._drawing:
            self._begin()

    def _begin(self) -> None:
        self._drawing, self._outdated = True, False
        order, done = self._order()
        picture_later(*order).add_done_callback(partial(self._encode, done))

    def _encode(self, done: Callable[[bytes, str], None], picture: Future[Pixels]) -> None:
        try:
            result = partial(done, _png(picture.result()), "")
        except Exception as error:  # a machine that cannot draw still shows all else
            result = partial(done, b"", f"The server could not draw it: {error}")
        self._schedule(partial(self._deliver, result))

    def _deliver(self, result: Callable[[], None]) -> None:
        self._drawing = False
        result()
        if self._outdated:
            self._begin()


def _png(pixels: Pixels) -> bytes:
    from PIL import Image

    file = BytesIO()
    # Level 1: it leaves for the browser at once, and is gone with the next.
    Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return file.getvalue()
