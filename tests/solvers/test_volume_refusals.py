"""Anything but a sane volume file gets one sentence, and never warns."""

import gzip
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest
import pyvista as pv

from solvers.volumes import MAX_BYTES, SUFFIXES, decode
from tests.solvers.volume_files import (
    CUBE_OBJ,
    CUBE_PLY,
    RAMP,
    announced,
    big_endian,
    nifti,
    npy,
    npz,
    written,
)


def bomb():
    """An archive of little whose array is too much."""
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive, archive.open("a.npy", "w") as entry:
        entry.write(announced((320, 1000, 1000), "|u1"))
        for _ in range(270):
            entry.write(bytes(10**6))
    return file.getvalue()


STL = b"".join([bytes(80), (12).to_bytes(4, "little"), bytes(50 * 12)])
TEXT_STL = (
    b"solid a\nfacet\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendloop\nendfacet\n"
)
NIFTI = nifti(RAMP)
RANDOM = np.random.default_rng(0).bytes(5000)
TALE = b"To be, or not to be, that is the question.\n" * 20
REFUSED = {
    "unknown suffix": ("a.txt", TALE, r"must end in one of \.stl, .*, \.nii\.gz"),
    "gzip of something": ("a.gz", gzip.compress(TALE), "must end in one of"),
    "no suffix": ("stl", STL, "must end in one of"),
    **{f"empty {s}": (f"a{s}", b"", "the file is empty") for s in SUFFIXES},
    **{f"text {s}": (f"a{s}", TALE, "is no|no triangles") for s in SUFFIXES},
    **{f"random {s}": (f"a{s}", RANDOM, "is no|no triangles") for s in SUFFIXES},
    "too many bytes": ("a.obj", bytes(MAX_BYTES + 1), "at most 64 MiB"),
    "cut binary STL": ("a.stl", STL[:-60], "announces 12 triangles, but holds 10"),
    "cut text STL": ("a.stl", TEXT_STL, "cut off; it must end with “endsolid”"),
    "word in an STL": ("a.stl", TEXT_STL.replace(b"1", b"one") + b"endsolid\n", "damaged"),
    "one triangle": ("a.stl", TEXT_STL + b"endsolid a\n", "is open: 3 edges"),
    "cut PLY": ("a.ply", CUBE_PLY[:-60].encode(), "damaged or cut off, or it is no PLY"),
    "cut binary PLY": ("a.ply", big_endian(CUBE_PLY)[:-9], "damaged or cut off"),
    "PLY of points": ("a.ply", CUBE_PLY.replace("face 6", "face 0").encode(), "no triangles"),
    "PLY of too much": ("a.ply", CUBE_PLY.replace("x 8", "x 99999999").encode(), "2 million"),
    "PLY, long list": ("a.ply", CUBE_PLY.replace("4 3 2", "99999999 3 2").encode(), "2 million"),
    "PLY, NaN": ("a.ply", CUBE_PLY.replace("9 0 0 0", "9 0 0 nan").encode(), "not finite"),
    "PLY, wrong corner": ("a.ply", CUBE_PLY.replace("4 3 2", "4 8 2").encode(), "8 points"),
    "OBJ, corner 0": ("a.obj", CUBE_OBJ.replace("f 2 3", "f 0 3").encode(), "damaged"),
    "OBJ, far corner": ("a.obj", CUBE_OBJ.replace("f 2 3", "f 2 99").encode(), "8 points"),
    "OBJ, long line": ("a.obj", b"f " + b"1 " * 2**20, "damaged"),
    "flat closed OBJ": (
        "a.obj",
        b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\nf 3 2 1",
        "encloses nothing",
    ),
    "pickle": ("a.npy", npy(np.array([{}]), allow_pickle=True), "holds object"),
    "pickle in NPZ": ("a.npz", npz(a=np.array([[[{}]]])), "holds object"),
    "complex": ("a.npy", npy(RAMP * 1j), "holds complex64, but real numbers"),
    "picture": ("a.npy", npy(RAMP[0]), r"has the shape \(3, 2\), but a density is a 3D array"),
    "stack": ("a.npy", npy(RAMP[None]), "is a 3D array"),
    "picture in NPZ": ("a.npz", npz(a=RAMP[0]), "is a 3D array"),
    "empty NPZ": ("a.npz", npz(), "holds no array"),
    "cut NPY": ("a.npy", npy(RAMP)[:-1], "announces the shape .4, 3, 2., but the file holds less"),
    "announces 2 GB": ("a.npy", announced((500, 500, 1000)), "the file holds less"),
    "too many cells": (
        "a.npz",
        npz(a=np.zeros((320, 400, 400), bool)),
        "320 × 400 × 400 cells.*40",
    ),
    "cut NPZ": ("a.npz", npz(a=RAMP)[:-30], "damaged or cut off, or it is no NPZ"),
    "zip bomb": ("a.npz", bomb(), "at most 256 MiB"),
    "no cells": ("a.npy", npy(RAMP[:0]), "the file holds less"),
    "one cell": ("a.npy", npy(np.ones((1, 1, 1))), "2 cells along a side"),
    "zeros": ("a.npy", npy(0 * RAMP), "all its values are 0"),
    "negative": ("a.npy", npy(RAMP - 1), "go down to -1, but a density must be ≥ 0"),
    "NaN": ("a.npy", npy(RAMP * np.nan), "not finite"),
    "infinity": ("a.npz", npz(a=np.where(RAMP > 3, np.inf, RAMP)), "not finite"),
    "negative NIfTI": ("a.nii", nifti(RAMP - 1024), "go down to -1024"),
    "NIfTI in time": ("a.nii", nifti(np.ones((2, 2, 2, 5), np.float32)), "a volume is a 3D array"),
    "flat NIfTI": ("a.nii", nifti(np.ones((4, 4), np.float32)), "a volume is a 3D array"),
    "complex NIfTI": ("a.nii", nifti(RAMP.astype(np.complex64)), "but real numbers"),
    "cut NIfTI": ("a.nii", NIFTI[:-1], "holds less than that"),
    "cut header": ("a.nii", NIFTI[:200], "damaged or cut off, or it is no NIfTI"),
    "cut gzip": ("a.nii.gz", gzip.compress(NIFTI)[:-20], "damaged or cut off"),
    "gzip bomb": ("a.nii.gz", gzip.compress(bytes(280 * 10**6), 1), "more than 256 MiB"),
    "cells without sides": ("a.nii", NIFTI[:280] + bytes(48) + NIFTI[328:], "0 × 0 × 0.*> 0"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_one_sentence_refuses(name):
    file, data, message = REFUSED[name]
    with pytest.raises(ValueError, match=f"^volume: .*({message})") as refusal:
        decode(file, data)
    assert str(refusal.value).endswith(".")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("suffix", [".stl", ".ply", ".obj", ".npy", ".npz", ".nii", ".nii.gz"])
def test_damage_never_gets_further_than_a_sentence(suffix, tmp_path):
    sane = {
        ".npy": npy(RAMP),
        ".npz": npz(a=RAMP),
        ".nii": NIFTI,
        ".nii.gz": gzip.compress(NIFTI),
    }
    small = pv.Icosahedron()
    data = sane[suffix] if suffix in sane else written(small, tmp_path, suffix)
    rng = np.random.default_rng(0)
    sentences = []
    for _ in range(60):
        damaged = np.frombuffer(data, dtype=np.uint8)[: rng.integers(1, len(data) + 1)].copy()
        damaged[rng.integers(0, len(damaged), size=3)] = rng.integers(0, 256, size=3)
        try:
            density = decode(f"a{suffix}", damaged.tobytes()).density
        except ValueError as refusal:
            sentences.append(str(refusal))
        else:
            assert 0 <= density.min() < density.max() < np.inf
    assert len(sentences) > 10
    assert all(sentence.startswith("volume: ") for sentence in sentences)
