"""Where samples of any dimension stand in the window."""

import numpy as np
import pytest

from explorer.frames import Frame

rng = np.random.default_rng(0)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_low_dimensions_are_seen_whole(dimension):
    points = 3 + 2 * rng.normal(size=(400, dimension))
    frame = Frame.around([points])
    assert frame.whole
    assert frame.axes.tolist() == np.eye(dimension).tolist()
    assert frame.lift(frame.place(points)) == pytest.approx(points)
    assert frame.place(frame.corner[None]) == pytest.approx(np.zeros((1, dimension)))


def test_nearly_all_is_in_the_window_and_fills_it():
    clouds = [rng.normal(size=(500, 2)) * (4, 1), 10 + rng.normal(size=(500, 2))]
    frame = Frame.around(clouds)
    places = np.vstack([frame.place(cloud) for cloud in clouds])
    assert np.mean((places > 0) & (places < 1)) > 0.99
    assert np.ptp(places, axis=0).max() > 0.85


def test_the_leading_plane_of_many_dimensions():
    deviations = np.array([0.1, 3.0, 0.2, 0.1, 2.0, 0.1])
    points = rng.normal(size=(5000, 6)) * deviations
    frame = Frame.around([points])
    assert not frame.whole
    assert frame.axes.T @ frame.axes == pytest.approx(np.eye(2))
    assert np.abs(frame.axes[[1, 4], [0, 1]]) == pytest.approx(1, abs=1e-2)
    assert frame.place(frame.lift([[0.2, 0.7]])) == pytest.approx(np.array([[0.2, 0.7]]))
    mirrored = Frame.around([points[::-1]])
    assert mirrored.axes == pytest.approx(frame.axes)  # no sign depends on the order


def test_rows_are_equally_heavy_and_float32():
    points = rng.normal(size=(50, 2))
    rows = Frame.around([points]).rows(points)
    assert rows.dtype == np.float32
    assert rows.shape == (50, 3)
    assert rows[:, 0] == pytest.approx(1 / 50)
