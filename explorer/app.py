"""One session of the app: the page frame, its pages, and what happens when the visitor leaves."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui

from explorer.pages.densities import DensitiesPage
from explorer.theme import THEME_CONFIG


def session() -> pmui.Page:
    """Build the app for one browser session."""
    pn.extension(notifications=True)
    document = pn.state.curdoc
    page = DensitiesPage(document.add_next_tick_callback)
    # What changes before the browser listens may never reach it.
    pn.state.onload(page.open)
    pn.state.on_session_destroyed(lambda context: page.close())
    frame = pmui.Page(
        title="Barycenter Explorer",
        sidebar=page.sidebar,
        main=page.main,
        sidebar_width=340,
        theme_config=THEME_CONFIG,
    )
    frame.param.watch(lambda event: page.set_dark(event.new), "dark_theme")
    page.set_dark(frame.dark_theme)
    return frame
