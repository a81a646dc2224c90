"""Every built-in density can be had at any size, and a wrong request is told what there is."""

import numpy as np
import pytest

from solvers import datasets

SOURCES = {
    **{f"shape {name}": (datasets.shape, name) for name in datasets.SHAPES},
    **{f"silhouette {name}": (datasets.silhouette, name) for name in datasets.silhouette_names()},
    **{f"text {text}": (datasets.text, text) for text in ("A", "g", "Ж", "7", "WiW", " ab ", "…")},
    **{f"digit {d}": (datasets.mnist_digit, d, 0) for d in datasets.MNIST_DIGITS},
    "last specimen": (datasets.mnist_digit, 3, datasets.mnist_count(3) - 1),
    **{f"frame {i}": (datasets.street_frame, i) for i in (0, datasets.STREET_FRAMES - 1)},
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("n", [64, 101])
def test_densities(source, n):
    get, *arguments = SOURCES[source]
    density = get(*arguments, n)
    assert density.shape == (n, n)
    assert density.dtype == np.float64
    assert np.isfinite(density).all()
    assert density.min() >= 0
    assert density.max() > 0


@pytest.mark.parametrize("source", ["shape drop", "silhouette cat", "text A", "digit 1"])
def test_sizes_show_the_same_picture(source):
    get, *arguments = SOURCES[source]
    fine, coarse = get(*arguments, 128), get(*arguments, 64)
    pooled = fine.reshape(64, 2, 64, 2).mean(axis=(1, 3))
    difference = np.abs(coarse / coarse.mean() - pooled / pooled.mean()).mean()
    assert difference < 0.1


def test_row_zero_is_the_top():
    drop = datasets.shape("drop", 64)  # its point is at the top, the body below
    assert drop[:32].sum() < 0.3 * drop.sum()
    letter = datasets.text("T", 64)  # its bar is at the top
    assert letter[:32].sum() > 0.55 * letter.sum()


@pytest.mark.parametrize("text", ["A", "gjp", "i", "HI"])
def test_text_is_centred_and_inside(text):
    ink = datasets.text(text, 100) > 1
    for lines in (ink.any(axis=0), ink.any(axis=1)):
        first, last = np.flatnonzero(lines)[[0, -1]]
        assert first > 5
        assert abs(first + last - 99) <= 2


@pytest.mark.parametrize(
    ("get", "arguments", "message"),
    [
        (datasets.shape, ("square",), r"^shape: “square”.*two discs, drop"),
        (datasets.silhouette, ("../cat",), r"^silhouette: “../cat”.*butterfly"),
        (datasets.text, ("",), r"^text:.*1 to 4 characters, not 0"),
        (datasets.text, ("  ",), r"^text:.*not 0"),
        (datasets.text, ("abcde",), r"^text:.*not 5"),
        (datasets.text, ("漢",), r"^text: the font has no “漢”"),
        (datasets.text, ("\x07",), r"^text:"),
        (datasets.mnist_digit, (2, 0), r"^digit: “2”.*0, 1, 3"),
        (datasets.mnist_digit, (3, -1), r"^index: digit 3.*not -1"),
        (datasets.mnist_digit, (3, 10**6), r"^index: digit 3.*not 1000000"),
        (datasets.street_frame, (16,), r"^index:.*0 to 15, not 16"),
        (datasets.street_frame, (-1,), r"^index:.*not -1"),
    ],
)
def test_wrong_requests(get, arguments, message):
    with pytest.raises(ValueError, match=message):
        get(*arguments, 64)
