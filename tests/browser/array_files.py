"""Files of arrays, honest and others."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np


def array_file(array: Any) -> bytes:
    file = BytesIO()
    np.save(file, array)
    return file.getvalue()


def lying_header() -> bytes:
    """A file of a few bytes that announces two gigabytes."""
    file = BytesIO()
    np.lib.format.write_array_header_1_0(
        file, {"descr": "|u1", "fortran_order": False, "shape": (1290, 1290, 1290)}
    )
    return file.getvalue() + bytes(64)
