"""Marginals from files: pictures and NumPy arrays, neither of which is trusted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile

import numpy as np

from solvers.arrays import Array, FloatArray
from solvers.images import MAX_BYTES, MAX_PIXELS, decode, resample, square
from solvers.problems import MAX_MARGINALS, MIN_MARGINALS

DEFAULT_SIZE = 256
MAX_SIZE = 1024

# All arrays of a problem together; as many cells as a picture may have pixels.
MAX_CELLS = MAX_PIXELS
_MAX_ARRAY_BYTES = 8 * MAX_CELLS + 4096

# Names of arrays that an error lists at most.
_LISTED = 8

_READ_HEADER = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


class RefusedError(ValueError):
    """Tells our own sentences from the errors that damaged files raise."""


def read_marginals(
    names: Sequence[str], size: int | None = None, ink: str = "auto", crop: str = "whole"
) -> tuple[list[str], list[FloatArray]]:
    """Read densities on one grid from files.

    Parameters
    ----------
    names : sequence of str
        2 to 16 pictures (PNG, JPEG, WebP), ``.npy`` files, ``.npz`` files with one array, or
        ``file.npz:array``. An array is one density, 2D or 3D. Only where a single array is all
        there is, it is a stack (m, *shape) of them.
    size : int, optional
        Cells along each side, 2 to 1024: pictures and 2D arrays are made square and resampled.
        256 if omitted, but arrays without any picture among them then stay as they are.
    ink, crop : str
        As `images.decode` and `images.square` take them; the crop also applies to 2D arrays that
        are resampled.

    Returns
    -------
    list of str
        The marginals' names: the files as given, for a stack with the index.
    list of array
        The densities, all of one shape.

    Raises
    ------
    ValueError
        With one sentence that names the file, what is wrong with it and what would be right.
    """
    if size is not None and not 2 <= size <= MAX_SIZE:
        raise ValueError(f"--size: is {size}, but must be 2 to {MAX_SIZE}.")
    if size is None and not all(_array_file(name) for name in names):
        size = DEFAULT_SIZE
    sources: Iterable[FloatArray]
    if len(names) == 1 and _array_file(names[0]):
        stack = _read_array(names[0], dimensions=(3, 4))
        _check_count(len(stack))
        names = [f"{names[0]}[{i}]" for i in range(len(stack))]
        sources = map(_density, names, stack)
    else:
        _check_count(len(names))
        sources = (_read(name, ink) for name in names)
    densities: list[FloatArray] = []
    for name, density in zip(names, sources, strict=True):
        if size is not None:
            density = _resampled(name, density, crop, size)
        elif densities and density.shape != densities[0].shape:
            raise ValueError(
                f"{name}: has the shape {density.shape}, but {names[0]} has "
                f"{densities[0].shape}; arrays of one shape are needed, or --size for 2D arrays."
            )
        elif density.size * len(names) > MAX_CELLS:
            raise ValueError(
                f"{name}: {len(names)} arrays of the shape {density.shape} have more than "
                f"{MAX_CELLS // 10**6} million cells together; use smaller ones."
            )
        densities.append(density)
    return list(names), densities


def _check_count(count: int) -> None:
    if not MIN_MARGINALS <= count <= MAX_MARGINALS:
        raise ValueError(
            f"marginals: {count} given, but a barycenter here takes "
            f"{MIN_MARGINALS} to {MAX_MARGINALS} files, or one array that is a stack of as many."
        )


def _split(name: str) -> tuple[Path, str]:
    """A file's path, and which of its arrays is meant ("" if that is not said)."""
    head, colon, member = name.rpartition(":")
    if colon and head.lower().endswith(".npz"):
        return Path(head), member
    return Path(name), ""


def _array_file(name: str) -> bool:
    return _split(name)[0].suffix.lower() in (".npy", ".npz")


def _checked_file(name: str, limit: int) -> Path:
    path = _split(name)[0]
    if not path.is_file():
        raise ValueError(f"{path}: there is no such file.")
    check_bytes(str(path), path.stat().st_size, limit)
    return path


def check_bytes(name: str, size: int, limit: int) -> None:
    """Refuse more bytes than the limit."""
    if size > limit:
        raise RefusedError(
            f"{name}: has {size / 2**20:.0f} MiB, but at most {limit // 2**20} MiB are read."
        )


def check_cells(name: str, shape: Sequence[int]) -> None:
    """Refuse more cells than `MAX_CELLS`."""
    if prod(shape) > MAX_CELLS:
        raise RefusedError(
            f"{name}: has {' × '.join(map(str, shape))} cells, "
            f"but at most {MAX_CELLS // 10**6} million are read."
        )


def _read(name: str, ink: str) -> FloatArray:
    if _array_file(name):
        return _density(name, _read_array(name, dimensions=(2, 3)))
    data = _checked_file(name, MAX_BYTES).read_bytes()
    try:
        return decode(data, ink)
    except ValueError as error:
        raise ValueError(f"{name}: {str(error).removeprefix('image: ')}") from None


def _resampled(name: str, density: FloatArray, crop: str, size: int) -> FloatArray:
    if density.ndim != 2:
        raise ValueError(
            f"{name}: is 3D, but only pictures and 2D arrays can be resampled; "
            "give 3D arrays alone and without --size."
        )
    try:
        return resample(square(density, crop), size)
    except ValueError as error:
        raise ValueError(f"{name}: {str(error).removeprefix('image: ')}") from None


def _density(name: str, array: Array) -> FloatArray:
    """An array as a density with the maximum 1."""
    with np.errstate(over="ignore"):  # long numbers that become infinite are refused below
        density = array.astype(np.float64)
    if not (np.isfinite(density).all() and density.min() >= 0 and density.max() > 0):
        raise ValueError(f"{name}: all values must be finite and ≥ 0, and some > 0.")
    return np.asarray(density / density.max())


def _read_array(name: str, dimensions: tuple[int, int]) -> Array:
    """Read one array whose header keeps to the limits and to the file's size."""
    path, member = _split(name)
    _checked_file(name, _MAX_ARRAY_BYTES)
    try:
        if path.suffix.lower() == ".npy":
            with path.open("rb") as stream:
                return checked_array(name, stream, path.stat().st_size, dimensions)
        with ZipFile(path) as archive:
            entry = archive.getinfo(_chosen(path, member, archive.namelist()))
            with archive.open(entry) as stream:
                return checked_array(name, stream, entry.file_size, dimensions)
    except (RefusedError, PermissionError):
        raise
    except Exception:  # damaged files raise many kinds of errors
        raise ValueError(f"{path}: the file is damaged, or it is not a NumPy file.") from None


def _chosen(path: Path, member: str, entries: Sequence[str]) -> str:
    known = [entry.removesuffix(".npy") for entry in entries if entry.endswith(".npy")]
    if not member and len(known) == 1:
        member = known[0]
    if member not in known:
        problem = f"has no array “{member}”" if member else f"holds {len(known)} arrays"
        choices = ", ".join(f"{path}:{name}" for name in known[:_LISTED]) or "none"
        raise RefusedError(f"{path}: {problem}; choose one of these: {choices}.")
    return f"{member}.npy"


def array_header(stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and type that a stream in NumPy's format announces; it stands then at the values."""
    shape, _, kind = _READ_HEADER[np.lib.format.read_magic(stream)](stream)
    return shape, kind


def checked_array(name: str, stream: IO[bytes], size: int, dimensions: tuple[int, ...]) -> Array:
    """Read an array in NumPy's format, which is not trusted.

    Parameters
    ----------
    name : str
        What errors begin with.
    stream : binary stream
        Standing at the beginning of the array; it can seek.
    size : int
        How many bytes of the stream are the array's, unpacked.
    dimensions : tuple of int
        How many dimensions it may have.

    Raises
    ------
    ValueError
        With one sentence, if its header breaks a limit or promises more than there is; or of any
        other kind, if the stream is damaged.
    """
    check_bytes(name, size, _MAX_ARRAY_BYTES)  # of what is compressed too; before the header
    shape, kind = array_header(stream)
    if kind.kind not in "buif":
        raise RefusedError(f"{name}: holds {kind}, but real numbers are needed.")
    if len(shape) not in dimensions:
        what = "a stack of densities" if 4 in dimensions else "a density"
        allowed = " or ".join(f"{count}D" for count in dimensions)
        raise RefusedError(f"{name}: has the shape {shape}, but {what} is a {allowed} array.")
    if min(shape) < 1 or prod(shape) * kind.itemsize > size - stream.tell():
        raise RefusedError(
            f"{name}: announces the shape {shape}, but the file holds less than that."
        )
    check_cells(name, shape)
    stream.seek(0)
    return np.asarray(np.lib.format.read_array(stream, allow_pickle=False))
