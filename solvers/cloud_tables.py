"""Tables of points as they stand in files, which are not trusted: lines of text, or an array."""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TypeVar

import numpy as np

from solvers.arrays import Array, FloatArray
from solvers.files import RefusedError, array_header, check_bytes, checked_array

# Rows that are looked at; of more, so many at random, always the same ones.
MAX_ROWS = 50_000
_MAX_LINES = 2_000_000

# What a column may be called.
_NAMES = {
    **{name: name for name in ("x", "y", "z")},
    **dict.fromkeys(("mass", "masses", "weight", "weights", "w"), "mass"),
}
_MISSING = ("", "na", "n/a", "null", "none")
_NEEDED = "x, y, then z if there is one, then mass if it is given"
# Characters of a file that a sentence repeats, at most.
_MAX_ECHO = 20


T = TypeVar("T")


def read_file(
    what: str,
    name: str,
    data: bytes,
    max_bytes: int,
    of_text: Callable[[bytes], T],
    of_array: Callable[[bytes], T],
) -> T:
    """What a file holds, by the reader for its kind.

    Parameters
    ----------
    what : str
        Of what the file is one; begins the sentences.
    name : str
        The file's name; one that ends in ``.npy``, in any case, holds a NumPy array, any other a
        table as text.
    data : bytes
    max_bytes : int
    of_text, of_array : callable
        The readers. `of_array` may raise a `RefusedError` with a sentence, or whatever damaged
        files raise.

    Raises
    ------
    ValueError
        With one sentence, if the file is empty, too large or damaged.
    """
    if not data:
        raise ValueError(f"{what}: the file is empty.")
    check_bytes(what, len(data), max_bytes)
    if not name.lower().endswith(".npy"):
        return of_text(data)
    try:
        return of_array(data)
    except RefusedError:
        raise
    except Exception:  # damaged files raise many kinds of errors
        raise ValueError(f"{what}: the file is damaged, or it is no NumPy array.") from None


@dataclass(frozen=True)
class Table:
    """Numbers in columns.

    Attributes
    ----------
    values : array, (n, c)
        NaN where a number is missing; c = 2 to 4.
    has_mass : bool or None
        Whether the last column holds masses and the others are coordinates; None if the file does
        not say so.
    places : array of int, (n,)
        Where each row stands in the file.
    unit : str
        Of places: "line", counted from 1, or "row", counted from 0.
    total : int
        How many rows the file has; n < total if only some of them were looked at.
    notes : tuple of str
        Sentences about what was chosen.
    """

    values: FloatArray
    has_mass: bool | None
    places: Array
    unit: str
    total: int
    notes: tuple[str, ...] = ()


def array_table(data: bytes) -> Table:
    """The table of a file in NumPy's format.

    Raises
    ------
    ValueError
        With one sentence that begins with ``cloud:``, if it is no array of 2 to 4 columns; or of
        any other kind, if the file is damaged.
    """
    stream = BytesIO(data)
    shape, _ = array_header(stream)
    if len(shape) != 2 or not 2 <= shape[1] <= 4:
        raise RefusedError(
            f"cloud: has the shape {shape}, but must have n rows of 2 to 4 columns: {_NEEDED}."
        )
    if shape[0] == 0:
        raise RefusedError("cloud: the array has no rows; one point at least is needed.")
    stream.seek(0)
    values = checked_array("cloud", stream, len(data), dimensions=(2,))
    places = _looked_at(len(values))
    with np.errstate(over="ignore"):  # long numbers that become infinite are no numbers here
        kept = values[places].astype(float)
    return Table(kept, True if shape[1] == 4 else None, places, "row", len(values))


def text_table(data: bytes) -> Table:
    """The table of a text with one row a line.

    Columns are separated by semicolons, tabs, commas or spaces. Empty lines and those that begin
    with ``#`` are skipped. A first line without any number names the columns.

    Raises
    ------
    ValueError
        With one sentence that begins with ``cloud:``, if it is no such table.
    """
    lines = text_lines("cloud", data)
    rows = [i for i, line in enumerate(lines) if line.strip() and not line.startswith("#")]
    if not rows:
        raise RefusedError("cloud: the file holds no rows; one point at least is needed.")
    separator = next((mark for mark in ";\t," if mark in lines[rows[0]]), None)
    first = split_fields(lines[rows[0]], separator)
    width = len(first)
    names = first if all(number_of(field) is None for field in first) else None
    if names is not None:
        rows = rows[1:]
        if not rows:
            raise RefusedError("cloud: the file holds no rows below the names of its columns.")
    columns, has_mass, notes = _columns(names, width)
    indices = np.asarray(rows)[_looked_at(len(rows))]
    values = np.empty((len(indices), len(columns)))
    for row, index in enumerate(indices):
        fields = split_fields(lines[index], separator, width)
        if len(fields) != width:
            raise RefusedError(
                f"cloud: line {index + 1} has {counted_columns(len(fields))}, "
                f"but the first one has {counted_columns(width)}."
            )
        for column, position in enumerate(columns):
            number = number_of(fields[position])
            if number is None:
                raise RefusedError(
                    f"cloud: line {index + 1} has “{echo(fields[position])}” "
                    "where a number is needed."
                )
            values[row, column] = number
    if separator in (";", "\t") and "," in lines[indices[0]]:
        notes += ("Its commas are taken for decimal points.",)
    return Table(values, has_mass, indices + 1, "line", len(rows), notes)


def text_lines(name: str, data: bytes) -> list[str]:
    """The lines of a text; ValueError that begins with the name if it is none, or too long."""
    encoding = "utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
    if encoding != "utf-16" and b"\0" in data:
        raise RefusedError(f"{name}: the file is no text; a table of numbers is needed.")
    text = data.decode(encoding, errors="replace")  # of names; what is no number shows later
    if text.count("\n") > _MAX_LINES:
        raise RefusedError(f"{name}: the file has more than {_MAX_LINES // 10**6} million lines.")
    return text.splitlines()


def split_fields(line: str, separator: str | None, width: int = 1) -> list[str]:
    """The fields of a line; an empty one behind the last of the others is none."""
    if separator in (";", "\t"):
        line = line.replace(",", ".")
    fields = [field.strip(" \t\"'") for field in line.split(separator)]
    return fields[:-1] if len(fields) > width and not fields[-1] else fields


def number_of(field: str) -> float | None:
    """A field's number, NaN if it is missing, None if the field holds something else."""
    try:
        return float(field)
    except ValueError:
        return np.nan if field.lower() in _MISSING else None


def _columns(names: list[str] | None, count: int) -> tuple[list[int], bool | None, tuple[str, ...]]:
    """Which columns are coordinates and then mass, whether there is mass, and a note on that."""
    known = [_NAMES.get(name.lower(), "") for name in names or [""] * count]
    masses = [known.index("mass")] if "mass" in known else []
    has_mass: bool | None
    notes: tuple[str, ...] = ()
    if "x" in known and "y" in known:
        coordinates = [known.index(name) for name in "xyz" if name in known]
        has_mass = bool(masses)
    else:
        coordinates = [i for i in range(count) if known[i] != "mass"]
        has_mass = True if masses or count == 4 else None
        if names:
            notes = ("Its first line, without numbers, is skipped.",)
    columns = coordinates + masses
    if not 2 <= len(columns) - bool(has_mass) <= 3:
        raise RefusedError(
            f"cloud: a row has {counted_columns(count)}, but 2 to 4 are needed: {_NEEDED}; "
            "or names in the first line, x and y among them."
        )
    if names and len(columns) < count:
        notes = (f"Of its columns, {', '.join(names[i] for i in columns)} are used.",)
    return columns, has_mass, notes


def _looked_at(count: int) -> Array:
    """Indices of the rows that are looked at, in order."""
    if count <= MAX_ROWS:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).choice(count, MAX_ROWS, replace=False))


def counted_columns(columns: int) -> str:
    """Their number in words for a sentence."""
    return f"{columns} column{'s' * (columns != 1)}"


def echo(field: str) -> str:
    """A field, short enough for a sentence."""
    return field if len(field) <= _MAX_ECHO else field[: _MAX_ECHO - 1] + "…"
