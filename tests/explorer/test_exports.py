"""Exported pictures and films, opened again: sizes, colours, frames, times."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO

import av
import numpy as np
import pytest
from PIL import Image

from explorer.exports import (
    gif,
    mp4,
    on_paper,
    png,
    steps_of,
    turntable,
)
from explorer.look import Camera, Look
from explorer.offscreen import picture
from explorer.recording import Recording
from explorer.views.shades import ramp

LEVELS = np.arange(256, dtype=np.uint8).reshape(16, 16)


def opened(data):
    return Image.open(BytesIO(data))


def frames_of_mp4(data):
    """RGB frames (count, rows, columns, 3)."""
    with av.open(BytesIO(data)) as movie:
        return np.array([frame.to_ndarray(format="rgb24") for frame in movie.decode(video=0)])


def frames_of_gif(data):
    """RGB frames (count, rows, columns, 3) and their milliseconds."""
    movie = opened(data)
    frames, times = [], []
    for index in range(movie.n_frames):
        movie.seek(index)
        frames.append(np.asarray(movie.convert("RGB")))
        times.append(movie.info["duration"])
    return np.array(frames), times


def shaded(size, color, at):
    """RGB on white: a disc in one hue that moves with `at` in [0, 1], dark towards its rim."""
    y, x = np.mgrid[: size[1], : size[0]] / max(size)
    light = np.clip(1 - ((y - 0.3) ** 2 + (x - at) ** 2) / 0.05, 0, 1)[..., None]
    return np.where(light > 0, (0.3 + 0.7 * light) * color, 255.0).astype(np.uint8)


def blob(side, at):
    """A round blob that moves with `at` in [0, 1]."""
    y, x = np.mgrid[:side, :side] / side
    return (255 * np.exp(-((y - 0.5) ** 2 + (x - at) ** 2) / 0.02)).astype(np.uint8)


# Pictures


@pytest.mark.parametrize("dark", [False, True])
def test_png_has_the_colours_of_the_page_and_crisp_cells(dark):
    picture = opened(png(LEVELS, dark))
    assert (picture.format, picture.size) == ("PNG", (512, 512))
    expected = ramp(dark)[LEVELS].repeat(32, axis=0).repeat(32, axis=1)
    assert np.array_equal(np.asarray(picture.convert("RGB")), expected)


@pytest.mark.parametrize(
    ("shape", "scale_up", "size"),
    [
        ((300, 300), None, (600, 600)),
        ((512, 512), None, (512, 512)),
        ((20, 600), None, (600, 20)),
        ((10, 20), 3, (60, 30)),
    ],
)
def test_png_is_enlarged_by_whole_cells(shape, scale_up, size):
    assert opened(png(np.zeros(shape, np.uint8), False, scale_up)).size == size


def test_png_of_rgb_keeps_its_colours():
    colours = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    picture = np.asarray(opened(png(colours, True, 2)).convert("RGB"))
    assert np.array_equal(picture[::2, ::2], colours)


def test_png_cannot_be_scaled_to_nothing():
    with pytest.raises(ValueError, match="scale_up: is 0, but must be ≥ 1"):
        png(LEVELS, False, 0)


# Movies


@pytest.mark.parametrize("dark", [False, True])
def test_gif_has_exactly_the_colours_of_the_page(dark):
    steps = [[LEVELS, LEVELS.T], [255 - LEVELS, LEVELS], [LEVELS, LEVELS]]
    data = gif(steps, dark, 10)
    frames, times = frames_of_gif(data)
    assert (frames.shape, times) == ((3, 256, 520, 3), [100] * 3)
    assert opened(data).info["loop"] == 0
    for frame, (left, right) in zip(frames, steps, strict=True):
        assert np.array_equal(frame[::16, :256:16], ramp(dark)[left])
        assert np.array_equal(frame[::16, 264::16], ramp(dark)[right])
        assert (frame[:, 256:264] == ramp(dark)[0]).all()


@pytest.mark.parametrize("fps", [1, 7, 12, 30, 50])
def test_gif_takes_as_long_as_it_should(fps):
    """Though a GIF counts in hundredths of a second, and equal frames become one."""
    steps = [[blob(16, at)] for at in np.linspace(0.2, 0.8, 20)] + [[blob(16, 0.8)]] * 10
    frames, times = frames_of_gif(gif(steps, False, fps))
    assert len(frames) == 20
    assert sum(times) == pytest.approx(1000 * 30 / fps, abs=5)
    assert min(times) >= 20


def test_coarse_tiles_are_enlarged_to_the_finest():
    coarse, fine = blob(128, 0.5), blob(512, 0.5)
    frames, _ = frames_of_gif(gif([[coarse, coarse], [fine, coarse], [fine, fine]], False, 5))
    expected = ramp(False)[coarse].repeat(4, axis=0).repeat(4, axis=1)
    assert np.array_equal(frames[0][:, :512], expected)
    assert np.array_equal(frames[1][:, :512], ramp(False)[fine])


def test_tiles_that_do_not_divide_the_finest_are_smooth():
    frames, _ = frames_of_gif(gif([[blob(100, 0.5)], [blob(256, 0.5)]], False, 5))
    difference = frames[0].astype(int) - ramp(False)[blob(256, 0.5)]
    assert np.abs(difference).max() < 30


def test_mp4_plays_with_the_right_colours_size_and_time():
    steps = [[blob(256, at), blob(256, 1 - at)] for at in np.linspace(0.2, 0.8, 60)]
    data = mp4(steps, False, 12.5)
    with av.open(BytesIO(data)) as movie:
        stream = movie.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.average_rate, stream.duration * stream.time_base) == (12.5, Fraction("4.8"))
        frames = [frame.to_ndarray(format="rgb24") for frame in movie.decode(video=0)]
    assert len(frames) == 60
    for index in (0, 30, 59):
        left, right = (ramp(False)[tile].astype(int) for tile in steps[index])
        assert np.abs(frames[index][:, :256] - left).max() < 20
        assert np.abs(frames[index][:, 264:] - right).max() < 20
    assert len(data) < 100_000


def test_mp4_can_play_while_it_loads():
    data = mp4([[blob(32, 0.4)], [blob(32, 0.6)]], True, 10)
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_mp4_has_even_sides():
    picture = np.zeros((257, 301), np.uint8)
    (frame,) = frames_of_mp4(mp4([[picture]], True, 10))
    assert frame.shape == (258, 302, 3)
    assert np.abs(frame.astype(int) - ramp(True)[0]).max() <= 3


@pytest.mark.parametrize("encode", [gif, mp4])
def test_movies_refuse_what_they_cannot_show(encode):
    for fps in (0, 51, np.nan):
        with pytest.raises(ValueError, match=r"fps: is .*, but must be 1 to 50"):
            encode([[LEVELS]], False, fps)
    for steps in ([], [[]], [[LEVELS], [LEVELS, LEVELS]]):
        with pytest.raises(ValueError, match="steps: at least one is needed"):
            encode(steps, False, 10)
    with pytest.raises(ValueError, match="steps: hold levels and RGB, but all tiles must be of"):
        encode([[LEVELS, ramp(False)[LEVELS]]], False, 10)


# Movies of RGB

RED, BLUE = np.array([224, 73, 91]), np.array([91, 114, 240])


def seen_together(at):
    return [shaded((300, 280), RED, at), shaded((300, 280), BLUE, 1 - at)]


def test_gif_of_rgb_keeps_its_colours_nearly_and_its_paper_exactly():
    steps = [seen_together(at) for at in np.linspace(0.2, 0.8, 7)]
    frames, times = frames_of_gif(gif(steps, False, 10))
    assert (frames.shape, times) == ((7, 280, 609, 3), [100] * 7)
    for frame, (left, right) in zip(frames, steps, strict=True):
        joined = np.hstack([left, np.full((280, 9, 3), 255, np.uint8), right])
        assert np.abs(frame.astype(int) - joined).max() <= 8
        assert (frame[(joined == 255).all(axis=2)] == 255).all()


def test_gif_of_rgb_has_one_palette_for_all_frames():
    """A colour is the same in every frame, though the second alone would have room for it."""
    busy = np.random.default_rng(0).integers(0, 256, (256, 256, 3), np.uint8)
    calm = np.full_like(busy, 90)
    busy[:64] = 90
    frames, _ = frames_of_gif(gif([[busy], [calm]], True, 10))
    assert np.array_equal(frames[0][:64], frames[1][:64])


def test_mp4_of_rgb_has_the_right_size_and_colours():
    steps = [seen_together(at) for at in np.linspace(0.2, 0.8, 7)]
    frames = frames_of_mp4(mp4(steps, True, 10))
    assert frames.shape == (7, 280, 610, 3)
    for frame, (left, right) in zip(frames, steps, strict=True):
        assert np.abs(frame[:, :300].astype(int) - left).mean() < 3
        assert np.abs(frame[:, 309:609].astype(int) - right).mean() < 3
        assert np.abs(frame[:, 302:307].astype(int) - ramp(True)[0]).max() < 20


# Turntables

BALL_ASIDE = (255 * (np.linalg.norm(np.mgrid[:12, :12, :12].T - [8, 5, 3], axis=3) < 3)).astype(
    np.uint8
)


def test_transparent_pictures_are_laid_on_the_paper():
    pixels = np.array([[[10, 20, 30, 0], [10, 20, 30, 255], [255, 0, 100, 51]]], np.uint8)
    assert on_paper(pixels, False).tolist() == [[[255] * 3, [10, 20, 30], [255, 204, 224]]]
    assert on_paper(pixels, True)[0, 0].tolist() == ramp(True)[0].tolist()


@pytest.mark.parametrize("dark", [False, True])
def test_a_turntable_begins_with_the_look_and_turns_once_around(dark):
    look = Look(camera=Camera(azimuth=130, elevation=10))
    size, color = (60, 40), "#d1495b"
    films = list(turntable(BALL_ASIDE, look, size, color, dark, 4))
    assert [film.shape for film in films] == [(40, 60, 3)] * 4
    for film, azimuth in zip(films, (130, -140, -50, 40), strict=True):
        there = Look(camera=Camera(azimuth, 10))
        alone = on_paper(picture(BALL_ASIDE, there, size, color, dark), dark)
        assert np.array_equal(film, alone)
    assert not np.array_equal(films[0], films[2])


def test_a_turntable_has_a_picture():
    with pytest.raises(ValueError, match="count: is 0, but must be ≥ 1"):
        next(turntable(BALL_ASIDE, Look(), (60, 40), "#d1495b", False, 0))


# Recordings


def recorded(numbers, shape=(2, 3)):
    recording = Recording()
    for number in numbers:
        recording.add(number, 0.0, np.full(shape, number, np.uint8), {})
    return recording


def first_pixels(steps):
    return [tuple(int(frame.picture[0, 0]) for frame in frames) for frames in steps]


def test_steps_are_even_and_a_solver_that_has_ended_stays():
    steps = steps_of([recorded(range(101)), recorded([0, 30, 60])], 5)
    assert first_pixels(steps) == [(0, 0), (25, 0), (50, 30), (75, 60), (100, 60)]
    assert steps[0][0].picture.shape == (2, 3)


def test_steps_of_volumes_hold_volumes():
    steps = steps_of([recorded([0, 4], (2, 3, 4))], 2)
    assert [frame.picture.shape for frames in steps for frame in frames] == [(2, 3, 4)] * 2


def test_there_are_no_more_steps_than_iterates():
    assert first_pixels(steps_of([recorded([0, 1, 2])], 60)) == [(0,), (1,), (2,)]


def test_steps_need_frames():
    for recordings in ([], [recorded([0]), Recording()]):
        with pytest.raises(ValueError, match="recordings: at least one is needed"):
            steps_of(recordings, 10)
    with pytest.raises(ValueError, match="count: is 0, but must be ≥ 1"):
        steps_of([recorded([0])], 0)


def test_a_recording_becomes_a_movie():
    steps = steps_of([recorded(range(0, 250, 5))], 10)
    pictures = [[frame.picture for frame in frames] for frames in steps]
    frames, _ = frames_of_gif(gif(pictures, False, 10))
    assert frames.shape == (10, 258 * 2 // 3, 258, 3)
