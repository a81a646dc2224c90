"""The app, served by the README's own command."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def serving(log: Path, *options: str) -> Iterator[str]:
    """Serve the app on a free port, its output in `log`; the address once it answers."""
    with served(log, *options) as (address, _):
        yield address


@contextmanager
def served(log: Path, *options: str) -> Iterator[tuple[str, int]]:
    """Serve the app on a free port, its output in `log`; address and process."""
    port = free_port()
    command = [sys.executable, "-m", "panel", "serve", "explorer", "--port", str(port), *options]
    with log.open("w") as sink:
        server = subprocess.Popen(command, cwd=ROOT, stdout=sink, stderr=subprocess.STDOUT)
        try:
            while not is_open(port):
                if server.poll() is not None:
                    raise RuntimeError(f"the server ended at once:\n{log.read_text()}")
            yield f"http://localhost:{port}/explorer", server.pid
        finally:
            server.terminate()
            server.wait(timeout=20)


def free_port() -> int:
    """A port of this computer that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_open(port: int) -> bool:
    """Whether somebody listens on a port of this computer."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
