"""One session of the app: the page frame, its pages, and what happens when the visitor leaves."""

from __future__ import annotations

from typing import Any

import panel as pn
import panel_material_ui as pmui
import param
from bokeh.document import Document
from panel.util import edit_readonly  # type: ignore[attr-defined]

from explorer.address import from_query
from explorer.pages.studio import Studio
from explorer.subjects import MIXTURES, POINTS, SAMPLES, TWISTER, VOLUMES, Subject
from explorer.theme import THEME_CONFIG
from explorer.views.navigation import navigation


def session() -> pmui.Page:
    """Build the app for one browser session."""
    pn.extension(notifications=True)
    document = pn.state.curdoc
    assert document is not None  # there is one while a session is being built
    state, notes = from_query(_query(document))
    page = _studio(state.subject)(
        document.add_next_tick_callback, state, notes, lambda: _is_away(document)
    )
    # What changes before the browser listens may never reach it.
    pn.state.onload(page.open)
    pn.state.on_session_destroyed(lambda context: _leave(page, document))
    frame = pmui.Page(
        title="Barycenter Explorer",
        sidebar=page.sidebar,
        main=page.main,
        sidebar_width=340,
        sidebar_open=not _on_a_phone(),
        theme_config=THEME_CONFIG,
        header=[navigation(state.subject)],
        busy_indicator=None,
    )
    # The page would follow the server's busy flag, of all sessions together: two updates, each with
    # a walk through the whole page, for every frame that any browser acknowledges. The flag would
    # also hold on to it for ever, unless it gets another one to follow.
    with edit_readonly(frame):
        frame.busy = _Calm().param.busy
    frame.param.watch(lambda event: page.set_dark(event.new), "dark_theme")
    page.set_dark(frame.dark_theme)
    return frame


def _studio(subject: Subject) -> type[Studio]:
    """The studio of a subject; a page that nobody asks for is not imported."""
    if subject is VOLUMES:
        from explorer.pages.volumes import VolumesPage

        return VolumesPage
    if subject is POINTS:
        from explorer.pages.points import PointsPage

        return PointsPage
    if subject is MIXTURES:
        from explorer.pages.mixtures import MixturesPage

        return MixturesPage
    if subject is SAMPLES:
        from explorer.pages.samples import SamplesPage

        return SamplesPage
    if subject is TWISTER:
        from explorer.pages.twister import TwisterPage

        return TwisterPage
    from explorer.pages.densities import DensitiesPage

    return DensitiesPage


class _Calm(param.Parameterized):
    """What is never busy."""

    busy = param.Boolean(default=False, constant=True)


def _leave(page: Studio, document: Document) -> None:
    """End the threads of a session and let go of its memory."""
    page.close()
    # Panel forgets what it has rendered of a session, except for the area of the notifications.
    for key, (_, _, owner, _) in list(pn.state._views.items()):
        if owner is document:
            del pn.state._views[key]


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
