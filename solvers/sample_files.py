"""Samples from files, which are not trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from math import isnan

import numpy as np
from numpy.typing import NDArray

from solvers.arrays import Array
from solvers.cloud_tables import (
    counted_columns,
    echo,
    number_of,
    read_file,
    split_fields,
    text_lines,
)
from solvers.files import RefusedError, array_header, checked_array
from solvers.samples import MAX_ROWS, MIN_ROWS, ArraySamples

MAX_BYTES = 64 * 2**20
MIN_DIMENSION, MAX_DIMENSION = 2, 64
SUFFIXES = (".csv", ".tsv", ".txt", ".dat", ".xyz", ".npy")

MAX_NUMBERS = 2_000_000
"""Rows times columns that are kept: 200,000 rows of up to 10 columns, 31,250 of 64."""


@dataclass(frozen=True)
class ReadSamples:
    """What a file holds.

    Attributes
    ----------
    rows : array, (n, d), float32
        In the file's own units, and in random order, so that the first ones stand for all.
    notes : tuple of str
        Sentences about what was chosen or left out.
    """

    rows: NDArray[np.float32]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Table:
    """Numbers (n, d) of a file, NaN where one is missing, and where they stand in it."""

    values: Array
    places: Array
    unit: str
    columns: list[str]
    total: int
    notes: tuple[str, ...] = ()


def read_samples(name: str, data: bytes) -> ReadSamples:
    """Read samples.

    Parameters
    ----------
    name : str
        The file's name; one that ends in ``.npy``, in any case, holds a NumPy array, any other a
        table as text.
    data : bytes
        The file, 64 MiB at most: 50 rows at least, one for each point, of 2 to 64 finite numbers;
        every column must vary. Columns of a text are separated by semicolons, tabs, commas or
        spaces; empty lines and those that begin with ``#`` are skipped. A first line without any
        number names the columns; one without a name, such as the row numbers that some programs
        write, is left out.

    Returns
    -------
    ReadSamples
        Of more than 200,000 rows, or 2,000,000 numbers, so many are picked at random; the others
        are not looked at.

    Raises
    ------
    ValueError
        With one sentence that begins with ``samples:``, if the file cannot be used.
    """
    return read_file(
        "samples",
        name,
        data,
        MAX_BYTES,
        lambda text: _samples(_text_table(text)),
        lambda array: _samples(_array_table(array)),
    )


def check_rows(rows: Array) -> None:
    """Refuse what `read_samples` would not return as rows.

    Raises
    ------
    ValueError
        With one sentence that begins with ``samples:``.
    """
    _check_shape(rows.shape)
    most = _most_rows(rows.shape[1])
    if rows.dtype != np.float32 or len(rows) > most:
        raise RefusedError(
            f"samples: there are {len(rows):,} rows of {rows.dtype}, but must be at most {most:,} "
            f"of float32 in {rows.shape[1]} dimensions."
        )
    try:
        ArraySamples(rows)
    except ValueError as error:
        raise RefusedError(str(error)) from None


def _samples(table: _Table) -> ReadSamples:
    with np.errstate(over="ignore"):  # what becomes infinite is refused below
        rows = table.values.astype(np.float32)
    finite = np.isfinite(rows)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        raise RefusedError(
            f"samples: {table.unit} {table.places[row]} has no finite number in "
            f"{table.columns[column]}, but one is needed everywhere "
            f"({np.sum(~finite.all(axis=1)):,} of {len(rows):,} rows lack one)."
        )
    constant = np.ptp(rows, axis=0) == 0
    if constant.any():
        column = int(constant.argmax())
        raise RefusedError(
            f"samples: {table.columns[column]} is {rows[0, column]:g} in every row, but must vary; "
            "leave it out."
        )
    check_rows(rows)
    notes = table.notes
    if len(rows) < table.total:
        notes += (f"Of its {table.total:,} rows, {len(rows):,} are used, picked at random.",)
    return ReadSamples(np.random.default_rng(0).permutation(rows), notes)


def _array_table(data: bytes) -> _Table:
    stream = BytesIO(data)
    shape, _ = array_header(stream)
    _check_shape(shape)
    stream.seek(0)
    values = checked_array("samples", stream, len(data), dimensions=(2,))
    places = _looked_at(*values.shape)
    columns = [f"column {i}" for i in range(values.shape[1])]
    return _Table(values[places], places, "row", columns, len(values))


def _text_table(data: bytes) -> _Table:
    lines = text_lines("samples", data)
    rows = [i for i, line in enumerate(lines) if line.strip() and not line.startswith("#")]
    if not rows:
        raise RefusedError("samples: the file holds no rows.")
    separator = next((mark for mark in ";\t," if mark in lines[rows[0]]), None)
    first = split_fields(lines[rows[0]], separator)
    kept, columns = list(range(len(first))), [f"column {i + 1}" for i in range(len(first))]
    notes: tuple[str, ...] = ()
    if _names_columns(first):
        del rows[0]
        kept = [i for i in kept if first[i]]
        columns = [f"{columns[i]} (“{echo(first[i])}”)" for i in kept]
        if unnamed := len(first) - len(kept):
            notes += (f"Columns without a name are left out ({unnamed} of {len(first)}).",)
    _check_shape((len(rows), len(kept)))
    indices = np.asarray(rows)[_looked_at(len(rows), len(kept))]
    values = np.empty((len(indices), len(kept)))
    for row, index in zip(values, indices, strict=True):
        fields = split_fields(lines[index], separator, len(first))
        if len(fields) != len(first):
            raise RefusedError(
                f"samples: line {index + 1} has {counted_columns(len(fields))}, "
                f"but the first one has {counted_columns(len(first))}."
            )
        row[:] = _numbers(fields, kept, columns, index)
    if separator in (";", "\t") and "," in lines[indices[0]]:
        notes += ("Its commas are taken for decimal points.",)
    return _Table(values, indices + 1, "line", columns, len(rows), notes)


def _names_columns(fields: Sequence[str]) -> bool:
    numbers = [number_of(field) for field in fields]
    return None in numbers and all(number is None or isnan(number) for number in numbers)


def _numbers(
    fields: Sequence[str], kept: Sequence[int], columns: Sequence[str], index: int
) -> list[float]:
    """Those of a line's fields that are kept, as numbers."""
    numbers = []
    for i, column in zip(kept, columns, strict=True):
        number = number_of(fields[i])
        if number is None:
            raise RefusedError(
                f"samples: line {index + 1} has “{echo(fields[i])}” in {column}, where a number "
                "is needed."
            )
        numbers.append(number)
    return numbers


def _check_shape(shape: tuple[int, ...]) -> None:
    if len(shape) != 2 or not MIN_DIMENSION <= shape[1] <= MAX_DIMENSION:
        raise RefusedError(
            f"samples: the shape is {shape}, but must be (n, d): a row for each point, "
            f"d = {MIN_DIMENSION} to {MAX_DIMENSION} columns."
        )
    if shape[0] < MIN_ROWS:
        raise RefusedError(
            f"samples: there are {shape[0]} points, but at least {MIN_ROWS} are needed."
        )


def _most_rows(dimension: int) -> int:
    return min(MAX_ROWS, MAX_NUMBERS // dimension)


def _looked_at(count: int, dimension: int) -> Array:
    """Indices of the rows that are looked at, in order."""
    most = _most_rows(dimension)
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).choice(count, most, replace=False))
