"""What `panel serve explorer` does once, before the first visitor comes."""

import os
import sys
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parents[1])
if _ROOT not in sys.path:
    sys.path.insert(0, _ROOT)

from explorer.server import bind_to_localhost, send_at_once  # noqa: E402

# POT would import PyTorch at once, which takes longer than all else, for arrays never given to it.
os.environ.setdefault("POT_BACKEND_DISABLE_PYTORCH", "1")
# Read while the server is being built, thus before it binds.
bind_to_localhost()
send_at_once()


def on_server_loaded(server_context: object) -> None:
    """Compile the kernels, and import what every session needs, before anybody waits for it."""
    import explorer.app  # noqa: F401
    from solvers import warm_up

    warm_up(2)  # the page that opens first
