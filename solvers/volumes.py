"""Volumes as densities: decoding files from strangers, safely, and resampling them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZipFile

import numpy as np

from solvers.arrays import Array, FloatArray
from solvers.files import (
    RefusedError,
    array_header,
    check_bytes,
    checked_array,
)
from solvers.mesh_files import Surface, read_obj, read_ply, read_stl
from solvers.meshes import closed_mesh, winding_numbers
from solvers.nifti import MAX_UNPACKED_BYTES, read_nifti

MAX_BYTES = 64 * 2**20
# Longest side that is kept: the finest grid of the app.
MAX_SIDE = 200

_MESH_READERS: dict[str, Callable[[bytes], Surface]] = {
    ".stl": read_stl,
    ".ply": read_ply,
    ".obj": read_obj,
}
SUFFIXES = (*_MESH_READERS, ".npy", ".npz", ".nii", ".nii.gz")

# Parts of a surface that overlap by less than this fraction of its volume are not worth a word.
_OVERLAP = 1e-3
# Begins each entry of a zip file's directory; far more entries than a file of volumes has.
_ENTRY, _MAX_ENTRIES = b"PK\x01\x02", 1000


@dataclass(frozen=True)
class DecodedVolume:
    """What a file holds.

    Attributes
    ----------
    density : array, (k, k, k)
        2 to 200 cells along each side; uint8, 255 inside, for a mesh, else float32 with the
        maximum 1.
    notes : tuple of str
        Sentences about what was chosen or changed.
    """

    density: Array
    notes: tuple[str, ...] = ()


def decode(name: str, data: bytes) -> DecodedVolume:
    """Decode a file into a density: a mesh's solid, or the values of an array.

    Parameters
    ----------
    name : str
        The file's name, for its suffix: one of `SUFFIXES`, in any case.
    data : bytes
        The file, 64 MiB at most, 256 MiB unpacked. A mesh (STL, PLY, OBJ) must be closed; it is
        centred and scaled so that the longest side of its box is 0.8. An array (NumPy, NIfTI) must
        be 3D and ≥ 0; its proportions are kept in the middle of a cube. Axis 2 points up.

    Returns
    -------
    DecodedVolume

    Raises
    ------
    ValueError
        With one sentence that begins with ``volume:``, if the file cannot be used.
    """
    suffix = next((suffix for suffix in SUFFIXES if name.lower().endswith(suffix)), None)
    if suffix is None:
        raise ValueError(f"volume: the file's name must end in one of {', '.join(SUFFIXES)}.")
    if not data:
        raise ValueError("volume: the file is empty.")
    check_bytes("volume", len(data), MAX_BYTES)
    try:
        if suffix in _MESH_READERS:
            return _solid(*_MESH_READERS[suffix](data))
        if suffix == ".npy":
            return _in_cube(checked_array("volume", BytesIO(data), len(data), dimensions=(3,)))
        if suffix == ".npz":
            return _from_archive(data)
        return _in_cube(*read_nifti(data))
    except RefusedError:
        raise
    except Exception:  # damaged files raise many kinds of errors
        kind = "NIfTI" if suffix.startswith(".nii") else suffix[1:].upper()
        raise ValueError(
            f"volume: the file is damaged or cut off, or it is no {kind} file."
        ) from None


def resample_volume(volume: Array, n: int) -> FloatArray:
    """Resample a volume (k, k, k) to n × n × n cells, without ringing, not going below zero."""
    return np.asarray(_resampled(volume, (n, n, n)), dtype=float)


def _solid(points: Array, triangles: Array) -> DecodedVolume:
    mesh, notes = closed_mesh(points, triangles)
    windings = np.abs(winding_numbers(mesh, MAX_SIDE))
    shares = np.minimum(windings, 1.0)
    density = np.rint(255 * shares).astype(np.uint8)
    if not density.any():
        raise RefusedError("volume: the surface encloses nothing; it must bound a solid.")
    if (windings - shares).sum() > _OVERLAP * shares.sum():
        notes += ("Parts of the surface overlap; what any of them encloses is inside.",)
    return DecodedVolume(density, notes)


def _from_archive(data: bytes) -> DecodedVolume:
    """The only array of an archive, or the first 3D one."""
    if data.count(_ENTRY) > _MAX_ENTRIES:  # before a long directory costs memory
        raise RefusedError(f"volume: the archive holds more than {_MAX_ENTRIES} files.")
    with ZipFile(BytesIO(data)) as archive:
        entries = [entry for entry in archive.infolist() if entry.filename.endswith(".npy")]
        check_bytes("volume", sum(entry.file_size for entry in entries), MAX_UNPACKED_BYTES)
        if not entries:
            raise RefusedError("volume: the archive holds no array; a 3D array is needed.")
        chosen = entries[0]
        for entry in entries:
            with archive.open(entry) as stream:
                if len(array_header(stream)[0]) == 3:
                    chosen = entry
                    break
        with archive.open(chosen) as stream:
            array = checked_array("volume", stream, chosen.file_size, dimensions=(3,))
    notes = (f"The file holds {len(entries)} arrays; this is the first 3D one.",)
    return _in_cube(array, notes=notes if len(entries) > 1 else ())


def _in_cube(
    array: Array, sides: Sequence[float] = (1.0, 1.0, 1.0), notes: tuple[str, ...] = ()
) -> DecodedVolume:
    """An array in the middle of a cube of empty cells, by the sides of its own cells."""
    lengths = np.multiply(array.shape, sides)
    finest = round(lengths.max() / min(sides))
    if finest < 2:
        raise RefusedError(f"volume: has the shape {array.shape}; 2 cells along a side are needed.")
    k = min(finest, MAX_SIDE)
    shape = tuple(max(1, round(k * length / lengths.max())) for length in lengths)
    before = " × ".join(map(str, array.shape))
    if finest > MAX_SIDE:
        notes += (f"It was {before}; averaged down to {MAX_SIDE} cells along the longest side.",)
    elif shape != array.shape:
        notes += (f"It was {before} oblong cells; now {' × '.join(map(str, shape))} cubes.",)
    density = _resampled(_scaled(array), shape)
    room = [(k - length) // 2 for length in shape]
    padding = [(start, k - length - start) for start, length in zip(room, shape, strict=True)]
    return DecodedVolume(np.pad(density / density.max(), padding), notes)


def _scaled(array: Array) -> Array:
    """An array as float32 with the maximum 1, layer by layer so that it is not held twice over."""
    low, high = array.min(), array.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        raise RefusedError("volume: holds values that are not finite numbers.")
    if low < 0:
        raise RefusedError(
            f"volume: its values go down to {low:g}, but a density must be ≥ 0; "
            "shift or clip them first."
        )
    if not high > 0:
        raise RefusedError("volume: all its values are 0; some must be > 0.")
    scaled = np.empty(array.shape, dtype=np.float32)
    for layer, values in zip(scaled, array, strict=True):
        layer[:] = values / high
    return scaled


def _resampled(volume: Array, shape: Sequence[int]) -> Array:
    """Resample along each axis to as many cells as the shape has."""
    for n in shape:  # each turn puts the first axis last
        k = len(volume)
        if n == k:
            volume = np.moveaxis(volume, 0, -1)
        else:
            weights = _resampling(k, n).astype(np.float32)
            volume = np.tensordot(volume, weights, axes=(0, 1))
    return volume


def _resampling(k: int, n: int) -> FloatArray:
    """What each of n cells takes from k cells in the same length, (n, k), rows of sum 1.

    Fewer cells take the mean of what they cover, more cells lie between the old ones' centres.
    """
    cells = np.arange(k)
    if n < k:
        edges = np.linspace(0, k, n + 1)[:, None]
        return np.diff(np.clip(edges - cells, 0.0, 1.0), axis=0) * (n / k)
    centres = np.clip((np.arange(n)[:, None] + 0.5) * (k / n) - 0.5, 0, k - 1)
    return np.asarray(np.clip(1.0 - np.abs(centres - cells), 0.0, None))
