"""Where benchmarks leave tables and pictures."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from PIL import Image

RESULTS = Path(__file__).parent / "results"


def write_table(folder, name, rows, note=""):
    """Write a list of dicts with the same keys as Markdown and as CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = list(rows[0])
    with (folder / f"{name}.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, keys)
        writer.writeheader()
        writer.writerows(rows)
    lines = ["| " + " | ".join(keys) + " |", "| " + " | ".join("---" for _ in keys) + " |"]
    lines += ["| " + " | ".join(_spelled(row[key]) for key in keys) + " |" for row in rows]
    (folder / f"{name}.md").write_text("\n".join([*([note, ""] if note else []), *lines, ""]))


def read_table(folder, name):
    """The rows that `write_table` left, as dicts of strings; none if it has not been called."""
    path = folder / f"{name}.csv"
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _spelled(value):
    try:
        return f"{float(value):.5g}"
    except ValueError:
        return str(value)


def ink(density, full=None):
    """A density as dark ink on white, 8 bits; `full` is the density of full ink."""
    full = full or np.quantile(density[density > 1e-3 * density.max()], 0.995)
    return (255 - 255 * np.clip(density / full, 0, 1)).astype(np.uint8)


def save_picture(folder, name, pixels):
    """Save 8-bit pixels as a PNG, as small as that format allows."""
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(folder / f"{name}.png", optimize=True)
