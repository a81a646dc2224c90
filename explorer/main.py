"""Entry point of ``panel serve explorer``; runs once for each session."""

import sys
from pathlib import Path

# `panel serve explorer` puts the package's own folder on the path, not the one that holds it.
_ROOT = str(Path(__file__).resolve().parents[1])
if _ROOT not in sys.path:
    sys.path.insert(0, _ROOT)

from explorer.app import session  # noqa: E402

session().servable()
