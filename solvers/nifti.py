"""Volumes from NIfTI files of strangers."""

from __future__ import annotations

import gzip
from io import BytesIO
from math import prod

import numpy as np

from solvers.arrays import Array
from solvers.files import RefusedError, check_cells

# What a compressed file may hold.
MAX_UNPACKED_BYTES = 256 * 2**20

_GZIP = b"\x1f\x8b"
_HEADER_BYTES = {348: "Nifti1Header", 540: "Nifti2Header"}


def read_nifti(data: bytes) -> tuple[Array, tuple[float, ...]]:
    """Read the volume of a NIfTI file (version 1 or 2, gzipped or not).

    Only its header and its values are looked at, its extensions are passed over.

    Parameters
    ----------
    data : bytes
        Unpacked, 256 MiB at most.

    Returns
    -------
    array, (n0, n1, n2)
        The values in the file's scale. As the file's orientation says, axis 0 leads to the
        patient's right, axis 1 to the front, axis 2 up.
    tuple of float
        Sides of a cell along the axes, > 0.

    Raises
    ------
    ValueError
        With one sentence that begins with ``volume:``, if the file holds no volume or nibabel is
        not installed; of any other kind, if the file is damaged.
    """
    try:
        import nibabel
    except ModuleNotFoundError:
        raise RefusedError(
            "volume: NIfTI files are read by nibabel, which is not installed here; "
            "“pip install barycenter-explorer[nifti]” brings it."
        ) from None
    if data.startswith(_GZIP):
        with gzip.open(BytesIO(data)) as stream:
            data = stream.read(MAX_UNPACKED_BYTES + 1)
        if len(data) > MAX_UNPACKED_BYTES:
            limit = MAX_UNPACKED_BYTES // 2**20
            raise RefusedError(f"volume: unpacks to more than {limit} MiB, which are not read.")
    sizes = [int.from_bytes(data[:4], order) for order in ("little", "big")]
    header_bytes = next((size for size in sizes if size in _HEADER_BYTES), None)
    if header_bytes is None:
        raise RefusedError("volume: the file is no NIfTI; its header is missing.")
    header_type = getattr(nibabel, _HEADER_BYTES[header_bytes])
    header = header_type(data[:header_bytes], check=False)
    kind, shape = header.get_data_dtype(), header.get_data_shape()
    if kind.kind not in "iuf":
        raise RefusedError(f"volume: the file holds {kind}, but real numbers are needed.")
    if len(shape) < 3 or prod(shape[3:]) != 1:
        raise RefusedError(f"volume: the file has the shape {shape}, but a volume is a 3D array.")
    check_cells("volume", shape)
    start, count = int(header["vox_offset"]), prod(shape)
    if min(shape) < 1 or start < header_bytes or start + count * kind.itemsize > len(data):
        raise RefusedError(
            f"volume: announces the shape {shape}, but the file holds less than that."
        )
    values = np.frombuffer(data, kind, count, start).reshape(shape[:3], order="F")
    slope, intercept = header.get_slope_inter()
    if slope not in (None, 1.0) or intercept not in (None, 0.0):
        values = values.astype(np.result_type(kind, np.float32)) * slope + intercept
    return _upright(values, header.get_best_affine())


def _upright(values: Array, affine: Array) -> tuple[Array, tuple[float, ...]]:
    """The values with axes to the right, to the front and up; and the sides of their cells."""
    from nibabel.affines import voxel_sizes
    from nibabel.orientations import apply_orientation, io_orientation

    sides = voxel_sizes(affine)
    if not (np.isfinite(sides).all() and sides.min() > 0):
        known = " × ".join(f"{side:g}" for side in sides)
        raise RefusedError(f"volume: its cells have the sides {known}, but all must be > 0.")
    orientation = io_orientation(affine)
    order = np.argsort(orientation[:, 0])
    return apply_orientation(values, orientation), tuple(map(float, sides[order]))
