"""All solvers by the name under which scripts, pages and saved views know them."""

from __future__ import annotations

from solvers.entropic import CWB, DSB
from solvers.loop import Solver
from solvers.multiscale import MultiscaleSGA
from solvers.sga import SGA
from solvers.wdha import WDHA

GRID_SOLVERS: dict[str, type[Solver]] = {
    "sga": SGA,
    "multiscale_sga": MultiscaleSGA,
    "wdha": WDHA,
    "cwb": CWB,
    "dsb": DSB,
}
SOLVERS = GRID_SOLVERS
