"""How the server meets the network."""

from __future__ import annotations

from functools import wraps
from socket import socket
from typing import Any

from bokeh.server import server


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
