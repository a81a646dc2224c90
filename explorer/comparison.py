"""Several solvers on one problem, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from explorer.levels import Picture
from explorer.tile import Tile
from explorer.views.table import Row


class Comparison:
    """The tiles of the chosen solvers, one at least.

    Parameters
    ----------
    make : callable
        Makes the tile of a solver from its registered name.
    """

    def __init__(self, make: Callable[[str], Tile]) -> None:
        self._make = make
        self._tiles: dict[str, Tile] = {}
        # What all solve, and what makes pictures of its barycenters; None before there is any.
        self._posed: tuple[Any, Callable[[Any], Picture]] | None = None

    def __iter__(self) -> Iterator[Tile]:
        return iter(self._tiles.values())

    def __len__(self) -> int:
        return len(self._tiles)

    def __getitem__(self, name: str) -> Tile:
        return self._tiles[name]

    @property
    def first(self) -> Tile:
        """The tile that stands first."""
        return next(iter(self))

    @property
    def playing(self) -> bool:
        """Whether any solver is computing iterates."""
        return any(tile.run.playing for tile in self)

    @property
    def last(self) -> int:
        """Number of the latest iterate of any."""
        return max((tile.newest.number for tile in self if tile.newest), default=0)

    @property
    def caught_up(self) -> bool:
        """Whether all have computed something of the problem."""
        return all(tile.held or tile.run.newest is not None for tile in self)

    def choose(self, names: Sequence[str]) -> list[str]:
        """Have just these solvers, in this order; the names of those that have gone."""
        gone = [name for name in self._tiles if name not in names]
        playing = self.playing
        for name in gone:
            self._tiles.pop(name).close()
        for name in names:
            if name not in self._tiles:
                tile = self._tiles[name] = self._make(name)
                if self._posed is not None:
                    tile.start(*self._posed, warm=False)
                if playing:
                    tile.play()
        self._tiles = {name: self._tiles[name] for name in names}
        return gone

    def start(self, problem: Any, to_picture: Callable[[Any], Picture], warm: bool) -> None:
        """Turn all to a problem, with what makes pictures of its barycenters."""
        self._posed = problem, to_picture
        for tile in self:
            tile.start(problem, to_picture, warm)

    def play(self) -> None:
        """Let all compute."""
        for tile in self:
            tile.play()

    def follow(self) -> None:
        """Let all compute but those that were paused by their own button."""
        for tile in self:
            if not tile.held:
                tile.play()

    def pause(self) -> None:
        """Let none compute."""
        for tile in self:
            tile.pause()

    def step(self) -> None:
        """Let each compute one iterate more."""
        for tile in self:
            tile.step()

    def rows(self) -> list[Row]:
        """The comparison in numbers."""
        bounds = {tile.label: bound for tile in self if (bound := tile.bound) is not None}
        best = max(bounds, key=lambda label: bounds[label], default="")
        return [_row(tile, bounds, best) for tile in self]

    def close(self) -> None:
        """End all runs."""
        for tile in self:
            tile.close()


def _row(tile: Tile, bounds: dict[str, float], best: str) -> Row:
    iterate, primal = tile.newest, tile.primal
    bound_from = tile.label if tile.label in bounds else best
    value = gap = None
    if primal is not None:
        # B is computed from below; a bound that was found since holds for it as well.
        value = max([primal.value, *bounds.values()])
        if bound_from:
            gap = primal.value - (bounds[bound_from] if primal.bound is None else primal.bound)
    return Row(
        label=tile.label,
        color=tile.color,
        dual=tile.bound,
        primal=value,
        primal_at=primal.number if primal else None,
        gap=gap,
        bound_from=bound_from,
        iterations=iterate.number if iterate else 0,
        seconds=iterate.seconds if iterate else 0.0,
        edge_width=tile.edge_width,
        figures=tile.figures,
    )
