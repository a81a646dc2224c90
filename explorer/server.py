"""How the server meets the network."""

from __future__ import annotations

from functools import wraps
from socket import socket
from typing import Any

from bokeh.server import server
from bokeh.server.views.ws import WSHandler


def bind_to_localhost() -> None:
    """Let a server without ``--address`` listen on this computer only.

    Bokeh would listen on every interface and has no setting for another default, so the function
    that it binds with gets one. An address given by the user stays as it is.
    """
    original = server.bind_sockets  # type: ignore[attr-defined]
    if hasattr(original, "__wrapped__"):
        return

    @wraps(original)
    def bind_sockets(address: str | None, port: int, **options: Any) -> tuple[list[socket], int]:
        return original(address or "localhost", port, **options)

    server.bind_sockets = bind_sockets  # type: ignore[attr-defined]


def send_at_once() -> None:
    """Let the server's web sockets hold nothing back.

    A frame is a dozen small messages, and the system would keep each until the browser has
    confirmed the one before: some 70 ms a frame.
    """
    original = WSHandler.open
    if hasattr(original, "__wrapped__"):
        return

    @wraps(original)
    def open(handler: Any) -> None:
        handler.set_nodelay(True)
        original(handler)

    WSHandler.open = open  # type: ignore[method-assign]
