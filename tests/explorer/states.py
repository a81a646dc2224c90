"""Random views of all studios, for tests that take whatever there is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from explorer.inputs.adjustment import Adjustment
from explorer.inputs.cloud_sources import handwritten_cloud, typed_cloud
from explorer.inputs.ground_costs import GroundCost
from explorer.inputs.mixture_sources import handwritten_mixture, own_mixture, typed_mixture
from explorer.inputs.sample_sources import handwritten_samples
from explorer.inputs.sources import CATALOGUE, built_in, handwritten, typed
from explorer.look import DISPLAYS, Camera, Look
from explorer.state import AXES, HIDEABLE, REGS, StudioState, changed_settings
from explorer.subjects import DENSITIES, MIXTURES, POINTS, SAMPLES, SUBJECTS, TWISTER, VOLUMES
from solvers import SOLVERS
from solvers.adjusting import MAX_BLUR
from solvers.expressions import EXAMPLE
from solvers.mixtures import Mixture, tilted
from solvers.settings import declarations


def fractions(largest):
    return st.integers(0, round(10_000 * largest)).map(lambda value: value / 10_000)


def adjusted(marginal, adjustment):
    try:
        changed = replace(marginal, adjustment=adjustment)
        changed.draw(64)
    except ValueError:
        assume(False)
    return changed


def written(typed, handwritten):
    return st.one_of(
        st.text("Aß.~-_&=%+? §", min_size=1, max_size=4).filter(str.strip).map(typed),
        st.builds(handwritten, st.sampled_from([0, 1, 3]), st.integers(0, 90)),
    )


PLAIN = st.one_of(
    st.sampled_from([(kind, choice) for kind in CATALOGUE for choice in CATALOGUE[kind]]).map(
        lambda place: built_in(*place)
    ),
    written(typed, handwritten),
)
MARGINALS = st.builds(
    adjusted,
    PLAIN,
    st.builds(Adjustment, st.booleans(), st.booleans(), fractions(MAX_BLUR), fractions(1)),
)


def of_catalogue(subject):
    catalogue = subject.catalogue
    return st.sampled_from(
        [subject.make(kind, choice) for kind in catalogue for choice in catalogue[kind]]
    )


COMPONENTS = st.tuples(
    st.floats(0.01, 1),
    st.tuples(st.floats(-1.9, 2.9), st.floats(-1.9, 2.9)),
    st.tuples(st.floats(0.01, 3), st.floats(0.01, 3)),
    st.floats(0, np.pi),
)


def mixture(components):
    weights, means, half_axes, angles = map(np.array, zip(*components, strict=True))
    return own_mixture(Mixture(weights, means, tilted(half_axes, angles)))


POOLS = {
    DENSITIES.name: MARGINALS,
    VOLUMES.name: of_catalogue(VOLUMES),
    POINTS.name: st.one_of(of_catalogue(POINTS), written(typed_cloud, handwritten_cloud)),
    MIXTURES.name: st.one_of(
        of_catalogue(MIXTURES),
        written(typed_mixture, handwritten_mixture),
        st.lists(COMPONENTS, min_size=1, max_size=8).map(mixture),
    ),
    SAMPLES.name: st.one_of(
        of_catalogue(SAMPLES),
        st.builds(handwritten_samples, st.sampled_from([0, 1, 3]), st.integers(0, 90)),
    ),
    TWISTER.name: of_catalogue(TWISTER),
}
EXPONENTS = st.integers(10, 40).map(lambda tenths: tenths / 10)
COSTS = {
    **{family: st.just(GroundCost(family)) for family in ("squared", "circles", "twister")},
    "power": st.builds(GroundCost, st.just("power"), EXPONENTS, EXPONENTS),
    "shadows": st.builds(GroundCost, st.just("shadows"), power=st.sampled_from([1, 2])),
    "own": st.builds(
        GroundCost,
        st.just("own"),
        expression=st.sampled_from(
            [EXAMPLE, "r", "hypot(x1 - y1, 2) + exp(-0.5*y3)", "r**2/(1 + .5 * r)", "r*1e3"]
        ),
    ),
}
LOOKS = st.builds(
    Look,
    st.sampled_from(DISPLAYS),
    st.integers(2, 98).map(lambda percent: percent / 100),
    st.builds(
        Camera,
        st.integers(-180, 180),
        st.integers(-89, 89),
        st.integers(40, 600).map(lambda percent: percent / 100),
    ),
)
CUTS = st.tuples(*[st.integers(0, 100).map(lambda percent: percent / 100)] * 3)


def values(setting):
    kind = type(setting).__name__
    if kind == "String":
        return st.just(setting.default)
    if kind == "Selector":
        return st.sampled_from(list(setting.get_range().values()))
    if kind == "Boolean":
        return st.booleans()
    low, high = setting.bounds
    if kind != "Integer":
        above = not setting.inclusive_bounds[0]
        return st.floats(low, high, exclude_min=above)
    numbers = st.integers(low, high)
    return st.none() | numbers if setting.allow_None else numbers


def configurations(name):
    chosen = {key: values(setting) for key, setting in declarations(SOLVERS[name]).items()}
    return st.fixed_dictionaries({}, optional=chosen).map(
        lambda given: (name, changed_settings(SOLVERS[name](**given)))
    )


@st.composite
def states(draw):
    subject = draw(st.sampled_from(list(SUBJECTS.values())))
    marginals = draw(st.lists(POOLS[subject.name], min_size=2, max_size=subject.most))
    shares = draw(
        st.lists(st.floats(0, 1), min_size=len(marginals), max_size=len(marginals)).filter(any)
    )
    names = draw(st.lists(st.sampled_from(subject.solvers), min_size=1, unique=True))
    return StudioState(
        tuple(marginals),
        tuple(np.divide(shares, max(shares)) / np.sum(np.divide(shares, max(shares)))),
        tuple(draw(configurations(name)) for name in names),
        draw(st.sampled_from(subject.grids)),
        draw(st.sampled_from(subject.quantities)),
        draw(st.sampled_from(AXES)),
        draw(st.frozensets(st.sampled_from(HIDEABLE))),
        subject,
        draw(LOOKS),
        draw(CUTS),
        cost=draw(COSTS[draw(st.sampled_from(subject.costs))]),
        reg=draw(st.sampled_from(REGS)),
    )
