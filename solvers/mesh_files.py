"""Readers of STL, PLY and OBJ files from strangers: points and triangles, nothing else.

Each takes the file's bytes and returns the points (p, 3) and the triangles (t, 3), of indices of
points, both unchecked but for their number. A damaged file raises an error of any kind, a file
that can be explained a `RefusedError`.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import islice
from struct import calcsize, unpack_from
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from solvers.arrays import Array, FloatArray
from solvers.files import RefusedError
from solvers.meshes import check_triangle_count

Surface: TypeAlias = tuple[FloatArray, Array]

_STL_HEADER = 84
_STL_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])

# Far more bytes than a line of text has, or the header of a PLY file.
_MAX_LINE = 2**20
_PLY_HEADER_BYTES = 2**16
_PLY_END = re.compile(rb"\nend_header[ \t]*\r?\n")
_PLY_ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}
# PLY's names of types, old and new, as `struct` spells them.
_PLY_TYPES = {
    **dict(zip(("char", "uchar", "short", "ushort", "int", "uint"), "bBhHiI", strict=True)),
    **dict(zip(("int8", "uint8", "int16", "uint16", "int32", "uint32"), "bBhHiI", strict=True)),
    **dict.fromkeys(("float", "float32"), "f"),
    **dict.fromkeys(("double", "float64"), "d"),
}


def read_stl(data: bytes) -> Surface:
    """Read an STL file, binary or text; each triangle has points of its own."""
    count = int.from_bytes(data[80:_STL_HEADER], "little")
    size = _STL_HEADER + count * _STL_TRIANGLE.itemsize
    if len(data) != size and data.lstrip()[:5].lower() == b"solid":
        points = _stl_text(data)
    else:
        if len(data) < size:
            there = max(0, len(data) - _STL_HEADER) // _STL_TRIANGLE.itemsize
            raise RefusedError(
                f"volume: the file is no STL, or it is cut off: it announces {count} triangles, "
                f"but holds {there}."
            )
        check_triangle_count(count)
        triangles = np.frombuffer(data, _STL_TRIANGLE, count, _STL_HEADER)
        points = triangles["corners"].reshape(-1, 3).astype(float)
    return points, np.arange(len(points)).reshape(-1, 3)


def read_obj(data: bytes) -> Surface:
    """Read an OBJ file; its materials, normals and textures are passed over."""
    coordinates, corners, lengths = array("d"), array("q"), array("q")
    for keyword, *words in _lines(data):
        if keyword == b"v":
            coordinates.extend(_point(words))
        elif keyword == b"f":
            # Indices count from 1, negative ones from the end of the points so far.
            count = len(coordinates) // 3
            indices = [int(word.partition(b"/")[0]) for word in words]
            if 0 in indices:
                raise ValueError
            corners.extend(index - 1 if index > 0 else count + index for index in indices)
            lengths.append(len(indices))
            check_triangle_count(len(corners) // 3)
    return np.array(coordinates).reshape(-1, 3), _fans(np.array(corners), np.array(lengths))


def read_ply(data: bytes) -> Surface:
    """Read a PLY file, text or binary in either byte order."""
    end = _PLY_END.search(data[:_PLY_HEADER_BYTES])
    if not data.startswith(b"ply") or end is None:
        raise RefusedError("volume: the file is no PLY; its header is missing.")
    order, elements = _ply_header(data[: end.start()].decode("ascii", "replace").splitlines())
    body = _BinaryBody(data[end.end() :], order) if order else _Body(data[end.end() :])
    points, triangles = np.empty((0, 3)), np.empty((0, 3), dtype=int)
    for element in elements:
        check_triangle_count(element.count // 3)
        columns = body.columns(element)
        if element.name == "vertex":
            points = np.column_stack([columns[axis][0] for axis in "xyz"])
        elif element.name == "face":
            name = "vertex_indices" if "vertex_indices" in columns else "vertex_index"
            triangles = _fans(*columns[name])
    return points, triangles


def _fans(corners: Array, lengths: Array) -> Array:
    """Triangles (t, 3) that polygons are cut into, from all their corners and their lengths."""
    cuts = np.maximum(lengths - 2, 0)
    starts = np.repeat(np.cumsum(lengths) - lengths, cuts)
    turns = np.arange(len(starts)) - np.repeat(np.cumsum(cuts) - cuts, cuts)
    indices = np.stack([starts, starts + turns + 1, starts + turns + 2], axis=1)
    return np.asarray(corners[indices], dtype=int)


def _lines(data: bytes) -> Iterator[list[bytes]]:
    """The words of each line that has any."""
    for line in BytesIO(data):
        if len(line) > _MAX_LINE:
            raise ValueError
        if words := line.split():
            yield words


def _point(words: Sequence[bytes]) -> tuple[float, float, float]:
    x, y, z = map(float, words[:3])
    return x, y, z


def _stl_text(data: bytes) -> FloatArray:
    coordinates = array("d")
    keyword = b""
    for keyword, *words in _lines(data.lower()):
        if keyword == b"vertex":
            coordinates.extend(_point(words))
            check_triangle_count(len(coordinates) // 9)
    if keyword != b"endsolid" or len(coordinates) % 9:
        raise RefusedError("volume: the STL file is cut off; it must end with “endsolid”.")
    return np.array(coordinates).reshape(-1, 3)


class _Property(NamedTuple):
    name: str
    kind: str
    length: str  # the kind of a list's length, "" for a single number


@dataclass
class _Element:
    """A table of a PLY file."""

    name: str
    count: int
    properties: list[_Property]


def _ply_header(lines: Iterable[str]) -> tuple[str, list[_Element]]:
    """Byte order ("" for text) and tables that a header announces."""
    order = None
    elements: list[_Element] = []
    for line in lines:
        match line.split():
            case ["format", name, _]:
                order = _PLY_ORDERS[name]
            case ["element", name, count]:
                elements.append(_Element(name, int(count), []))
            case ["property", "list", length, kind, name]:
                elements[-1].properties.append(
                    _Property(name, _PLY_TYPES[kind], _PLY_TYPES[length])
                )
            case ["property", kind, name]:
                elements[-1].properties.append(_Property(name, _PLY_TYPES[kind], ""))
    if order is None:
        raise ValueError
    return order, elements


# All values of each property, and how many of them each row has.
Columns: TypeAlias = dict[str, tuple[Array, Array]]


class _Body:
    """The numbers of a PLY file, read one after the other; here from text."""

    def __init__(self, data: bytes) -> None:
        self._words = (match.group() for match in re.finditer(rb"\S+", data))

    def columns(self, element: _Element) -> Columns:
        """Read a table."""
        values = {name: array("d") for name, _, _ in element.properties}
        lengths = {name: array("q") for name, _, _ in element.properties}
        for _ in range(element.count):
            for name, kind, length in element.properties:
                count = int(self._numbers(length, 1)[0]) if length else 1
                check_triangle_count((len(values[name]) + count) // 3)
                values[name].extend(self._numbers(kind, count))
                lengths[name].append(count)
        return {name: (np.array(values[name]), np.array(lengths[name])) for name in values}

    def _numbers(self, kind: str, count: int) -> Sequence[float]:
        numbers = [float(word) for word in islice(self._words, count)]
        if len(numbers) < count:
            raise EOFError
        return numbers


class _BinaryBody(_Body):
    def __init__(self, data: bytes, order: str) -> None:
        self._data, self._order, self._offset = data, order, 0

    def columns(self, element: _Element) -> Columns:
        return self._regular(element) or super().columns(element)

    def _numbers(self, kind: str, count: int) -> Sequence[float]:
        form = f"{self._order}{count}{kind}"
        numbers = unpack_from(form, self._data, self._offset)
        self._offset += calcsize(form)
        return numbers

    def _regular(self, element: _Element) -> Columns:
        """Read a table at once, if its rows are all as long as the first; nothing otherwise."""
        start = self._offset
        first = super().columns(replace(element, count=min(element.count, 1)))
        size, self._offset = self._offset - start, start
        if not 0 < element.count * size <= len(self._data) - start:
            return {}
        counts = {name: int(lengths[0]) for name, (_, lengths) in first.items()}
        fields: list[Any] = []
        for name, kind, length in element.properties:
            if length:
                fields.append((f"length of {name}", self._order + length))
            fields.append((name, self._order + kind, counts[name]))
        rows = np.frombuffer(self._data, np.dtype(fields), element.count, start)
        for name, _, length in element.properties:
            if length and (rows[f"length of {name}"] != counts[name]).any():
                return {}
        self._offset += rows.nbytes
        return {name: (rows[name].ravel(), np.full(len(rows), counts[name])) for name in counts}
