"""What a studio averages: densities, volumes, clouds of points, mixtures, samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from explorer.inputs.cloud_sources import (
    CLOUD_CATALOGUE,
    OWN_CLOUD_FILE,
    OWN_POINTS,
    built_in_cloud,
    handwritten_cloud,
    typed_cloud,
)
from explorer.inputs.mixture_sources import (
    MIXTURE_CATALOGUE,
    built_in_mixture,
    handwritten_mixture,
    typed_mixture,
)
from explorer.inputs.sample_sources import (
    OWN_SAMPLES,
    SAMPLE_CATALOGUE,
    TWISTER_CATALOGUE,
    built_in_samples,
    handwritten_samples,
    twister_samples,
)
from explorer.inputs.solids import VOLUME_CATALOGUE, VOLUME_UPLOAD, built_in_volume
from explorer.inputs.sources import (
    CATALOGUE,
    DRAWING,
    UPLOAD,
    Marginal,
    built_in,
    handwritten,
    typed,
)
from solvers.registry import GRID_SOLVERS, MIXTURE_SOLVERS, POINT_SOLVERS


@dataclass(frozen=True)
class Subject:
    """The facts in which the studios differ.

    Attributes
    ----------
    name : str
        In the address, after ``p=``.
    title : str
        Of its page, for the visitor.
    dimensions : int
        Of the grid: 2 or 3; 0 for what is on none.
    quantities : tuple of str
        Names of the charts that it has.
    most : int
        Marginals at most.
    size : str
        What `grids` count, for the visitor.
    grids : tuple of int
        Cells along each side, points, components or samples to choose from.
    usual_grid : int
    solvers : tuple of str
        Registered names of those that solve its problems.
    usual_solver : str
    usual_count : int
        Marginals that a visitor sees first.
    catalogue : mapping of str to tuple of str
        Kind → choices.
    make : callable
        Takes kind and choice of the catalogue; returns the marginal.
    stand_ins : tuple of (str, str)
        Kind and choice for each slot: the first are what a visitor sees first, all stand in for
        what cannot be restored.
    own : tuple of str
        Kinds of marginals of the visitor's own that travel in saved files.
    write, handwrite : callable or None
        Make the marginal of a typed text, and of digit and number of a handwritten one.
    costs : tuple of str
        Families of ground costs to choose from, the usual one first.
    """

    name: str
    title: str
    dimensions: int
    quantities: tuple[str, ...]
    most: int
    size: str
    grids: tuple[int, ...]
    usual_grid: int
    solvers: tuple[str, ...]
    usual_solver: str
    usual_count: int
    catalogue: Mapping[str, tuple[str, ...]]
    make: Callable[[str, str], Marginal]
    stand_ins: tuple[tuple[str, str], ...]
    own: tuple[str, ...]
    write: Callable[[str], Marginal] | None = None
    handwrite: Callable[[int, int], Marginal] | None = None
    costs: tuple[str, ...] = ("squared",)

    def stand_in(self, slot: int) -> Marginal:
        """The marginal for a slot, counted from 0, where nothing else is known."""
        return self.make(*self.stand_ins[slot])


_SILHOUETTES = ("duck", "heart", "rabbit", "leaf-maple", "star", "cat")
_MIXTURES = ("trio upper left", "trio upper right", "trio below", "cross")
_VOLUMES = (("Solids", "ball"), ("Solids", "cube"), ("Solids", "torus"), ("Meshes", "bunny"))

DENSITIES = Subject(
    name="densities",
    title="Densities",
    dimensions=2,
    quantities=("objectives", "gap"),
    most=len(_SILHOUETTES),
    size="Grid",
    grids=(64, 128, 256, 512),
    usual_grid=256,
    solvers=tuple(GRID_SOLVERS),
    usual_solver="sga",
    usual_count=4,
    catalogue=CATALOGUE,
    make=built_in,
    stand_ins=tuple(("Silhouettes", name) for name in _SILHOUETTES),
    own=(UPLOAD, DRAWING),
    write=typed,
    handwrite=handwritten,
)
VOLUMES = Subject(
    name="volumes",
    title="Volumes",
    dimensions=3,
    quantities=("objectives", "gap"),
    most=len(_VOLUMES),
    size="Grid",
    grids=(32, 64, 100, 128, 200),
    usual_grid=64,
    solvers=tuple(GRID_SOLVERS),
    usual_solver="multiscale_sga",
    usual_count=2,
    catalogue=VOLUME_CATALOGUE,
    make=built_in_volume,
    stand_ins=_VOLUMES,
    own=(VOLUME_UPLOAD,),
)
POINTS = Subject(
    name="points",
    title="Points",
    dimensions=0,
    quantities=("objectives", "support"),
    most=4,
    size="Points",
    grids=(50, 100, 200, 400, 1000, 2000, 5000),
    usual_grid=200,
    solvers=tuple(POINT_SOLVERS),
    usual_solver="fixed_point",
    usual_count=3,
    catalogue=CLOUD_CATALOGUE,
    make=built_in_cloud,
    stand_ins=tuple(("Silhouettes", name) for name in _SILHOUETTES[:4]),
    own=(OWN_CLOUD_FILE, OWN_POINTS),
    write=typed_cloud,
    handwrite=handwritten_cloud,
    costs=("squared", "power", "circles", "shadows", "twister", "own"),
)
MIXTURES = Subject(
    name="mixtures",
    title="Mixtures",
    dimensions=0,
    quantities=("objectives", "support"),
    most=len(_MIXTURES),
    size="Components fitted",
    grids=tuple(range(1, 9)),
    usual_grid=5,
    solvers=tuple(MIXTURE_SOLVERS),
    usual_solver="gmm_fixed_point",
    usual_count=3,
    catalogue=MIXTURE_CATALOGUE,
    make=built_in_mixture,
    stand_ins=tuple(("Mixtures", name) for name in _MIXTURES),
    own=(),
    write=typed_mixture,
    handwrite=handwritten_mixture,
)
SAMPLES = Subject(
    name="samples",
    title="Samples",
    dimensions=0,
    quantities=("objectives", "error"),
    most=4,
    size="Samples of each",
    grids=(500, 2000, 10_000, 100_000),
    usual_grid=100_000,
    solvers=("nwb", "cw2b", "cdwb"),
    usual_solver="nwb",
    usual_count=2,
    catalogue=SAMPLE_CATALOGUE,
    make=built_in_samples,
    stand_ins=tuple(("In the plane", name) for name in ("ring", "square", "cross", "disc")),
    own=(OWN_SAMPLES,),
    handwrite=handwritten_samples,
)
TWISTER = Subject(
    name="twister",
    title="Twister",
    dimensions=0,
    quantities=("objectives", "error"),
    most=4,
    size="Samples of each",
    grids=SAMPLES.grids,
    usual_grid=SAMPLES.usual_grid,
    solvers=("energy_guided", "cdwb"),
    usual_solver="energy_guided",
    usual_count=3,
    catalogue=TWISTER_CATALOGUE,
    make=twister_samples,
    stand_ins=(
        *(("Twisted Gaussians", name) for name in ("right twist", "lower twist", "top twist")),
        ("In the plane", "ring"),
    ),
    own=(OWN_SAMPLES,),
    costs=("twister", "squared", "own"),
)
SUBJECTS = {
    subject.name: subject for subject in (DENSITIES, VOLUMES, POINTS, MIXTURES, SAMPLES, TWISTER)
}
