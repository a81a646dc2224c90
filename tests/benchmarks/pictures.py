"""How exact the pictures of exact barycenters look; saves them as well.

    python -m tests.benchmarks.pictures [--quick] [--out FOLDER]

- Uniformity: an affine map of a uniform disc leaves it uniform.
- Disagreement ``½ Σ α_i ‖G * (ρ_i − ρ̄)‖₁`` of the push-forwards, with G a Gaussian of 1.5 px; 0 at
  the exact solution.
- Stray mass: farther than 3 px from the support of a reference solved at 1024².
- Shortfall of the dual from the exact linear program on coarse grids.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from scipy.ndimage import binary_dilation, gaussian_filter

from solvers import SGA, GridProblem, MultiscaleSGA, iterates
from solvers.datasets import SHAPES, shape, silhouette
from solvers.grids import halved
from solvers.kernels import c_transform, push_forward
from tests.benchmarks import paper
from tests.benchmarks.figures import Figures
from tests.benchmarks.output import RESULTS, ink, save_picture
from tests.solvers.helpers import ALPHA, axes, dual, four_shapes, last_of

SILHOUETTES = ("duck", "heart", "rabbit", "leaf-maple")
STEPS = 60  # of the default run, more than which a visitor seldom watches
BLUR, REACH = 1.5, 3  # px


def uniformity(size=256):
    """Relative deviation inside a uniform disc after an affine map that turns and stretches it."""
    x, y = axes((size, size))
    disc = ((x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.25**2).astype(float)
    u, v = x - 0.5, y - 0.5
    # T = A (x − ½) + ½ with a symmetric A: f(y) = ½|y − ½|² − ½ (y − ½)ᵀ A⁻¹ (y − ½).
    a, b, c = 1.23, 0.31, 0.87
    det = a * c - b * b
    p, q = (c * u - b * v) / det, (a * v - b * u) / det
    potential = 0.5 * (u**2 + v**2) - 0.5 * (u * p + v * q)
    transform = c_transform(potential[None], 1 / size, refine=True)
    image = push_forward(transform, disc[None] / disc.mean(), 1 / size, SGA().spread)[0]
    inside = image[p**2 + q**2 < 0.22**2]
    return float(inside.std() / inside.mean())


def disagreement(iterate):
    """Mass fraction on which the marginals' push-forwards do not agree, up to 1.5 px."""
    state = getattr(iterate.state, "sga", iterate.state)
    images = state.problem.domain.padded(state.images, state.problem.shape)
    difference = images - iterate.barycenter
    blurred = [np.abs(gaussian_filter(d, BLUR)).mean() for d in difference]
    return 0.5 * float(state.problem.weights @ blurred)


def stray_mass(picture, reference):
    """Fraction of the mass farther than 3 px from where the finer reference has any."""
    while len(reference) > len(picture):
        reference = halved(reference[None])[0]
    support = reference > 0.01 * np.quantile(reference, 0.99)
    near = binary_dilation(support, iterations=REACH)
    return float(picture[~near].sum() / picture.sum())


def shortfall(n):
    """How far the dual on an n × n grid stays below the exact linear program, as a fraction."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of whatever optional packages POT finds
        import ot

    marginals = np.stack([shape(name, n).ravel() for name in SHAPES])
    marginals /= marginals.sum(axis=1, keepdims=True)
    nodes = np.stack(np.broadcast_arrays(*axes((n, n))), axis=-1).reshape(-1, 2)
    cost = 0.5 * ot.dist(nodes)
    barycenter = np.clip(ot.lp.barycenter(marginals.T, cost, np.array(ALPHA)), 0, None)
    barycenter /= barycenter.sum()
    exact = sum(w * ot.emd2(a, barycenter, cost) for w, a in zip(ALPHA, marginals, strict=True))
    return 1 - dual(solved(SGA(), four_shapes(n), 150)) / exact


def solved(solver, problem, steps):
    """Best iterate of that many steps."""
    last = last_of(iterates(solver, problem, max_iterations=steps, tolerance=0))
    return last.best


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smoke run: small, few iterations")
    parser.add_argument("--out", type=Path, help=f"folder for pictures, {RESULTS.name} by default")
    options = parser.parse_args(arguments)
    figures = Figures(unjudged="in a quick run" if options.quick else None)
    small, large, steps = (64, 128, 15) if options.quick else (256, 1024, STEPS)
    cases = {
        "silhouettes": (lambda n: GridProblem([silhouette(s, n) for s in SILHOUETTES]), 0.004),
        "shapes": (four_shapes, 0.009),
    }
    with TemporaryDirectory() as scratch:
        folder = options.out or (Path(scratch) if options.quick else RESULTS)
        figures.report("uniformity", uniformity(), "", 0.01)
        for name, (problem, bar) in cases.items():
            best = solved(SGA(), problem(small), steps)
            reference = solved(MultiscaleSGA(), problem(large), steps)
            figures.report(f"disagreement_{name}", disagreement(best), "", bar)
            stray = stray_mass(best.barycenter, reference.barycenter)
            figures.report(f"stray_mass_{name}", 100 * stray, "%", 0.5)
            save_picture(
                folder, f"{name}_{small}", np.kron(ink(best.barycenter), np.ones((2, 2), np.uint8))
            )
        for row in (1, 4):
            problem = four_shapes(large, paper.WEIGHTS[row - 1])
            best = solved(MultiscaleSGA(), problem, steps)
            figures.report(f"disagreement_row_{row}", disagreement(best), "", 0.005)
        for n, bar in ((10, 2), (14, 1)) if options.quick else ((10, 2), (14, 1), (20, 0.3)):
            figures.report(f"short_of_linear_program_{n}", 100 * shortfall(n), "%", bar)
    return figures.exit_code


if __name__ == "__main__":
    sys.exit(main())
