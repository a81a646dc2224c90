"""Optimal-transport barycenters: problems in, iterates out.

>>> from solvers import GridProblem, SGA, iterates
>>> problem = GridProblem(marginals=stack, weights=[0.3, 0.7])  # doctest: +SKIP
>>> for it in iterates(SGA(), problem, max_iterations=60):      # doctest: +SKIP
...     print(it.number, it.seconds, it.objectives["dual"])
"""

from solvers.bijected_costs import Twister
from solvers.clouds import Cloud
from solvers.costs import PowerNorm, SquaredEuclidean
from solvers.cw2b import CW2B
from solvers.energy_guided import EnergyGuided
from solvers.entropic import CWB, DSB
from solvers.expression_costs import Expression
from solvers.fixed_points import Barycentric, EntropicFixedPoint, FixedPoint
from solvers.free_support import FreeSupport
from solvers.gmm import GMMBarycentric, GMMFixedPoint
from solvers.loop import Iterate, Solver, iterates
from solvers.mixture_problem import MixtureProblem
from solvers.mixtures import Mixture
from solvers.multiscale import MultiscaleSGA
from solvers.nwb import NWB
from solvers.origins import displaced, origins
from solvers.path import along_path, weights_between
from solvers.point_descent import PointDescent
from solvers.point_problem import PointProblem
from solvers.primal import duality_gap, primal_objective, with_primal
from solvers.problems import GridProblem
from solvers.projected_costs import Circles, Projections
from solvers.registry import SOLVERS
from solvers.sample_problem import ExactAnswer, SampleProblem
from solvers.sampled_free_support import CDWB
from solvers.samples import ArraySamples, FunctionSamples, GaussianSamples, Samples
from solvers.sga import SGA
from solvers.sharpness import edge_width
from solvers.warm import warm_up
from solvers.wasserstein import Transport, wasserstein
from solvers.wdha import WDHA

__all__ = [
    "CDWB",
    "CW2B",
    "CWB",
    "DSB",
    "NWB",
    "SGA",
    "SOLVERS",
    "WDHA",
    "ArraySamples",
    "Barycentric",
    "Circles",
    "Cloud",
    "EnergyGuided",
    "EntropicFixedPoint",
    "ExactAnswer",
    "Expression",
    "FixedPoint",
    "FreeSupport",
    "FunctionSamples",
    "GMMBarycentric",
    "GMMFixedPoint",
    "GaussianSamples",
    "GridProblem",
    "Iterate",
    "Mixture",
    "MixtureProblem",
    "MultiscaleSGA",
    "PointDescent",
    "PointProblem",
    "PowerNorm",
    "Projections",
    "SampleProblem",
    "Samples",
    "Solver",
    "SquaredEuclidean",
    "Transport",
    "Twister",
    "along_path",
    "displaced",
    "duality_gap",
    "edge_width",
    "iterates",
    "origins",
    "primal_objective",
    "warm_up",
    "wasserstein",
    "weights_between",
    "with_primal",
]
