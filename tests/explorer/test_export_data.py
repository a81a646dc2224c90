"""Arrays and curves as files."""

from __future__ import annotations

import csv
import json
from io import BytesIO

import numpy as np
import pytest

from explorer.exports import (
    SolverRecord,
    archive,
    curves_csv,
    npz,
)
from explorer.run import Point


@pytest.fixture
def records():
    """SGA with a primal that came late, WDHA with its estimate only."""
    sga = [Point(n, n / 3, {"dual": 0.1 * n}, levels_left=2 - n) for n in range(3)]
    late = Point(1, 99.0, {"primal": 1 / 3})
    wdha = [Point(n, n / 7, {"estimate": -0.1}) for n in range(2)]
    noise = np.random.default_rng(0)
    potentials = noise.random((2, 4, 5))
    return {
        "sga": SolverRecord(
            "SGA", {"step_size": 0.5, "seed": None}, potentials[0], potentials, [*sga, late]
        ),
        "wdha": SolverRecord("WDHA", {}, noise.random((4, 5)), None, wdha),
    }


def test_an_archive_holds_everything_without_pickles(records):
    marginals = np.random.default_rng(1).random((2, 4, 5))
    data = archive(marginals, ["duck", "héron"], [0.3, 0.7], records)
    with np.load(BytesIO(data), allow_pickle=False) as file:
        arrays = dict(file)
    assert np.array_equal(arrays["marginals"], marginals)
    assert arrays["labels"].tolist() == ["duck", "héron"]
    assert arrays["weights"].tolist() == [0.3, 0.7]
    assert np.array_equal(arrays["sga_barycenter"], records["sga"].barycenter)
    assert np.array_equal(arrays["sga_potentials"], records["sga"].potentials)
    assert "wdha_potentials" not in arrays
    assert str(arrays["sga_label"]) == "SGA"
    assert json.loads(str(arrays["sga_settings"])) == {"step_size": 0.5, "seed": None}
    assert arrays["sga_number"].tolist() == [0, 1, 2]
    assert arrays["sga_levels_left"].tolist() == [2, 1, 0]
    assert arrays["sga_seconds"].tolist() == [0, 1 / 3, 2 / 3]
    assert arrays["sga_dual"].tolist() == [0.0, 0.1, 0.2]
    np.testing.assert_array_equal(arrays["sga_primal"], [np.nan, 1 / 3, np.nan])
    assert arrays["wdha_estimate"].tolist() == [-0.1, -0.1]
    assert np.isnan(arrays["wdha_dual"]).all()


def test_an_archive_holds_volumes():
    volumes = np.random.default_rng(2).random((3, 4, 5, 6))
    record = SolverRecord("SGA", {}, volumes[0], volumes[1:], [Point(0, 0.0, {})])
    data = archive(volumes, ["ball", "cube", "torus"], [0.2, 0.3, 0.5], {"sga": record})
    with np.load(BytesIO(data), allow_pickle=False) as file:
        assert np.array_equal(file["marginals"], volumes)
        assert np.array_equal(file["sga_barycenter"], volumes[0])
        assert np.array_equal(file["sga_potentials"], volumes[1:])


def discrete_record(label, numbers, size):
    """V and the support of some iterates, and a barycenter of rows."""
    points = [Point(n, n / 2, {"primal": 1 / (1 + n), "support": size - n}) for n in numbers]
    return SolverRecord(label, {}, np.random.default_rng(3).random((size, 3)), None, points)


def test_an_archive_holds_measures_of_different_sizes():
    noise = np.random.default_rng(4)
    clouds = [noise.random((count, 3)) for count in (5, 7)]
    records = {"fixed_point": discrete_record("G", range(3), 9)}
    data = archive(clouds, ["duck", "heart"], [0.5, 0.5], records)
    with np.load(BytesIO(data), allow_pickle=False) as file:
        arrays = dict(file)
    assert "marginals" not in arrays
    for i, cloud in enumerate(clouds):
        assert np.array_equal(arrays[f"marginal_{i}"], cloud)
    assert np.array_equal(arrays["fixed_point_barycenter"], records["fixed_point"].barycenter)
    assert arrays["fixed_point_support"].tolist() == [9, 8, 7]
    assert arrays["fixed_point_primal"].tolist() == [1, 1 / 2, 1 / 3]
    assert "fixed_point_potentials" not in arrays


def test_measures_of_one_size_are_one_array():
    clouds = np.random.default_rng(5).random((2, 6, 3))
    data = archive(list(clouds), ["a", "b"], [0.5, 0.5], {})
    with np.load(BytesIO(data), allow_pickle=False) as file:
        assert np.array_equal(file["marginals"], clouds)
        assert "marginal_0" not in file


def test_curves_of_measures_have_a_column_for_the_support():
    records = {
        "fixed_point": discrete_record("G", range(2), 9),
        "entropic_fixed_point": SolverRecord(
            "Gε", {}, np.ones((3, 3)), None, [Point(0, 0.5, {"estimate": 2.0})]
        ),
    }
    lines = curves_csv(records).splitlines()
    assert lines[0] == "solver,number,seconds,levels_left,dual,primal,estimate,support"
    assert lines[1:] == [
        "fixed_point,0,0.0,0,,1.0,,9",
        "fixed_point,1,0.5,0,,0.5,,8",
        "entropic_fixed_point,0,0.5,0,,,2.0,",
    ]


def test_python_objects_are_refused():
    with pytest.raises(ValueError, match="things: holds Python objects"):
        npz(numbers=[1, 2], things=[{}, None])


def test_arrays_are_compressed():
    assert len(npz(empty=np.zeros((256, 256)))) < 256 * 256


def test_curves_have_one_row_for_each_iterate(records):
    text = curves_csv(records)
    assert text.splitlines()[0] == "solver,number,seconds,levels_left,dual,primal,estimate"
    rows = [tuple(row.values()) for row in csv.DictReader(text.splitlines())]
    assert rows == [
        ("sga", "0", "0.0", "2", "0.0", "", ""),
        ("sga", "1", str(1 / 3), "1", "0.1", str(1 / 3), ""),
        ("sga", "2", str(2 / 3), "0", "0.2", "", ""),
        ("wdha", "0", "0.0", "0", "", "", "-0.1"),
        ("wdha", "1", str(1 / 7), "0", "", "", "-0.1"),
    ]


def test_curves_lose_no_digit():
    value = 0.1 + 0.2
    points = [Point(0, value, {"dual": np.float64(value)})]
    record = SolverRecord("SGA", {}, np.ones((2, 2)), None, points)
    (row,) = csv.DictReader(curves_csv({"sga": record}).splitlines())
    assert float(row["seconds"]) == float(row["dual"]) == value


def test_points_come_in_order():
    points = [Point(n, 0.0, {"dual": float(n)}) for n in (2, 0, 1)]
    record = SolverRecord("SGA", {}, np.ones((2, 2)), None, points)
    rows = csv.DictReader(curves_csv({"sga": record}).splitlines())
    assert [row["number"] for row in rows] == ["0", "1", "2"]


def test_curves_of_samples_have_columns_for_their_errors():
    points = [Point(0, 0.5, {"estimate": 2.0, "bw_uvp": 0.25, "updates": 10.0})]
    records = {"nwb": SolverRecord("NWB", {}, np.ones((3, 3)), None, points)}
    assert curves_csv(records).splitlines() == [
        "solver,number,seconds,levels_left,dual,primal,estimate,bw_uvp",
        "nwb,0,0.5,0,,,2.0,0.25",
    ]
