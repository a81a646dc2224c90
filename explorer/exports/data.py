"""Arrays and curves as files."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from explorer.run import Point
from explorer.views.histories import History, best_dual
from solvers.arrays import Array

# Objectives, and what else the curves of an iterate may show.
_OBJECTIVES = ("dual", "primal", "estimate")
_FIGURES = ("support", "bw_uvp", "bw_uvp_noise", "bw_uvp_maps", "reg", "ess")


@dataclass(frozen=True, eq=False)
class SolverRecord:
    """What one solver has found.

    Attributes
    ----------
    label : str
        The solver's short name.
    settings : dict of str to object
        All its settings, fit for JSON.
    barycenter : array, (*shape)
    potentials : array, (k, *shape), or None
        Of the k marginals of positive weight, in order.
    points : sequence of Point
        Of all iterates. A point with a number that has come before adds its objectives to those
        of that iterate.
    """

    label: str
    settings: dict[str, Any]
    barycenter: Array
    potentials: Array | None
    points: Sequence[Point]


def npz(**arrays: ArrayLike) -> bytes:
    """A compressed NumPy archive that can be read without pickles.

    Raises
    ------
    ValueError
        If an array holds Python objects.
    """
    for name, array in arrays.items():
        if np.asarray(array).dtype.hasobject:
            raise ValueError(f"{name}: holds Python objects, but numbers or texts are needed.")
    file = BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def archive(
    marginals: Sequence[ArrayLike],
    labels: Sequence[str],
    weights: ArrayLike,
    records: Mapping[str, SolverRecord],
) -> bytes:
    """The whole comparison as a NumPy archive.

    Parameters
    ----------
    marginals : sequence of array_like
        Densities (*shape), or rows of measures: mass, then what it sits on. Those of one shape are
        one array ``marginals``, others ``marginal_0``, ``marginal_1``, …
    labels : sequence of str
        Names of the marginals.
    weights : array_like, (m,)
    records : mapping of str to SolverRecord
        By the solvers' registered names, which begin the names of their arrays: ``sga_barycenter``,
        ``sga_potentials`` if there are any, ``sga_label``, ``sga_settings`` (JSON), and for each
        iterate ``sga_number``, ``sga_seconds``, ``sga_levels_left``, ``sga_dual``, ``sga_primal``
        and ``sga_estimate``, NaN where it was not computed; of discrete measures also
        ``…_support``, of what is learned from samples ``…_bw_uvp`` (percent) and what else its
        iterates tell.
    """
    shapes = {np.shape(marginal) for marginal in marginals}
    arrays: dict[str, ArrayLike] = {
        **(
            {"marginals": np.stack([np.asarray(marginal) for marginal in marginals])}
            if len(shapes) == 1
            else {f"marginal_{i}": marginal for i, marginal in enumerate(marginals)}
        ),
        "labels": np.array(labels, dtype=str),
        "weights": weights,
    }
    every = _points(records)
    for name, record in records.items():
        arrays |= {
            f"{name}_barycenter": record.barycenter,
            f"{name}_label": record.label,
            f"{name}_settings": json.dumps(record.settings),
        }
        if record.potentials is not None:
            arrays[f"{name}_potentials"] = record.potentials
        points = every[name]
        arrays |= {
            f"{name}_number": np.array([point.number for point in points], dtype=int),
            f"{name}_seconds": np.array([point.seconds for point in points], dtype=float),
            f"{name}_levels_left": np.array([point.levels_left for point in points], dtype=int),
        }
        for key in _keys(points):
            values = [point.objectives.get(key, np.nan) for point in points]
            arrays[f"{name}_{key}"] = np.array(values, dtype=float)
    return npz(**arrays)


def curves_csv(records: Mapping[str, SolverRecord]) -> str:
    """The objectives of all iterates: one row for each solver's iterate, empty where not computed.

    Numbers are written with all their digits.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    every = _points(records)
    keys = _keys([point for points in every.values() for point in points])
    writer.writerow(("solver", "number", "seconds", "levels_left", *keys))
    for name, points in every.items():
        for point in points:
            values = (point.objectives.get(key) for key in keys)
            writer.writerow((name, point.number, point.seconds, point.levels_left, *values))
    return text.getvalue()


def _keys(points: Sequence[Point]) -> tuple[str, ...]:
    """All objectives, and those figures that there are."""
    there = {key for point in points for key in point.objectives}
    return (*_OBJECTIVES, *(key for key in _FIGURES if key in there))


def _points(records: Mapping[str, SolverRecord]) -> dict[str, list[Point]]:
    """By solver, one point for each iterate, as the plot has them."""
    histories = {name: History() for name in records}
    for name, record in records.items():
        histories[name].extend(record.points)
    best = best_dual(histories.values())
    return {name: history.points(best) for name, history in histories.items()}
