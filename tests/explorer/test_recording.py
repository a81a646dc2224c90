"""A run's recording: exact pictures, a budget that holds, frames spread over the whole run."""

from __future__ import annotations

from threading import Thread

import numpy as np
import pytest

from explorer.recording import Recording

WAIT = 60  # seconds before a test that waits in vain fails


def record(recording, numbers, rows=4, columns=6):
    """Frames whose every pixel tells their number."""
    for number in numbers:
        picture = np.full((rows, columns), number % 256, np.uint8)
        recording.add(number, number / 10, picture, {"dual": float(number)})


def gaps(recording):
    return np.diff(recording.numbers)


@pytest.mark.parametrize("shape", [(5, 7), (3, 4, 5)])
def test_a_frame_comes_back_as_it_was(shape):
    picture = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    objectives = {"dual": 0.25}
    recording = Recording()
    recording.add(3, 0.5, picture, objectives, levels_left=2)
    objectives["dual"] = 9.0
    frame = recording.at(3)
    assert (frame.number, frame.seconds, frame.shape) == (3, 0.5, shape)
    assert (frame.levels_left, frame.objectives) == (2, {"dual": 0.25})
    np.testing.assert_array_equal(frame.picture, picture)
    assert list(recording.frames()) == [recording.last] == [frame]


def test_the_frame_at_a_number_is_the_newest_that_is_not_later():
    recording = Recording()
    record(recording, [2, 5, 9])
    assert [recording.at(n).number for n in (0, 2, 4, 5, 8, 9, 100)] == [2, 2, 2, 5, 5, 9, 9]


def test_an_empty_recording_has_nothing():
    recording = Recording()
    assert (len(recording), recording.numbers, recording.nbytes) == (0, (), 0)
    assert recording.at(0) is recording.last is None
    assert list(recording.frames()) == []


def test_a_thousand_incompressible_frames_keep_to_the_budget():
    budget = 24 * 2**20
    recording = Recording(budget)
    noise = np.random.default_rng(0)
    kept = {}
    for number in range(1000):
        pixels = noise.bytes(256 * 256)
        recording.add(number, 0.0, np.frombuffer(pixels, np.uint8).reshape(256, 256), {})
        assert recording.nbytes <= budget
        if number in (0, 512, 999):
            kept[number] = pixels
    assert recording.nbytes > budget / 3
    assert (recording.numbers[0], recording.last.number) == (0, 999)
    assert {number: recording.at(number).picture.tobytes() for number in kept} == kept


@pytest.mark.parametrize("count", [50, 99, 100, 101, 1000, 1023])
def test_frames_are_spread_evenly(count):
    """As many iterates between any two frames, but fewer before the newest."""
    recording = Recording(40 * 1100)
    for number in range(count):
        record(recording, [number])
        assert recording.last.number == number
    *inner, last = gaps(recording)
    assert len(set(inner)) == 1
    assert 1 <= last <= inner[0]
    assert len(recording) > 40 / 3
    assert recording.numbers[0] == 0


def test_frames_are_spread_over_iterates_that_come_in_leaps():
    recording = Recording(40 * 1100)
    numbers = np.cumsum(np.random.default_rng(0).integers(1, 9, 500)).tolist()
    record(recording, numbers)
    *inner, _ = gaps(recording)
    assert max(inner) < 2 * min(inner)
    assert (recording.numbers[0], recording.last.number) == (numbers[0], numbers[-1])


def test_the_first_and_the_newest_stay_however_small_the_budget():
    recording = Recording(1)
    record(recording, range(20))
    assert recording.numbers == (0, 19)


def test_a_number_that_comes_again_replaces_its_frame():
    recording = Recording()
    record(recording, range(3))
    nbytes = recording.nbytes
    for number in (1, 2):
        recording.add(number, 1.0, np.frombuffer(b"abcd", np.uint8), {"primal": 1.0})
        assert recording.at(number).picture.tobytes() == b"abcd"
        assert recording.at(number).objectives == {"primal": 1.0}
    assert recording.numbers == (0, 1, 2)
    for number in range(3):
        record(recording, [number])
    assert recording.nbytes == nbytes


def test_a_new_run_begins_after_clearing():
    recording = Recording(40 * 1100)
    record(recording, range(300))
    recording.clear()
    assert (len(recording), recording.nbytes) == (0, 0)
    record(recording, range(10))
    assert recording.numbers == tuple(range(10))


def test_what_does_not_fit_is_refused():
    recording = Recording()
    record(recording, [0, 5])
    with pytest.raises(ValueError, match=r"number: is 3, but must .* after 5"):
        record(recording, [3])
    with pytest.raises(ValueError, match="budget: is 0"):
        Recording(0)
    assert recording.numbers == (0, 5)


def test_one_thread_adds_while_another_reads():
    recording = Recording(40 * 1100)
    record(recording, [0])
    worker = Thread(target=record, args=(recording, range(1, 3000)), daemon=True)
    worker.start()
    while worker.is_alive():
        numbers = [frame.number for frame in recording.frames()]
        assert numbers == sorted(set(numbers))
        assert numbers[0] == 0
        frame = recording.at(numbers[-1])
        assert frame.picture.tobytes() == bytes([frame.number % 256]) * 24
        assert recording.nbytes <= 40 * 1100
    worker.join(WAIT)
    assert recording.last.number == 2999
