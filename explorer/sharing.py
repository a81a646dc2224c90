"""What can be shared: the address, the saved view, the Python script."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import panel as pn
import panel_material_ui as pmui

from explorer.saved import MAX_BYTES, from_file, to_file
from explorer.script import code
from explorer.state import StudioState, own_pictures
from explorer.views.text import problem, text
from explorer.views.window import Window


class Sharing:
    """The buttons Share and Code, and the dialogs that they open.

    Parameters
    ----------
    window : Window
        Hands out files, and fills the clipboard.
    state : callable
        The view as it is.
    restore : callable
        Takes a view that was saved, and what is to be said of it.
    """

    def __init__(
        self,
        window: Window,
        state: Callable[[], StudioState],
        restore: Callable[[StudioState, list[str]], None],
    ) -> None:
        self._window, self._state, self._restore = window, state, restore
        small = {"variant": "outlined", "size": "small", "margin": 4}
        self.share = pmui.Button(label="Share", on_click=self._open_share, **small)
        self.code = pmui.Button(label="Code", on_click=self._open_code, **small)
        self._own = text()
        self._file = pmui.FileInput(
            label="Open a saved view",
            uploaded_label="Open a saved view",
            accept=".npz",
            max_file_size=MAX_BYTES,
            variant="outlined",
            sizing_mode="stretch_width",
        )
        # A file may be opened again, and an empty one comes as None, which is what there was.
        self._file.param.watch(self._open_file, "value", onlychanged=False)
        self._script = text()
        self.dialogs = [self._share_dialog(), self._code_dialog()]

    def _share_dialog(self) -> pmui.Dialog:
        copy = pmui.Button(
            label="Copy the address",
            variant="contained",
            margin=0,
            on_click=lambda event: self._copy("address", None),
        )
        save = pmui.Button(
            label="Save this view", variant="outlined", margin=0, on_click=self._save
        )
        words = text(
            "The address bar always holds this view: marginals, weights, solvers and settings. "
            "Whoever opens it sees the same, and computes it anew."
        )
        self._share = _dialog(
            "Share this view", words, _side_by_side(copy, save), self._own, self._file, width="sm"
        )
        return self._share

    def _code_dialog(self) -> pmui.Dialog:
        copy = pmui.Button(
            label="Copy the script",
            variant="contained",
            margin=0,
            on_click=lambda event: self._copy("script", code(self._state())),
        )
        save = pmui.Button(
            label="Download barycenter.py",
            variant="outlined",
            margin=0,
            on_click=lambda event: self._window.download(
                "barycenter.py", "text/x-python", code(self._state()).encode()
            ),
        )
        self._code = _dialog(
            "This view in Python", self._script, _side_by_side(copy, save), width="md"
        )
        return self._code

    def _copy(self, name: str, content: str | None) -> None:
        """Copy a text, or if None the address, and say whether it worked."""

        def tell(copied: bool) -> None:
            notifications = pn.state.notifications
            if notifications is None:
                return
            if copied:
                notifications.success(f"The {name} is in the clipboard.", duration=3000)
            else:
                notifications.warning(
                    f"The browser does not let this page copy the {name}: select it and copy it "
                    "by hand.",
                    duration=8000,
                )

        self._window.copy(content, tell)

    def _open_share(self, event: Any) -> None:
        own = own_pictures(self._state())
        self._own.object = (
            f"<p class='hint'>{escape(', '.join(own))}: what is your own is in no address. It "
            "travels in the saved file only.</p>"
            if own
            else "<p class='hint'>A saved file also keeps what is of your own.</p>"
        )
        self._share.open = True

    def _open_code(self, event: Any) -> None:
        script = code(self._state())
        self._script.object = f"<pre class='code' tabindex='0'>{escape(script)}</pre>"
        self._code.open = True

    def _save(self, event: Any) -> None:
        self._window.download("view.npz", "application/octet-stream", to_file(self._state()))

    def _open_file(self, event: Any) -> None:
        try:
            state, notes = from_file(event.new or b"")
        except ValueError as error:
            self._own.object = problem(str(error).removeprefix("saved view: "))
            return
        if state.subject != (here := self._state().subject):
            self._own.object = problem(
                f"This view belongs to the page {state.subject.title}, and this is {here.title}: "
                "open it there."
            )
            return
        self._share.open = False
        self._restore(state, notes)


def _dialog(title: str, *items: Any, width: str) -> pmui.Dialog:
    return pmui.Dialog(
        *items,
        title=title,
        show_close_button=True,
        close_on_click=True,
        width_option=width,
        sx={
            "& .MuiDialogContent-root": {"paddingBottom": "16px"},
            "& .MuiDialogTitle-root + button": {"color": "text.secondary"},
        },
    )


def _side_by_side(*buttons: pmui.Button) -> pn.FlexBox:
    """As far as a phone has room."""
    return pn.FlexBox(*buttons, gap="10px", margin=(8, 10))
