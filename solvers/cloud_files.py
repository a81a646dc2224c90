"""Clouds from files, which are not trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.arrays import Array, FloatArray
from solvers.cloud_tables import Table, array_table, read_file, text_table
from solvers.files import RefusedError
from solvers.stippling import thinned

MAX_BYTES = 20 * 2**20
MAX_POINTS = 5_000
SUFFIXES = (".csv", ".tsv", ".txt", ".dat", ".xyz", ".npy")

# Positions are moved to at least this far from the borders of the unit square or cube.
_MARGIN = 0.08
# A third column without a name holds masses if it is ≥ 0 and sums to 1 up to this.
_MASS_TOLERANCE = 1e-3
# Places that a sentence lists at most.
_LISTED = 5


@dataclass(frozen=True)
class ReadCloud:
    """What a file holds.

    Attributes
    ----------
    rows : array, (n, 3) or (n, 4)
        1 to 5,000 positive masses of sum 1, and positions.
    notes : tuple of str
        Sentences about what was chosen or changed.
    """

    rows: FloatArray
    notes: tuple[str, ...] = ()


def read_cloud(name: str, data: bytes) -> ReadCloud:
    """Read points, with masses or without.

    Parameters
    ----------
    name : str
        The file's name; one that ends in ``.npy``, in any case, holds a NumPy array, any other a
        table as text.
    data : bytes
        The file, 20 MiB at most. Its 2 to 4 columns are x, y, then z if there is one, then mass if
        it is given. Names in the first line of a text (x, y, z and mass, weight or w) may choose
        among more columns. A third one without a name is mass if it is ≥ 0 and sums to 1, else z.

    Returns
    -------
    ReadCloud
        Rows that lack a number, as tables often do, and points without mass are left out. 5,000
        points stand for more than that. Positions that leave the unit square or cube are moved and
        scaled into it, their proportions kept.

    Raises
    ------
    ValueError
        With one sentence that begins with ``cloud:``, if the file cannot be used.
    """
    return read_file(
        "cloud",
        name,
        data,
        MAX_BYTES,
        lambda text: _cloud(text_table(text)),
        lambda array: _cloud(array_table(array)),
    )


def _cloud(table: Table) -> ReadCloud:
    notes = list(table.notes)
    values, places = table.values, table.places
    if _sampled(table):
        notes.append(f"Of its {table.total:,} rows, {len(values):,} are read, picked at random.")
    complete = np.isfinite(values).all(axis=1)
    if not complete.any():
        raise RefusedError("cloud: no row has a finite number in every column.")
    if not complete.all():
        notes.append(_left_out("a finite number in every column", places[~complete], table))
        values, places = values[complete], places[complete]
    masses, positions, note = _split(values, table.has_mass)
    notes += note
    if masses.min() < 0:
        worst = masses.argmin()
        raise RefusedError(
            f"cloud: {table.unit} {places[worst]} has the mass {masses[worst]:g}, but must be ≥ 0."
        )
    heavy = masses > 0
    if not heavy.any():
        raise RefusedError("cloud: all masses are 0, but one at least must be positive.")
    if not heavy.all():
        notes.append(_left_out("mass", places[~heavy], table))
        masses, positions = masses[heavy], positions[heavy]
    positions, note = _fitted(positions)
    notes += note
    masses = masses / masses.max()  # keeps the sum finite
    rows = thinned(np.column_stack([masses / masses.sum(), positions]), MAX_POINTS)
    if len(rows) < len(masses):
        notes.append(f"{len(rows):,} points stand for its {table.total:,}.")
    return ReadCloud(rows, tuple(notes))


def _split(values: Array, has_mass: bool | None) -> tuple[FloatArray, FloatArray, tuple[str, ...]]:
    """Masses (n,) and positions (n, d) of rows, and a note on what was guessed."""
    notes: tuple[str, ...] = ()
    if has_mass is None and values.shape[1] == 3:
        third = values[:, 2]
        has_mass = bool(third.min() >= 0 and abs(third.sum() - 1) < _MASS_TOLERANCE)
        reason = (
            "mass, for it sums to 1; name the columns x, y, z if it is not"
            if has_mass
            else "z, for it does not sum to 1 as masses do; name it mass if it is"
        )
        notes = (f"Its third column is taken for {reason}.",)
    if has_mass:
        return values[:, -1], values[:, :-1], notes
    return np.ones(len(values)), values, notes


def _fitted(positions: FloatArray) -> tuple[FloatArray, tuple[str, ...]]:
    """Positions (n, d) in the unit square or cube, and a note if they were not there."""
    if positions.min() >= 0 and positions.max() <= 1:
        return positions, ()
    scaled = positions / abs(positions).max()  # keeps the differences finite
    low, high = scaled.min(axis=0), scaled.max(axis=0)
    extent = float((high - low).max()) or 1.0
    window = "square" if positions.shape[1] == 2 else "cube"
    return 0.5 + (1 - 2 * _MARGIN) / extent * (scaled - (low + high) / 2), (
        f"Its points are moved and scaled into the unit {window}, proportions kept.",
    )


def _sampled(table: Table) -> bool:
    """Whether only some of the rows were looked at."""
    return len(table.values) < table.total


def _left_out(lack: str, places: Array, table: Table) -> str:
    listed = ", ".join(map(str, places[:_LISTED])) + ", …" * (len(places) > _LISTED)
    plural, are = ("", "is") if len(places) == 1 else ("s", "are")
    these = " of these" if _sampled(table) else ""
    return (
        f"{len(places):,} row{plural}{these} without {lack} {are} left out "
        f"({table.unit}{plural} {listed})."
    )
