"""What a studio says of what is seen."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.subjects import Subject
from explorer.tile import Tile
from solvers import GridProblem

_MIXTURES = {
    2: "<b>The plain mixture.</b> All pictures are printed on top of each other, as strong as "
    "their weights. Drag the point, or press <b>Run</b>: the solver moves the mass instead, as "
    "little as it can, until the pictures have become one.",
    3: "<b>The plain mixture.</b> All solids stand in the same place, each as dense as its weight. "
    "Drag the point, or press <b>Run</b>: the solver moves the mass instead, as little as it can, "
    "until the solids have become one. Drag the solid itself to turn it.",
}
_EXACT = (
    "<b>The barycenter is forming:</b> the {thing} with the least total transport cost to all the "
    "others. D climbs and is a guaranteed lower bound of that cost; B is the cost of the {thing} "
    "itself. Where they meet, the {thing} is proved right."
)
_BLURRED = (
    "<b>The barycenter is forming</b>, with transport smoothed by ε. The cost B of the {thing} "
    "falls; how far it may still be from the least cost shows beside an exact solver, whose D is a "
    "bound for all."
)
_CARRIED = (
    "<b>Carried along.</b> The transport found before, seen with the new weights: close to the new "
    "barycenter already. Press <b>Run</b> and it settles."
)
_STOPPED = (
    "<b>The solver has stopped</b>, for the reason below its picture. Drag the point among the "
    "{thing}s: the barycenter follows. At a corner it gives back the {thing} there."
)
_COMPARED = (
    " <b>Side by side</b> all solve the same problem, in the same colours: compare edges, cost B "
    "and time in the table."
)


_THINGS = {2: "picture", 3: "solid"}


def explained(subject: Subject, tile: Tile, count: int) -> str:
    """A few sentences on a tile, the first of so many."""
    iterate = tile.newest
    if iterate is None or tile.plain:
        return _MIXTURES[subject.dimensions]
    if iterate.stopped:
        words = _STOPPED
    elif iterate.number == 0:
        words = _CARRIED
    else:
        words = _EXACT if "dual" in iterate.objectives else _BLURRED
    words += _COMPARED if count > 1 else ""
    return words.format(thing=_THINGS[subject.dimensions])


def described(problem: GridProblem, labels: Sequence[str], plain: bool) -> str:
    """What a picture of a problem shows, its marginals having these names."""
    shares = [
        f"{100 * share:.0f} % {labels[i]}"
        for i, share in zip(problem.kept, problem.weights, strict=True)
        if i < len(labels)
    ]
    return f"{'Plain mixture' if plain else 'Barycenter'} of {', '.join(shares)}"
