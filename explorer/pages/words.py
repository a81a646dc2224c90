"""What a studio says of what is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from explorer.tile import Tile

_CARRIED = (
    "<b>Carried along.</b> What was found before, seen with the new weights: close to the new "
    "barycenter already. Press <b>Run</b> and it settles."
)
_STOPPED = (
    "<b>The solver has stopped</b>, for the reason below its picture. Drag the point among the "
    "{thing}s: the barycenter follows."
)
_CORNER = " At a corner it gives back the {thing} there."
_COMPARED = (
    " <b>Side by side</b> all solve the same problem, in the same colours: compare {compared} "
    "and time in the table."
)
_BOUNDED = (
    "<b>The barycenter is forming:</b> the {thing} with the least total transport cost to all the "
    "others. D climbs and is a guaranteed lower bound of that cost; B is the cost of the {thing} "
    "itself. Where they meet, the {thing} is proved right."
)
_BLURRED = (
    "<b>The barycenter is forming</b>, with transport smoothed by ε. The cost B of the {thing} "
    "falls; how far it may still be from the least cost shows beside an exact solver, whose D is a "
    "bound for all."
)


@dataclass(frozen=True)
class Words:
    """What a studio calls things.

    Attributes
    ----------
    thing : str
        One of what is averaged.
    plain : str
        On the plain mixture.
    forming, unbounded : str
        On iterates of solvers with and without a dual objective, ``{thing}`` in its place.
    compared : str
        What there is to compare.
    corner : str
        On corners of the weight pad.
    """

    thing: str
    plain: str
    forming: str = _BOUNDED
    unbounded: str = _BLURRED
    compared: str = "edges, cost B"
    corner: str = _CORNER


WORDS = {
    "densities": Words(
        "picture",
        "<b>The plain mixture.</b> All pictures are printed on top of each other, as strong as "
        "their weights. Drag the point, or press <b>Run</b>: the solver moves the mass instead, as "
        "little as it can, until the pictures have become one.",
    ),
    "volumes": Words(
        "solid",
        "<b>The plain mixture.</b> All solids stand in the same place, each as dense as its "
        "weight. Drag the point, or press <b>Run</b>: the solver moves the mass instead, as little "
        "as it can, until the solids have become one. Drag the solid itself to turn it.",
    ),
    "points": Words(
        "cloud",
        "<b>The start.</b> Dots of the barycenter, not yet where they belong, over the coloured "
        "clouds. Drag the point, or press <b>Run</b>: every dot is matched with points of all the "
        "clouds, and goes to the place that is cheapest for them together. Point at a dot to see "
        "its partners.",
        unbounded="<b>The barycenter is forming:</b> the cloud with the least total transport cost "
        "V to all the others. In every step each dot is matched anew, and goes to the place that "
        "is cheapest for its partners. With G the cost V never rises, and a dot may split; H keeps "
        "all dots whole, and has no such proof.",
        compared="V, the number of dots",
        corner="",  # on circles and shadows it does not
    ),
    "mixtures": Words(
        "mixture",
        "<b>The plain mixture.</b> The ellipses of all mixtures lie on top of each other, each as "
        "strong as its weight. Press <b>Run</b>, or drag an ellipse on the board: ellipses are "
        "matched, and each group becomes the ellipse in its middle.",
        unbounded="<b>The barycenter is forming:</b> the mixture with the least total transport "
        "cost V to all the others, where whole ellipses travel. In every step they are matched "
        "anew, and each group becomes the ellipse in its middle. Drag the ellipses on the board, "
        "and it follows.",
        compared="V, the number of ellipses",
    ),
    "samples": Words(
        "distribution",
        "<b>The start.</b> What networks make of noise before they have learned anything, over "
        "samples of the marginals. Press <b>Run</b>: they learn from samples alone what lies "
        "between, and the dots gather there.",
        unbounded="<b>The barycenter is being learned</b> from samples. A generator makes the dots "
        "out of noise, and maps carry the samples of each marginal to them: press <b>Maps</b> to "
        "see where to. The objective is an estimate that swings while networks compete; where the "
        "exact answer is known, the error tells how far they are.",
        compared="the clouds, errors",
    ),
    "twister": Words(
        "distribution",
        "<b>The start.</b> Each dot goes to where it is likely to be before anything has been "
        "learned, over samples of the marginals. Press <b>Run</b>: potentials are learned, and "
        "their energies guide the dots. Press a place to see where a point there may go.",
        unbounded="<b>The barycenter is being learned</b> from samples. The potential of each "
        "marginal and the cost make an energy: where it is low a point is likely to go, the more "
        "closely the smaller ε, which is lowered while they train. Press a place, or a dot, to see "
        "the fan of its plan, and the exact one beside it where it is known.",
        compared="the clouds, errors",
        corner="",  # ε blurs it
    ),
}


def explained(subject: str, tile: Tile, count: int) -> str:
    """A few sentences on a tile of the studio of that name, the first of so many."""
    iterate, words = tile.newest, WORDS[subject]
    if iterate is None or (tile.plain and not iterate.stopped):
        return words.plain
    if iterate.stopped:
        text = _STOPPED + words.corner
    elif iterate.number == 0:
        text = _CARRIED
    else:
        text = words.forming if "dual" in iterate.objectives else words.unbounded
    text += _COMPARED if count > 1 else ""
    return text.format(thing=words.thing, compared=words.compared)


def described(problem: Any, labels: Sequence[str], plain: bool) -> str:
    """What a picture of a problem shows, its marginals having these names."""
    shares = [
        f"{100 * share:.0f} % {labels[i]}"
        for i, share in zip(problem.kept, problem.weights, strict=True)
        if i < len(labels)
    ]
    return f"{'Plain mixture' if plain else 'Barycenter'} of {', '.join(shares)}"
