"""The server stays on this computer; the first page waits for nothing heavy."""

from __future__ import annotations

import json
import subprocess
import sys
from ipaddress import ip_address
from types import SimpleNamespace

from bokeh.server import server
from bokeh.server.views.ws import WSHandler

from explorer.server import bind_to_localhost, send_at_once


def test_without_an_address_the_server_listens_on_this_computer_only():
    bind_to_localhost()
    bind_to_localhost()  # twice does no harm
    sockets, port = server.bind_sockets(None, 0)
    try:
        assert port > 0
        assert all(ip_address(s.getsockname()[0]).is_loopback for s in sockets)
    finally:
        for s in sockets:
            s.close()


def test_an_address_that_is_given_is_kept():
    bind_to_localhost()
    sockets, _ = server.bind_sockets("0.0.0.0", 0)
    try:
        assert [s.getsockname()[0] for s in sockets] == ["0.0.0.0"]
    finally:
        for s in sockets:
            s.close()


def test_web_sockets_hold_nothing_back(monkeypatch):
    """Once, however often it is asked for."""
    told = []
    monkeypatch.setattr(WSHandler, "open", lambda handler: told.append("open"))
    send_at_once()
    send_at_once()
    WSHandler.open(SimpleNamespace(set_nodelay=told.append))
    assert told == [True, "open"]


def test_the_first_page_imports_nothing_heavy():
    code = "import sys, json, explorer.app; print(json.dumps(sorted(sys.modules)))"
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    heavy = {"torch", "numba", "ot", "pyvista", "vtk", "holoviews", "scipy.fft", "pandas"}
    assert heavy.isdisjoint(json.loads(printed))
