"""What samples can be drawn from: the catalogues, digits, rows of the visitor's own."""

from __future__ import annotations

import subprocess
import sys
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import solvers
from explorer.inputs.sample_sources import (
    OWN_SAMPLES,
    SAMPLE_CATALOGUE,
    TWISTER_CATALOGUE,
    built_in_samples,
    handwritten_samples,
    samples_thumbnail,
    twister_samples,
    uploaded_samples,
)
from explorer.inputs.sources import DIGITS
from explorer.inputs.spelling import OWN, is_own, named, spelled
from explorer.subjects import SAMPLES, TWISTER
from solvers.sample_datasets import random_gaussians, twisted_gaussians, two_blocks

HOME = Path(solvers.__file__).parents[1]
CHOICES = [
    (make, kind, choice)
    for make, catalogue in (
        (built_in_samples, SAMPLE_CATALOGUE),
        (twister_samples, TWISTER_CATALOGUE),
    )
    for kind in catalogue
    for choice in catalogue[kind]
]
ROWS = np.random.default_rng(0).normal(size=(80, 5)).astype(np.float32)


def opacities(url):
    """Of a picture's pixels, (rows, columns)."""
    with Image.open(BytesIO(b64decode(url.removeprefix("data:image/png;base64,")))) as image:
        return np.asarray(image)[..., 3]


@pytest.mark.parametrize(("make", "kind", "choice"), CHOICES)
def test_every_choice_draws_samples_of_its_distribution(make, kind, choice):
    marginal = make(kind, choice)
    source = marginal.draw_plain
    rows = marginal.draw(4000)
    assert (marginal.label, marginal.kind, marginal.choice) == (choice, kind, choice)
    assert rows.shape == (4000, source.samples.dimension)
    assert rows.dtype == np.float64
    mean, covariance = source.samples.moments
    errors = (rows.mean(axis=0) - mean) / np.sqrt(np.diag(covariance) / 4000)
    assert np.abs(errors).max() < 5
    assert np.var(rows, axis=0).sum() == pytest.approx(np.trace(covariance), rel=0.1)
    assert np.array_equal(rows, marginal.draw(4000))  # the same ones again


@pytest.mark.parametrize(
    ("subject", "catalogue"), [(SAMPLES, SAMPLE_CATALOGUE), (TWISTER, TWISTER_CATALOGUE)]
)
def test_choices_can_be_told_apart_in_an_address(subject, catalogue):
    marginals = [subject.make(kind, choice) for kind in catalogue for choice in catalogue[kind]]
    names = [spelled(marginal) for marginal in marginals]
    assert len(set(names)) == len(names)
    assert not any(set(".~,&=") & set(name) for name in names)
    assert [named(name, subject) for name in names] == marginals
    assert len({hash(marginal) for marginal in marginals}) == len(names)


@pytest.mark.parametrize("dimension", [2, 16])
def test_gaussians_are_those_of_a_built_in_problem(dimension):
    given = random_gaussians(dimension).given
    for name, samples in zip("ABC", given, strict=True):
        marginal = built_in_samples("Random Gaussians", f"{name} in {dimension}D")
        np.testing.assert_array_equal(marginal.draw_plain.samples.moments[1], samples.moments[1])


def test_draws_of_different_gaussians_are_independent():
    """The same noise in all of them would be their errors in common."""
    first, second = (
        built_in_samples("Random Gaussians", f"{name} in 2D").draw(2000) for name in "AB"
    )
    assert np.abs(np.corrcoef(first.T, second.T)[:2, 2:]).max() < 0.1


def test_blocks_and_twisted_gaussians_can_be_recognised():
    """By their types, which tell of an exact answer."""
    slab = built_in_samples("In space", "slab").draw_plain.samples
    upper = twister_samples("Twisted Gaussians", "right twist").draw_plain.samples
    assert type(slab) is type(two_blocks().given[0])
    assert type(upper) is type(twisted_gaussians().given[0])


def test_figures_of_the_twister_page_are_in_its_units():
    plain, large = (
        make("In the plane", "ring").draw(500) for make in (built_in_samples, twister_samples)
    )
    np.testing.assert_allclose(large, 3 * plain)
    scaled = twister_samples("In the plane", "ring").draw_plain.samples.as_numpy(500, seed=0)
    np.testing.assert_allclose(scaled, large, rtol=1e-6)


def test_digits_are_pictures_as_densities():
    digit = handwritten_samples(3, 7)
    assert (digit.label, digit.kind, digit.source) == ("digit 3", DIGITS, (3, 7))
    assert spelled(digit) == "digit-3-7"
    assert named("digit-3-7", SAMPLES) == digit
    assert np.abs(digit.draw(300)).max() <= 1


def test_own_samples_are_kept_as_they_are():
    given = ROWS.copy()
    marginal = uploaded_samples(given, "mine")
    given[:] = 0  # what was given stays
    assert (marginal.label, marginal.kind) == ("mine", OWN_SAMPLES)
    assert np.array_equal(marginal.source, ROWS)
    assert np.array_equal(marginal.draw(50), ROWS[:50])
    assert np.array_equal(marginal.draw(2000), ROWS)  # there are no more
    assert np.array_equal(marginal.draw_plain.samples.rows, ROWS)
    assert is_own(marginal)
    assert spelled(marginal) == OWN


def test_samples_need_not_be_positive_anywhere():
    """Densities must be; the adjustment that every marginal has would refuse these."""
    rows = -1 - np.abs(ROWS)
    assert np.array_equal(uploaded_samples(rows).draw(80), rows)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (ROWS[:49], "there are 49 points, but at least 50 are needed"),
        (ROWS[:, :1], "the shape is (80, 1)"),
        (ROWS.astype(float), "there are 80 rows of float64"),
        (np.ones_like(ROWS), "column 0 is constant"),
        (np.full_like(ROWS, np.nan), "row 0 is not finite"),
    ],
)
def test_rows_that_are_no_samples_are_refused(rows, sentence):
    with pytest.raises(ValueError, match=r"^samples: .*\.$") as caught:
        uploaded_samples(rows)
    assert sentence in str(caught.value)


def test_a_thumbnail_fills_its_square_whatever_the_units():
    for rows in (ROWS[:, :2], ROWS[:, :3], ROWS, 1e6 + 1e4 * ROWS):
        ink = opacities(samples_thumbnail(uploaded_samples(rows.astype(np.float32)), "#123456"))
        rows_inked, columns_inked = np.nonzero(ink)
        assert max(np.ptp(rows_inked), np.ptp(columns_inked)) > 0.5 * len(ink)
        assert not ink.all()


def test_a_thumbnail_shows_the_two_leading_axes():
    """Two clumps far apart along an axis that is none of the first two."""
    rows = ROWS.copy()
    rows[:40, 4] += 100
    ink = opacities(samples_thumbnail(uploaded_samples(rows))).astype(float)
    middle = ink[:, len(ink) // 4 : -len(ink) // 4], ink[len(ink) // 4 : -len(ink) // 4]
    assert min(part.sum() for part in middle) < 0.05 * ink.sum()


def test_the_first_page_does_not_wait_for_torch():
    code = (
        "import sys\n"
        "from explorer.subjects import SAMPLES, TWISTER\n"
        "for subject in (SAMPLES, TWISTER):\n"
        "    for slot in range(subject.most):\n"
        "        subject.stand_in(slot)\n"
        "print('torch' in sys.modules)\n"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True, check=True
    ).stdout
    assert printed == "False\n"
