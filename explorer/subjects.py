"""What a studio averages: densities in the plane, or volumes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from explorer.inputs.solids import VOLUME_CATALOGUE, built_in_volume
from explorer.inputs.sources import CATALOGUE, Marginal, built_in


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
        2 or 3.
    most : int
        Marginals at most.
    grids : tuple of int
        Cells along each side to choose from.
    usual_grid : int
    usual_solver : str
        Registered name.
    usual_count : int
        Marginals that a visitor sees first.
    catalogue : mapping of str to tuple of str
        Kind → choices.
    make : callable
        Takes kind and choice of the catalogue; returns the marginal.
    stand_ins : tuple of (str, str)
        Kind and choice for each slot: the first are what a visitor sees first, all stand in for
        what cannot be restored.
    """

    name: str
    title: str
    dimensions: int
    most: int
    grids: tuple[int, ...]
    usual_grid: int
    usual_solver: str
    usual_count: int
    catalogue: Mapping[str, tuple[str, ...]]
    make: Callable[[str, str], Marginal]
    stand_ins: tuple[tuple[str, str], ...]

    def stand_in(self, slot: int) -> Marginal:
        """The marginal for a slot, counted from 0, where nothing else is known."""
        return self.make(*self.stand_ins[slot])


_SILHOUETTES = ("duck", "heart", "rabbit", "leaf-maple", "star", "cat")
_VOLUMES = (("Solids", "ball"), ("Solids", "cube"), ("Solids", "torus"), ("Meshes", "bunny"))

DENSITIES = Subject(
    name="densities",
    title="Densities",
    dimensions=2,
    most=len(_SILHOUETTES),
    grids=(64, 128, 256, 512),
    usual_grid=256,
    usual_solver="sga",
    usual_count=4,
    catalogue=CATALOGUE,
    make=built_in,
    stand_ins=tuple(("Silhouettes", name) for name in _SILHOUETTES),
)
VOLUMES = Subject(
    name="volumes",
    title="Volumes",
    dimensions=3,
    most=len(_VOLUMES),
    grids=(32, 64, 100, 128, 200),
    usual_grid=64,
    usual_solver="multiscale_sga",
    usual_count=2,
    catalogue=VOLUME_CATALOGUE,
    make=built_in_volume,
    stand_ins=_VOLUMES,
)
SUBJECTS = {subject.name: subject for subject in (DENSITIES, VOLUMES)}
