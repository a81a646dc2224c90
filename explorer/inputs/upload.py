"""Files of the visitor's own."""

from __future__ import annotations

from abc import abstractmethod
from asyncio import to_thread
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from html import escape
from typing import Any, ClassVar

import panel as pn
import panel_material_ui as pmui

from explorer.inputs.sources import Marginal
from explorer.views.text import problem, text

_MAX_LABEL = 24


class FileInput(pmui.FileInput):
    """A file input that hands on every file, the same one again and an empty one too."""

    def __init__(
        self, arrived: Callable[[str, bytes], Coroutine[Any, Any, None]], **params: Any
    ) -> None:
        """`arrived` is called with the name and the content."""
        super().__init__(**params)
        self._arrived = arrived

    def _update_file(self, filename: Any, mime_type: Any, value: Any) -> None:
        # An empty file has no chunks, so it arrives without name and value.
        pn.state.execute(partial(self._arrived, filename or "the file", value or b""))


class Upload(pn.viewable.Viewer):
    """A control to give a file for the chosen slot, and words beside it.

    Parameters
    ----------
    claim : callable
        Called when a file arrives, to claim the slot that is chosen then. Returns a function that
        puts a marginal there, and returns whether the slot still waited for it. A file that cannot
        be used gets one sentence instead.

    Attributes
    ----------
    what : str
        What the file holds, in a word.
    formats : str
        Their names, for the visitor.
    suffixes : tuple of str
        Ends of the names of files that can be chosen.
    max_bytes : int
    """

    what: ClassVar[str]
    formats: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]
    max_bytes: ClassVar[int]

    def __init__(self, claim: Callable[[], Callable[[Marginal], bool]]) -> None:
        super().__init__()
        self._claim = claim
        self._file = FileInput(
            self._take_file,
            label=f"Choose a {self.what}",
            accept=",".join(self.suffixes),
            sizing_mode="stretch_width",
            variant="outlined",
            max_file_size=self.max_bytes,
        )
        self._hint = _quiet(
            f"{self.formats}, up to {self.max_bytes // 2**20} MiB. It stays on the computer that "
            "runs this page."
        )
        self._message = text(self._hint, margin=(0, 10))
        self._layout = pn.Column(self._file, self._message, sizing_mode="stretch_width")

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout

    def load(self, marginal: Marginal) -> None:
        """Go on from what a slot holds, a file or something else."""
        self._message.object = self._hint

    async def _take_file(self, name: str, data: bytes) -> None:
        await self._read(name, self._reader(name, data, self._label(name)))

    @abstractmethod
    def _reader(
        self, name: str, data: bytes, label: str
    ) -> Callable[[], tuple[Marginal, Sequence[str]]]:
        """What `_read` takes for a file that has arrived, with the controls as they are now."""

    async def _read(self, name: str, read: Callable[[], tuple[Marginal, Sequence[str]]]) -> None:
        """Put what a file holds into the chosen slot.

        Parameters
        ----------
        name : str
            Of the file.
        read : callable
            Returns the marginal, and sentences on what is not as in the file; ValueError if the
            file cannot be used.
        """
        put = self._claim()
        self._message.object = _quiet(f"Reading {name} …")
        try:
            # In a thread: a large file takes a second, and the page must answer meanwhile.
            marginal, notes = await to_thread(read)
        except ValueError as error:
            sentence = str(error).split(": ", 1)[-1]
            self._message.object = problem(f"{name}: {sentence} The previous {self.what} stays.")
            return
        if put(marginal) and notes:
            self._message.object = _quiet(f"{name}: {' '.join(notes)}")

    def _label(self, name: str) -> str:
        """The name of a file, without its end, as the name of a marginal."""
        return name.removesuffix(".gz").rsplit(".", 1)[0][:_MAX_LABEL] or self.what


def _quiet(sentence: str) -> str:
    return f'<span role="status" class="hint">{escape(sentence)}</span>'
