"""Any sane picture becomes a density, anything else gets one sentence; neither ever warns."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from solvers import GridProblem
from solvers.images import CROPS, INKS, MAX_BYTES, decode, resample, square

ROWS, COLUMNS = 40, 60
PAPER_LEVEL, INK_LEVEL = 255, 0


def disc():
    """An off-centre disc on a wide sheet, 1 inside."""
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    return ((rows - 15) ** 2 + (columns - 20) ** 2 < 100).astype(float)


def encoded(image, kind="PNG", **options):
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def grey(inside=INK_LEVEL, outside=PAPER_LEVEL):
    return Image.fromarray(np.where(disc() > 0, inside, outside).astype(np.uint8))


def logo(level, mode="RGBA", hidden=None):
    """A disc of one level on a transparent ground, whose hidden level is the same unless given."""
    levels = np.where(disc() > 0, level, level if hidden is None else hidden)
    channels = [levels] * 3 + [255 * disc()]
    return Image.fromarray(np.stack(channels, axis=-1).astype(np.uint8)).convert(mode)


def turned(orientation):
    exif = Image.Exif()
    exif[0x112] = orientation
    return encoded(grey().transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif, quality=95)


def frames(kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    return encoded(grey(), kind, save_all=True, append_images=[grey(99, 0)], **options)


def noisy_logo():
    """A logo under whose transparent ground lies rubbish."""
    return logo(0, hidden=np.random.default_rng(0).integers(0, 256, (ROWS, COLUMNS)))


SIXTEEN_BITS = Image.fromarray(np.asarray(grey()).astype(np.uint16) * 257)
PICTURES = {
    "grey PNG": encoded(grey()),
    "grey JPEG": encoded(grey(), "JPEG", quality=95),
    "WebP": encoded(grey(), "WEBP", lossless=True),
    "16 bits": encoded(SIXTEEN_BITS),
    "1 bit": encoded(grey().convert("1")),
    "RGB": encoded(grey().convert("RGB")),
    "CMYK JPEG": encoded(grey().convert("CMYK"), "JPEG", quality=95),
    "palette": encoded(grey().convert("P")),
    "palette with transparency": encoded(grey().convert("P"), transparency=PAPER_LEVEL),
    "grey with transparency": encoded(grey(), transparency=PAPER_LEVEL),
    "opaque RGBA": encoded(grey().convert("RGBA")),
    "light on dark": encoded(grey(255, 0)),
    "dark logo": encoded(logo(0)),
    "white logo": encoded(logo(255)),
    "dark logo, white hidden": encoded(logo(0, hidden=255)),
    "white logo, black hidden": encoded(logo(255, hidden=0)),
    "dark logo, rubbish hidden": encoded(noisy_logo()),
    "dark LA": encoded(logo(0, "LA")),
    "white LA": encoded(logo(255, "LA")),
    "turned by EXIF": turned(6),
    "damaged EXIF": encoded(grey(), "JPEG", quality=95, exif=b"Exif\0\0rubbish"),
    "animated WebP": frames("WEBP"),
    "animated PNG": frames("PNG"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_auto_finds_the_disc_in(name):
    density = decode(PICTURES[name])
    assert density.shape == (ROWS, COLUMNS)
    assert density.min() == 0
    assert density.max() <= 1
    assert np.abs(density - disc()).mean() < (0.02 if "JP" in name or "EXIF" in name else 1e-9)


@pytest.mark.parametrize("ink", ["dark", "light"])
def test_ink_chooses_which_brightness_is_mass(ink):
    expected = disc() if ink == "dark" else 1 - disc()
    np.testing.assert_allclose(decode(PICTURES["grey PNG"], ink), expected, atol=1e-12)


def test_sixteen_bits_are_not_cut_to_eight():
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    density = decode(encoded(Image.fromarray(ramp)), "light")
    assert len(np.unique(density)) == 65536
    np.testing.assert_allclose(density, ramp / 65535, atol=1e-6)


@pytest.mark.parametrize("size", [(3000, 1500), (1, 5000), (1500, 1600)], ids=str)
def test_large_pictures_are_reduced(size):
    half = np.zeros(size[::-1], dtype=np.uint8)
    half.ravel()[: half.size // 2] = 255
    density = decode(encoded(Image.fromarray(half)), "light")
    assert max(density.shape) == 1024
    assert density.mean() == pytest.approx(0.5, abs=0.01)


PLAIN = encoded(grey())
REFUSED = {
    "text": (b"To be, or not to be.", "not a PNG, JPEG or WebP"),
    "nothing": (b"", "empty"),
    "half a PNG": (PLAIN[:60], "damaged"),
    "most of a PNG": (PLAIN[:-60], "damaged"),
    "a flipped byte": (PLAIN[:50] + bytes([PLAIN[50] ^ 255]) + PLAIN[51:], "damaged"),
    "most of a JPEG": (PICTURES["grey JPEG"][:-100], "damaged"),
    "most of a WebP": (PICTURES["WebP"][:-30], "not a|damaged"),
    "GIF": (encoded(grey(), "GIF"), "not a PNG, JPEG or WebP"),
    "TIFF": (encoded(grey(), "TIFF"), "not a PNG, JPEG or WebP"),
    "50 megapixels": (encoded(Image.new("1", (7100, 7100))), "7100 × 7100 pixels.*40 million"),
    "200 megapixels": (encoded(Image.new("1", (14200, 14200))), "40 million pixels"),
    "over 20 MiB": (PLAIN + bytes(MAX_BYTES), "at most 20 MiB"),
    "white sheet": (encoded(Image.new("L", (30, 20), 255)), "blank.*dark"),
    "black sheet": (encoded(Image.new("L", (30, 20), 0)), "blank.*light"),
    "wholly transparent": (encoded(Image.new("RGBA", (30, 20))), "blank"),
    "one pixel": (encoded(Image.new("L", (1, 1), 0)), "blank"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_one_sentence_refuses(name):
    data, message = REFUSED[name]
    with pytest.raises(ValueError, match=message) as refusal:
        decode(data)
    sentence = str(refusal.value)
    assert sentence.startswith("image: ")
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_unknown_choices_are_refused():
    with pytest.raises(ValueError, match=rf"^ink: is “red”.*{', '.join(INKS)}"):
        decode(PLAIN, "red")
    with pytest.raises(ValueError, match=rf"^crop: is “none”.*{', '.join(CROPS)}"):
        square(disc(), "none")


@pytest.mark.parametrize("turn", [np.array, np.transpose], ids=["wide", "tall"])
def test_crops(turn):
    density = turn(disc())
    whole, centre, ink = (square(density, crop) for crop in ("whole", "centre", "ink"))
    assert whole.shape == (COLUMNS, COLUMNS)
    np.testing.assert_array_equal(turn(turn(whole)[10:50]), density)
    np.testing.assert_array_equal(turn(centre), disc()[:, 10:50])
    assert ink.shape == (23, 23)  # 19 cells of disc and a margin of 2
    assert whole.sum() == ink.sum() == density.sum()
    np.testing.assert_array_equal(ink, ink[::-1, ::-1])


def test_every_crop_of_a_thin_line_is_a_density():
    for crop in ("whole", "ink"):
        line = square(decode(encoded(Image.fromarray(np.eye(1, 30, dtype=np.uint8) * 255))), crop)
        GridProblem([resample(line, 16), resample(line, 16)])


@pytest.mark.parametrize("n", [8, 60, 61, 200])
def test_resampling_keeps_range_and_share_of_mass(n):
    density = resample(square(disc()), n)
    assert density.shape == (n, n)
    assert density.min() >= 0
    assert density.max() <= 1
    assert density.mean() == pytest.approx(square(disc()).mean(), rel=0.03)
