"""The examples of the talk “Computing Optimal Transport Barycentres” (Tanguy, Delon, Gozlan, 2025).

    python -m tests.benchmarks.talk [part …] [--quick] [--size N] [--out FOLDER]

Parts: `silhouettes` (the cost ‖x − y‖ to the power 3/2), `circles` (four projections onto circles),
`shadows` (three projections of space, in W₁), `mixtures` (three Gaussian mixtures). All by default.
Each is the page's preset, drawn as the page draws it. What is judged: V never rises under G, and
falls by as much as the gluing proves; as in the talk, a few steps do nearly all; G ends no higher
than H; one step of POT from every iterate comes to the same V.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from functools import partial
from itertools import combinations, pairwise

import numpy as np
import ot

from explorer.address import from_query
from explorer.exports.clouds import cloud_pixels
from explorer.exports.ellipses import ellipses_pixels
from explorer.inputs.drawn_measures import MixtureDrawing, PointDrawing
from explorer.presets import PRESETS
from explorer.theme import MARGINAL_COLORS, SOLVER_COLORS
from explorer.views.cloud_backdrop import Backdrop, reach, window
from solvers import Barycentric, FixedPoint, GMMBarycentric, GMMFixedPoint, iterates
from tests.benchmarks.output import save_picture, write_table
from tests.benchmarks.parts import add_options, run_parts

MOST_STEPS = 20
WIDTH, GAP = 1200, 8  # pixels of a strip, about
ROUNDING = 1e-9  # of V at the start


@dataclass(frozen=True)
class Example:
    """A preset, and what the talk shows of it.

    Attributes
    ----------
    page, preset : str
        As in `PRESETS`.
    steps : int
        Steps that the talk shows.
    fall : float
        By how many percent V falls in them, at least.
    agreement : float
        Largest relative difference of V to POT's, larger where descent finds the ground barycentres
        and where it starts decides which it finds: POT's are not told the points before.
    """

    page: str
    preset: str
    steps: int
    fall: float
    agreement: float = 1e-8


EXAMPLES = {
    "silhouettes": Example(
        "points", "Three silhouettes, ‖x − y‖ to the power 3/2", steps=2, fall=5
    ),
    "circles": Example("points", "Four circles", steps=5, fall=75, agreement=1e-5),
    "shadows": Example("points", "Three shadows, W₁", steps=5, fall=40, agreement=1e-5),
    "mixtures": Example("mixtures", "Three mixtures", steps=2, fall=35),
}
SOLVERS = {"points": (FixedPoint, Barycentric), "mixtures": (GMMFixedPoint, GMMBarycentric)}


def reproduce(name, options, figures):
    """Run G and H on one example, judge, and leave a table and a strip of pictures."""
    example = EXAMPLES[name]
    state, notes = from_query(PRESETS[example.page][example.preset])
    assert notes == []
    size = options.size or (40 if options.quick else state.grid)
    if example.page == "points":
        drawn = PointDrawing(size, state.marginals, state.cost).draw()
    else:
        drawn = MixtureDrawing(state.grid, state.marginals).draw()
    problem = drawn.weighted(state.weights)
    limit = 3 if options.quick else MOST_STEPS
    g, h = (
        list(iterates(solver(), problem, max_iterations=limit, tolerance=0))
        for solver in SOLVERS[example.page]
    )
    judge(name, example, problem, g, h, figures)
    if name == "shadows":
        judge_shadows(problem, g[-1].barycenter, figures)
    note = (
        f"{example.preset}: the preset of the page; "
        f"{len(drawn.arrays)} marginals of "
        f"{', '.join(str(len(rows)) for rows in drawn.arrays)} "
        f"{'points' if example.page == 'points' else 'components'}. {g[-1].stopped}"
    )
    write_table(options.out, f"talk_{name}", list(table(g, h)), note)
    paint = cloud_painter if example.page == "points" else ellipses_painter
    seen = [g[i] for i in range(min(example.steps, len(g) - 1) + 1)]
    save_picture(options.out, f"talk_{name}", strip(map(paint(state, drawn, seen), seen)))


def judge(name, example, problem, g, h, figures):
    """The figures that all examples have."""
    values = np.array([value(it) for it in g])
    first, last = values[0], values[-1]
    shown = values[: example.steps + 1][-1]
    unproved = max(it.figures["proved"] - it.figures["decrease"] for it in g[1:])
    apart = max(abs(step_of_pot(problem, a.barycenter) / value(b) - 1) for a, b in pairwise(g))
    figures.report(f"{name}_rise", np.diff(values).max() / first, "of V₀", ROUNDING)
    figures.report(f"{name}_short_of_proof", unproved / first, "of V₀", ROUNDING)
    in_steps = f"% of V₀ in {example.steps} steps"
    figures.report(f"{name}_fall", 100 * (1 - shown / first), in_steps, example.fall, False)
    done = 100 * (first - shown) / (first - last)
    figures.report(
        f"{name}_done", done, f"% of all that G falls in {example.steps} steps", 95, False
    )
    figures.report(f"{name}_g_above_h", last / value(h[-1]) - 1, "of V of H", 1e-6)
    figures.report(f"{name}_apart_from_pot", apart, "of V, each step", example.agreement)


def judge_shadows(problem, found, figures):
    """How far the shadows are from the marginals, and V from what no measure can be below.

    Two shadows share an axis of space, along which each is at least as far from its marginal as in
    the plane: ``W₁(P_k#μ, ν_k) + W₁(P_l#μ, ν_l)`` is at least W₁ between the marginals along it.
    """
    apart = []
    for k, cloud in enumerate(problem.measures):
        shadow = problem.costs.project(k, found.positions)
        costs = ot.dist(shadow, cloud.positions, "euclidean")
        apart.append(ot.emd2(found.masses, cloud.masses, costs))
        spread = cloud.masses @ np.linalg.norm(cloud.positions - cloud.mean, axis=1)
        figures.report(f"shadow_{k + 1}_apart", apart[k] / spread, "of the marginal's spread", 0.5)
    between = 0.0
    for k, other in combinations(range(len(apart)), 2):
        axes = [problem.costs.matrices[i].argmax(axis=1).tolist() for i in (k, other)]
        (axis,) = set(axes[0]) & set(axes[1])
        along = [
            problem.measures[i].positions[:, rows.index(axis)]
            for i, rows in zip((k, other), axes, strict=True)
        ]
        between += ot.wasserstein_1d(*along, p=1)
    bound = between / 2 / len(apart)
    figures.report("shadows_over_bound", np.mean(apart) / bound, "× what no V is below", 2)


def value(iterate):
    """V."""
    return iterate.objectives["primal"]


def table(g, h):
    """A row for each iterate; a run that has ended stays where it is."""
    for i in range(max(len(g), len(h))):
        mine, other = (its[min(i, len(its) - 1)] for its in (g, h))
        told = {
            name: 1e3 * mine.figures[name] * (mine.figures[name] > ROUNDING * value(g[0]))
            for name in ("decrease", "proved")
            if 0 < i < len(g)
        }
        yield {
            "iterate": i,
            "V of G × 10³": 1e3 * value(mine),
            "fell by, × 10³": told.get("decrease", ""),
            "proved, × 10³": told.get("proved", ""),
            "support of G": len(mine.barycenter),
            "V of H × 10³": 1e3 * value(other),
        }


def step_of_pot(problem, measure):
    """V after one step of POT's true fixed point from a cloud or a mixture.

    Without its merging of points: it takes those within 10⁻⁵ for one, but beside the centre of a
    circle they are worlds apart.
    """
    if hasattr(problem, "costs"):
        costs, everywhere = problem.costs, [m.positions for m in problem.measures]
        masses, positions = [m.masses for m in problem.measures], measure.positions
        distances = [partial(costs.matrix, k) for k in range(len(everywhere))]
        centre = partial(costs.barycentres, weights=problem.weights)
        start = measure.masses
    else:
        everywhere = [_flat(nu) for nu in problem.mixtures]
        masses, positions = [nu.weights for nu in problem.mixtures], _flat(measure)
        distances = [_bures_squared] * len(everywhere)
        centre = partial(_bures_barycenters, weights=problem.weights)
        start = measure.weights
    *_, log = ot.lp.free_support_barycenter_generic_costs(
        everywhere,
        masses,
        positions,
        [
            lambda x, y, weight=weight, distance=distance: weight * distance(x, y)
            for weight, distance in zip(problem.weights, distances, strict=True)
        ],
        centre,
        start,
        numItermax=1,
        method="true_fixed_point",
        stopThr=-np.inf,
        log=True,
    )
    return log["V_list"][1]


def _flat(mixture):
    return np.column_stack([mixture.means, mixture.covariances.reshape(-1, 4)])


def _parts(rows):
    return rows[:, :2], rows[:, 2:].reshape(-1, 2, 2)


def _bures_squared(x, y):
    (m, s), (n, t) = _parts(x), _parts(y)
    return ot.gmm.dist_bures_squared(m, n, s, t)


def _bures_barycenters(ys, weights):
    found = [
        ot.gaussian.bures_wasserstein_barycenter(*_parts(np.stack(row)), weights, eps=1e-13)
        for row in zip(*ys, strict=True)
    ]
    return np.array([np.concatenate([mean, covariance.ravel()]) for mean, covariance in found])


def cloud_painter(state, drawn, seen):
    """Draws clouds over their marginals as the page does, all through one window."""
    kind, shapes = state.cost.scene(drawn.problem.costs)
    backdrop = Backdrop(drawn.arrays, MARGINAL_COLORS[: len(drawn.arrays)], kind, shapes)
    half = window(max(backdrop.reach, *(reach(it.barycenter.positions) for it in seen)))

    def paint(iterate):
        rows = np.asarray(iterate.barycenter, np.float32)
        return cloud_pixels(
            rows, WIDTH // len(seen), SOLVER_COLORS["G"], backdrop, dark=False, half=half
        )

    return paint


def ellipses_painter(state, drawn, seen):
    """Draws mixtures over the outlines of their marginals as the page does."""
    colors = MARGINAL_COLORS[: len(drawn.arrays)]

    def paint(iterate):
        rows = np.asarray(iterate.barycenter)
        return ellipses_pixels(rows, WIDTH // len(seen), SOLVER_COLORS["G"], drawn.arrays, colors)

    return paint


def strip(tiles):
    """Pictures side by side, white between them."""
    padded = [np.pad(tile, ((0, 0), (0, GAP), (0, 0)), constant_values=255) for tile in tiles]
    return np.concatenate(padded, axis=1)[:, :-GAP]


PARTS = {name: partial(reproduce, name) for name in EXAMPLES}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    return run_parts(parser, PARTS, " points", arguments)


if __name__ == "__main__":
    sys.exit(main())
