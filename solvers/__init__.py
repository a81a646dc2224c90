"""Optimal-transport barycenters: problems in, iterates out.

>>> from solvers import GridProblem, SGA, iterates
>>> problem = GridProblem(marginals=stack, weights=[0.3, 0.7])  # doctest: +SKIP
>>> for it in iterates(SGA(), problem, max_iterations=60):      # doctest: +SKIP
...     print(it.number, it.seconds, it.objectives["dual"])
"""

from solvers.loop import Iterate, Solver, iterates
from solvers.problems import GridProblem
from solvers.registry import SOLVERS
from solvers.sga import SGA
from solvers.warm import warm_up

__all__ = ["SGA", "SOLVERS", "GridProblem", "Iterate", "Solver", "iterates", "warm_up"]
