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
}
