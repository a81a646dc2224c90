"""Models that were trained and saved before: a control that takes their files."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

import panel as pn

from explorer.inputs.upload import FileInput
from explorer.views.text import problem, text
from solvers.training import MAX_BYTES, Saved, load

if TYPE_CHECKING:
    from solvers.sample_problem import SampleProblem

SUFFIX = ".pt"


class ModelUpload(pn.viewable.Viewer):
    """A control to give a model, and words beside it.

    Parameters
    ----------
    posed : callable
        The problem that the model must have been trained on; None before there is any.
    take : callable
        Takes a training; returns a sentence on what became of it. ValueError if it cannot be used.
    """

    def __init__(
        self,
        posed: Callable[[], SampleProblem | None],
        take: Callable[[Saved], str],
    ) -> None:
        super().__init__()
        self._posed, self._take = posed, take
        self._file = FileInput(
            self._take_file,
            label="Load a model",
            accept=SUFFIX,
            sizing_mode="stretch_width",
            variant="outlined",
            max_file_size=MAX_BYTES,
        )
        self._message = text(
            _quiet("Export saves what has been trained; here it goes on."), margin=(0, 10)
        )
        self._layout = pn.Column(self._file, self._message, sizing_mode="stretch_width")

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout

    async def _take_file(self, name: str, data: bytes) -> None:
        posed = self._posed()
        self._message.object = _quiet(f"Reading {name} …")
        try:
            if not data:
                raise ValueError("model: it is empty.")
            # In a thread: the first one imports PyTorch, and the page must answer meanwhile.
            saved = await to_thread(load, data, posed)
            if self._posed() is not posed:
                raise ValueError("model: the problem has changed meanwhile; load it again.")
            self._message.object = _quiet(f"{name}: {self._take(saved)}")
        except ValueError as error:
            sentence = str(error).split(": ", 1)[-1]
            self._message.object = problem(f"{name}: {sentence} All stays as it was.")


def _quiet(sentence: str) -> str:
    return f'<span role="status" class="hint">{escape(sentence)}</span>'
