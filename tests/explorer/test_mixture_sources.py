"""Mixtures that can be picked: the catalogue, one's own, their spelling, thumbnails."""

import re
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from explorer.inputs.mixture_sources import (
    MIXTURE_CATALOGUE,
    MOST_SPELLED,
    OWN_MIXTURE,
    built_in_mixture,
    handwritten_mixture,
    mixture_thumbnail,
    own_mixture,
    read_rows,
    spelled_rows,
    typed_mixture,
)
from explorer.inputs.sources import DIGITS, LETTERS
from explorer.inputs.spelling import named, spelled
from explorer.subjects import MIXTURES
from solvers.mixtures import Mixture, ellipses, tilted

RIGHT_UP = np.array([[1, 0.75, 0.75, 0.004, 0, 0.004]])

components = st.tuples(
    st.floats(0.01, 1),
    st.floats(-0.5, 1.5),
    st.floats(-0.5, 1.5),
    st.floats(1e-3, 1),
    st.floats(1e-3, 1),
    st.floats(0, np.pi),
)


def mixture_of(numbers):
    """From weight, position, half-axes and angle of each."""
    values = np.array(numbers)
    return Mixture(values[:, 0], values[:, 1:3], tilted(values[:, 3:5], values[:, 5]))


def opened(url):
    """RGBA pixels of a data URL."""
    with Image.open(BytesIO(b64decode(url.removeprefix("data:image/png;base64,")))) as image:
        return np.asarray(image)


@pytest.mark.parametrize("choice", MIXTURE_CATALOGUE["Mixtures"])
def test_presets_ignore_how_many_components_are_asked_for(choice):
    marginal = built_in_mixture("Mixtures", choice)
    assert (marginal.kind, marginal.choice, marginal.label) == ("Mixtures", choice, choice)
    np.testing.assert_array_equal(marginal.draw(1), marginal.draw(7))
    assert Mixture.of_rows(marginal.draw(1)).weights.sum() == pytest.approx(1)


def test_silhouettes_get_as_many_components_as_are_asked_for():
    marginal = built_in_mixture("Fitted to a silhouette", "leaf-maple")
    assert marginal.label == "leaf maple"
    assert [len(marginal.draw(n)) for n in (1, 3)] == [1, 3]
    assert marginal.draw(3) is built_in_mixture(marginal.kind, marginal.choice).draw(3)


@pytest.mark.parametrize(
    ("make", "given", "kind", "label", "address"),
    [
        (typed_mixture, (" A ",), LETTERS, "“A”", "text-A"),
        (handwritten_mixture, (3, 7), DIGITS, "digit 3", "digit-3-7"),
    ],
)
def test_what_is_written_is_fitted_once(monkeypatch, make, given, kind, label, address):
    marginal = make(*given)
    assert (marginal.kind, marginal.choice, marginal.label) == (kind, "", label)
    rows = marginal.draw(3)
    assert rows.shape == (3, 6)
    assert len(marginal.draw(1)) == 1
    assert spelled(marginal) == address
    monkeypatch.setattr("explorer.inputs.mixture_sources.fitted_picture", pytest.fail)
    again = named(address, MIXTURES)
    assert again == marginal
    assert again.draw(3) is rows


def test_letters_are_fitted_where_they_are_drawn():
    """The bar of a T lies above its stem."""
    means = Mixture.of_rows(typed_mixture("T").draw(2)).means
    assert np.ptp(means[:, 1]) > 0.2 > np.ptp(means[:, 0])


def test_what_cannot_be_drawn_cannot_be_fitted():
    with pytest.raises(ValueError, match=r"^text: type 1 to 4 characters, not 5"):
        typed_mixture("ABCDE")


def test_names_of_the_catalogue_are_told_apart():
    names = [name for choices in MIXTURE_CATALOGUE.values() for name in choices]
    assert len({name.replace(" ", "-") for name in names}) == len(names)


def test_a_mixture_of_ones_own_keeps_its_rows():
    marginal = own_mixture(3 * RIGHT_UP, "dot")
    assert (marginal.kind, marginal.choice, marginal.label) == (OWN_MIXTURE, "", "dot")
    np.testing.assert_allclose(marginal.source, [[1, 2.25, 2.25, 0.012, 0, 0.012]])
    np.testing.assert_array_equal(marginal.draw(5), marginal.source)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (np.ones((2, 5)), r"^rows: each must have 6 numbers.*\(2, 5\)"),
        ([[1, 0.5, 0.5, 0.01, 0.02, 0.01]], "^covariances: component 0's has the eigenvalue -0.01"),
        ([[-1, 0.5, 0.5, 0.01, 0, 0.01]], "^weights: component 0's is -1"),
        ("ellipse", "^rows: must be real numbers"),
    ],
)
def test_what_is_no_mixture_is_refused(rows, message):
    for take in (own_mixture, spelled_rows, mixture_thumbnail):
        with pytest.raises(ValueError, match=message):
            take(rows)


@given(st.lists(components, min_size=1, max_size=MOST_SPELLED))
def test_what_is_spelled_can_be_read_again(numbers):
    mixture = mixture_of(numbers)
    text = spelled_rows(np.asarray(mixture, dtype=np.float64))
    assert re.fullmatch(r"[A-Za-z0-9_-]+", text)
    assert len(text) == 16 * len(mixture)
    again = Mixture.of_rows(read_rows(text))
    np.testing.assert_allclose(again.weights, mixture.weights, atol=3e-4)
    np.testing.assert_allclose(again.means, mixture.means, atol=2e-5)
    half_axes, _ = ellipses(mixture.covariances)
    np.testing.assert_allclose(ellipses(again.covariances)[0], half_axes, atol=2e-5)
    np.testing.assert_allclose(again.covariances, mixture.covariances, atol=8e-4)


@given(st.lists(components, min_size=1, max_size=MOST_SPELLED))
def test_spelling_again_moves_nothing(numbers):
    once = read_rows(spelled_rows(np.asarray(mixture_of(numbers))))
    twice = read_rows(spelled_rows(once))
    np.testing.assert_allclose(twice, once, atol=1e-9)


def test_presets_keep_three_digits_in_an_address():
    for choice in MIXTURE_CATALOGUE["Mixtures"]:
        rows = built_in_mixture("Mixtures", choice).draw(5)
        np.testing.assert_allclose(read_rows(spelled_rows(rows)), rows, atol=1e-4)


@pytest.mark.parametrize(
    "text",
    ["", "A", "A" * 15, "A" * 17, "A" * 16 * 9, "é" * 16, "A" * 15 + "\n", "../" * 16, "<b>" * 16],
)
def test_hostile_text_gets_a_sentence(text):
    with pytest.raises(ValueError, match=r"^mixture: must be spelled in .* 16 for each of 1 to 8"):
        read_rows(text)


def test_a_spelling_of_no_mixture_gets_a_sentence():
    with pytest.raises(ValueError, match=r"^weights: all are zero"):
        read_rows("A" * 16)
    with pytest.raises(ValueError, match=r"^covariances: component 0's has the eigenvalue 0, "):
        read_rows("__" + "A" * 14)


def outcome(text):
    """The rows of a text, or the field that the refusal names."""
    try:
        return read_rows(text)
    except ValueError as error:
        return str(error).partition(":")[0]


@given(st.text(alphabet="ABZaz09_-", min_size=16, max_size=16))
def test_any_other_text_is_a_mixture_or_refused(text):
    found = outcome(text)
    assert found in ("weights", "covariances") if isinstance(found, str) else found.shape == (1, 6)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (np.repeat(RIGHT_UP, 9, axis=0), "^mixture: it has 9 components, but an address holds 8"),
        (RIGHT_UP * [[1, 10, 1, 1, 1, 1]], "^mixture: .* the x 7.5, but an address holds -2 to 3"),
        (RIGHT_UP * [[1, 1, 1, 1e4, 1, 1e4]], "^mixture: .* the half-axis 6.32, .* 0 to 4"),
    ],
)
def test_what_does_not_fit_into_an_address_is_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        spelled_rows(rows)


def test_a_thumbnail_shows_the_ellipses_where_they_are():
    pixels = opened(mixture_thumbnail(RIGHT_UP, "#d1495b"))
    assert pixels.shape == (128, 128, 4)
    assert tuple(pixels[0, 0, :3]) == (0xD1, 0x49, 0x5B)
    alpha = pixels[..., 3].astype(int)
    rows, columns = np.nonzero(alpha)
    assert columns.mean() == pytest.approx(0.75 * 128, abs=1)
    assert rows.mean() == pytest.approx(0.25 * 128, abs=1)
    assert np.ptp(columns) == pytest.approx(4 * np.sqrt(0.004) * 128, abs=2)
    assert alpha[32, 96] == alpha.max() > alpha[32, 96 + 12] > 0


def test_a_thumbnail_tells_heavy_from_light():
    light = RIGHT_UP * [[0.1, 1 / 3, 1, 1, 1, 1]]
    alpha = opened(mixture_thumbnail(np.concatenate([RIGHT_UP, light])))[..., 3]
    assert alpha[32, 96] > alpha[32, 32] > 0


def test_a_thumbnail_shows_which_way_an_ellipse_is_turned():
    pixels = opened(mixture_thumbnail([[1, 0.5, 0.5, 0.02, 0.018, 0.02]]))
    alpha = pixels[..., 3].astype(int)
    up_right, up_left = alpha[32:64, 64:96].sum(), alpha[32:64, 32:64].sum()
    assert up_right > 4 * up_left
    assert alpha[64, 64] == round(255 * (1 - 0.45 * 0.65))  # one ring blended over the other


def test_a_thumbnail_of_what_is_far_too_large_is_full():
    pixels = opened(mixture_thumbnail(RIGHT_UP * [[1, 1, 1, 1e30, 1, 1e30]]))
    assert pixels[..., 3].min() == pixels[..., 3].max() > 0
