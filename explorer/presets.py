"""Views worth a look, by page: each is an address."""

from __future__ import annotations

# Page → name for the visitor → query.
PRESETS: dict[str, dict[str, str]] = {
    "points": {
        "Three silhouettes, squared distance": "?p=points&m=duck.heart.rabbit",
        "Three silhouettes, ‖x − y‖ to the power 3/2": (
            "?p=points&m=duck.heart.rabbit&n=400&g=power~1.5~1.5&s=fixed_point.barycentric"
        ),
        "Four circles": (
            "?p=points&m=arc-on-circle-1.arc-on-circle-2.arc-on-circle-3.arc-on-circle-4"
            "&g=circles&n=100"
        ),
        "Three shadows, W₁": "?p=points&m=disc.square.triangle&g=shadows~1&n=200",
        "A twist": "?p=points&m=round-Gaussian.ring.long-Gaussian&g=twister",
        "Solids as points": "?p=points&m=ball.torus.bunny",
    },
    "mixtures": {
        "Three mixtures": "?p=mixtures&m=trio-upper-left.trio-upper-right.trio-below",
        "One Gaussian each": "?p=mixtures&m=single-round.single-tilted",
        "Fitted silhouettes": "?p=mixtures&m=duck.star.heart&n=5",
        "Five components each": "?p=mixtures&m=row.ring-of-five.cross",
    },
    "samples": {
        "Ring and square": "?p=samples&m=ring.square",
        "All weights at once: train, then drag": ("?p=samples&m=ring.square&s=nwb~conditional-yes"),
        "Two blocks in space": "?p=samples&m=slab.column&v=error",
        "Three digits 3": "?p=samples&m=first-digit-3.second-digit-3.third-digit-3",
        "Gaussians in the plane": ("?p=samples&m=A-in-2D.B-in-2D.C-in-2D&s=nwb.cw2b&v=error"),
        "Gaussians in 16 dimensions": (
            "?p=samples&m=A-in-16D.B-in-16D.C-in-16D&s=nwb.cw2b&v=error"
        ),
        "Gaussians in 64 dimensions": (
            "?p=samples&m=A-in-64D.B-in-64D.C-in-64D&s=nwb.cw2b&v=error"
        ),
        "Ten Gaussians, one marginal": "?p=samples&m=ten-Gaussians.ring&w=1000.0",
    },
    "twister": {
        "The twister": "?p=twister&m=right-twist.lower-twist.top-twist&v=error",
        "The same clouds with the squared distance": (
            "?p=twister&m=right-twist.lower-twist.top-twist&g=squared&s=energy_guided.cdwb"
        ),
        "A formula of your own, ‖x − y‖ to the power 3/2": (
            "?p=twister&m=right-twist.lower-twist.top-twist&g=own~r%2A%2A1%2E5&e=0.03"
        ),
    },
}
