"""All solvers by the name under which scripts, pages and saved views know them.

By kind of problem: `GRID_SOLVERS` solve a `GridProblem`, `POINT_SOLVERS` a `PointProblem`,
`MIXTURE_SOLVERS` a `MixtureProblem`, `SAMPLE_SOLVERS` a `SampleProblem`.
"""

from __future__ import annotations

from solvers.cw2b import CW2B
from solvers.energy_guided import EnergyGuided
from solvers.entropic import CWB, DSB
from solvers.fixed_points import Barycentric, EntropicFixedPoint, FixedPoint
from solvers.free_support import FreeSupport
from solvers.gmm import GMMBarycentric, GMMFixedPoint
from solvers.loop import Solver
from solvers.multiscale import MultiscaleSGA
from solvers.nwb import NWB
from solvers.point_descent import PointDescent
from solvers.sampled_free_support import CDWB
from solvers.sga import SGA
from solvers.wdha import WDHA

GRID_SOLVERS: dict[str, type[Solver]] = {
    "sga": SGA,
    "multiscale_sga": MultiscaleSGA,
    "wdha": WDHA,
    "cwb": CWB,
    "dsb": DSB,
}
POINT_SOLVERS: dict[str, type[Solver]] = {
    "fixed_point": FixedPoint,
    "barycentric": Barycentric,
    "entropic_fixed_point": EntropicFixedPoint,
    "free_support": FreeSupport,
    "point_descent": PointDescent,
}
MIXTURE_SOLVERS: dict[str, type[Solver]] = {
    "gmm_fixed_point": GMMFixedPoint,
    "gmm_barycentric": GMMBarycentric,
}
# Of these, the trained ones learn a model that can be saved and continued.
TRAINED_SOLVERS: dict[str, type[Solver]] = {
    "nwb": NWB,
    "cw2b": CW2B,
    "energy_guided": EnergyGuided,
}
SAMPLE_SOLVERS: dict[str, type[Solver]] = {**TRAINED_SOLVERS, "cdwb": CDWB}
SOLVERS = GRID_SOLVERS | POINT_SOLVERS | MIXTURE_SOLVERS | SAMPLE_SOLVERS
