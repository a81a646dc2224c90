"""All solvers by the name under which scripts, pages and saved views know them."""

from __future__ import annotations

from solvers.loop import Solver
from solvers.sga import SGA

SOLVERS: dict[str, type[Solver]] = {
    "sga": SGA,
}
