"""One session of the app: the page frame, its pages, and what happens when the visitor leaves."""

from __future__ import annotations

from typing import Any

import panel as pn
import panel_material_ui as pmui
from bokeh.document import Document
from panel.util import edit_readonly  # type: ignore[attr-defined]

from explorer.pages.densities import DensitiesPage
from explorer.theme import THEME_CONFIG


def session() -> pmui.Page:
    """Build the app for one browser session."""
    pn.extension(notifications=True)
    document = pn.state.curdoc
    assert document is not None  # there is one while a session is being built
    page = DensitiesPage(
        document.add_next_tick_callback, _query(document), lambda: _is_away(document)
    )
    # What changes before the browser listens may never reach it.
    pn.state.onload(page.open)
    pn.state.on_session_destroyed(lambda context: page.close())
    frame = pmui.Page(
        title="Barycenter Explorer",
        sidebar=page.sidebar,
        main=page.main,
        sidebar_width=340,
        sidebar_open=not _on_a_phone(),
        theme_config=THEME_CONFIG,
        busy_indicator=None,
    )
    # The page would follow the server's busy flag, of all sessions together: two updates, each with
    # a walk through the whole page, for every frame that any browser acknowledges.
    with edit_readonly(frame):
        frame.busy = False
    frame.param.watch(lambda event: page.set_dark(event.new), "dark_theme")
    page.set_dark(frame.dark_theme)
    return frame


def _query(document: Document) -> str:
    """The address from its question mark on, as it was typed."""
    context: Any = document.session_context  # Bokeh's types do not know the request
    query = context.request.query if context and context.request else ""
    return f"?{query}" if query else ""


def _is_away(document: Document) -> bool:
    """Whether no browser is connected: a closed tab's session goes on for a while."""
    context: Any = document.session_context
    return context is None or context.session is None or context.session.connection_count == 0


def _on_a_phone() -> bool:
    """Whether the browser calls itself mobile: the open drawer would cover the picture there."""
    return "Mobi" in pn.state.headers.get("User-Agent", "")
