"""A view as a file: its address, and the pictures that no address can hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from math import prod
from typing import Any
from zipfile import ZipFile

import numpy as np

from explorer.address import from_query, to_query
from explorer.inputs.cloud_sources import (
    OWN_CLOUD_FILE,
    OWN_POINTS,
    drawn_cloud,
    uploaded_cloud,
)
from explorer.inputs.sample_sources import OWN_SAMPLES, uploaded_samples
from explorer.inputs.solids import VOLUME_UPLOAD, uploaded_volume
from explorer.inputs.sources import DRAWING, UPLOAD, Marginal, drawn
from explorer.inputs.spelling import is_own
from explorer.state import StudioState
from solvers import images
from solvers.arrays import Array
from solvers.files import RefusedError, array_header

FORMAT, VERSION = "barycenter-explorer", 1
MAX_BYTES = 32 * 2**20

# Cells along each side that are kept of an uploaded picture, and that a saved one may have.
_SIDE = 512
# The same of a volume: four of them keep to the limit.
_VOLUME_SIDE = 200
# Far more than a view has: members of the archive, bytes of its text, characters of a label.
_MAX_MEMBERS, _MAX_TEXT, _MAX_LABEL = 64, 2**18, 60
_KINDS = {
    UPLOAD: "picture",
    DRAWING: "drawing",
    VOLUME_UPLOAD: "volume",
    OWN_CLOUD_FILE: "cloud",
    OWN_POINTS: "points",
    OWN_SAMPLES: "samples",
}
# What makes clouds and samples of their rows, which it checks.
_ROWS = {OWN_CLOUD_FILE: uploaded_cloud, OWN_POINTS: drawn_cloud, OWN_SAMPLES: uploaded_samples}
_ENTRY = b"PK\x01\x02"  # begins each entry of a zip file's directory


def to_file(state: StudioState) -> bytes:
    """Save a view.

    Returns
    -------
    bytes
        A compressed ``.npz`` without pickles: ``view``, a JSON text with the format, its version,
        the address and what is known of the visitor's own pictures; and these as ``own_0``,
        ``own_1``, …, before any adjustment: a drawing as it was drawn, in uint8, a picture with
        512² cells in float32, a volume in uint8, its highest density 255, a cloud as rows of mass
        and position in float64, samples as rows in float32.
    """
    own = [marginal for marginal in state.marginals if is_own(marginal)]
    view = {
        "format": FORMAT,
        "version": VERSION,
        "query": to_query(state),
        "own": [{"kind": _KINDS[marginal.kind], "label": marginal.label} for marginal in own],
    }
    arrays: dict[str, Any] = {f"own_{i}": _pixels(marginal) for i, marginal in enumerate(own)}
    file = BytesIO()
    np.savez_compressed(file, view=np.array(json.dumps(view)), **arrays)
    return file.getvalue()


def from_file(data: bytes) -> tuple[StudioState, list[str]]:
    """Open a saved view, which is not trusted.

    Parameters
    ----------
    data : bytes
        The file, 32 MiB at most, unpacked too.

    Returns
    -------
    StudioState
    list of str
        Sentences about what was ignored, as from `address.from_query`.

    Raises
    ------
    ValueError
        With one sentence that begins with ``saved view:``, if the file cannot be used.
    """
    _check_size(len(data))
    try:
        if data.count(_ENTRY) > _MAX_MEMBERS:  # before a long directory costs memory
            raise ValueError
        with ZipFile(BytesIO(data)) as archive:
            _check_size(sum(entry.file_size for entry in archive.infolist()))
            if archive.getinfo("view.npy").file_size > _MAX_TEXT:
                raise ValueError
            view = json.loads(str(_array(archive, "view")))
            _check_format(view)
            own = [_own(archive, i, facts) for i, facts in enumerate(view["own"])]
            query = str(view["query"])
    except RefusedError:
        raise
    except Exception:  # damaged files raise many kinds of errors
        raise ValueError(
            "saved view: the file is damaged, or it is no view that was saved here."
        ) from None
    return from_query(query, own)


def _pixels(marginal: Marginal) -> Array:
    if marginal.kind == DRAWING or marginal.kind in _ROWS:
        return np.asarray(marginal.source)
    if marginal.kind == VOLUME_UPLOAD:
        volume: Array = marginal.source
        return np.asarray(np.rint(volume * (255.0 / volume.max())), np.uint8)
    density = marginal.draw_plain(_SIDE)
    return np.asarray(density / density.max(), dtype=np.float32)


def _check_size(size: int) -> None:
    if size > MAX_BYTES:
        raise RefusedError(
            f"saved view: the file has {size / 2**20:.1f} MiB, "
            f"but at most {MAX_BYTES // 2**20} MiB are read."
        )


def _check_format(view: Mapping[str, Any]) -> None:
    if view["format"] != FORMAT:
        raise RefusedError("saved view: the file was saved by another program.")
    if view["version"] != VERSION:
        raise RefusedError(
            f"saved view: the file has the version {view['version']!r:.20}, "
            f"but only version {VERSION} can be read."
        )


def _array(archive: ZipFile, name: str) -> Array:
    """Read an array whose header keeps to the member's size, so that no lie costs memory."""
    entry = archive.getinfo(f"{name}.npy")
    with archive.open(entry) as stream:
        shape, kind = array_header(stream)
        if kind.hasobject:
            raise RefusedError(
                f"saved view: “{name}” holds Python objects, which are never read from a file."
            )
        if prod(shape) * kind.itemsize != entry.file_size - stream.tell():
            raise ValueError
        stream.seek(0)
        return np.asarray(np.lib.format.read_array(stream, allow_pickle=False))


def _own(archive: ZipFile, index: int, facts: Mapping[str, str]) -> Marginal:
    """A picture, drawing, volume, cloud or samples of the visitor's own."""
    pixels, label = _array(archive, f"own_{index}"), str(facts["label"])[:_MAX_LABEL]
    kind = {kind: name for name, kind in _KINDS.items()}[facts["kind"]]
    if kind in _ROWS:
        try:
            return _ROWS[kind](pixels, label)
        except ValueError as error:
            reason = str(error).partition(": ")[2]
            raise RefusedError(f"saved view: {facts['kind']} {index + 1}: {reason}") from None
    what, sides, most = "square", 2, _SIDE
    if kind == VOLUME_UPLOAD:
        what, sides, most = "cube", 3, _VOLUME_SIDE
    if pixels.ndim != sides or not 2 <= max(pixels.shape) == min(pixels.shape) <= most:
        raise RefusedError(
            f"saved view: {facts['kind']} {index + 1} has the shape {pixels.shape}, "
            f"but must be a {what} of 2 to {most} cells along each side."
        )
    if not (np.isfinite(pixels).all() and pixels.min() >= 0 < pixels.max()):
        raise RefusedError(
            f"saved view: in {facts['kind']} {index + 1} all values must be finite and ≥ 0, and "
            "some > 0."
        )
    if pixels.dtype != (np.float32 if kind == UPLOAD else np.uint8):
        raise ValueError
    if kind == DRAWING:
        return drawn(pixels, label)
    if kind == VOLUME_UPLOAD:
        return uploaded_volume(pixels, label)
    return Marginal(label, lambda n: images.resample(pixels, n), UPLOAD)
