"""Uploads: a real photograph, and files that are none."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect

from tests.browser.app import App

PHOTO = Path(__file__).parents[2] / "assets" / "photos" / "meadow.jpg"


def png(mode: str, size: tuple[int, int], color: object) -> bytes:
    buffer = BytesIO()
    Image.new(mode, size, color).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_photograph(app: App) -> None:
    """It gets a preview, its crop can be changed, and it takes part in the barycenter."""
    mixture = app.pixels()
    app.choose("Replace it by", "Your picture")
    app.upload("meadow.jpg", PHOTO.read_bytes(), "image/jpeg")
    expect(app.page.get_by_role("img", name="preview of meadow.jpg")).to_be_visible()
    expect(app.button("marginal 1: meadow")).to_be_visible()
    whole = app.wait_for_new_picture(mixture)
    app.choose("Crop", "square in the middle")
    app.wait_for_new_picture(whole)
    by_guess = app.pixels()
    for mass in ("bright is mass", "dark is mass"):  # one of them is the automatic choice
        app.choose("Mass", mass)
    inverted = app.wait_for_new_picture(by_guess)
    app.button("Run").click()
    app.wait_for_iteration(lambda number: number >= 3)
    assert app.pixels() != inverted
    app.wait_for_curve("sga dual", lambda values: max(values) > 0)


def test_each_slot_keeps_its_own_picture(app: App) -> None:
    """A crop changed in one slot is applied to that slot's picture, not to the last upload."""
    for slot, name in ((1, "first"), (2, "second")):
        app.page.get_by_role("button", name=re.compile(f"^marginal {slot}")).click()
        app.expect_choice("Replace it by", "Silhouettes")
        app.choose("Replace it by", "Your picture")
        app.upload(f"{name}.png", drawn("L", 0, 255))
        expect(app.button(f"marginal {slot}: {name}")).to_be_visible()
    app.button("marginal 1: first").click()
    expect(app.page.get_by_role("img", name="preview of first.png")).to_be_visible()
    before = app.pixels()
    app.choose("Crop", "around the ink")
    app.wait_for_new_picture(before)
    expect(app.button("marginal 1: first")).to_be_visible()
    expect(app.button("marginal 2: second")).to_be_visible()


def drawn(mode: str, ink: object, paper: object, form: str = "PNG") -> bytes:
    """A bar of ink on paper."""
    picture = Image.new(mode, (60, 40), paper)
    if mode == "P":
        picture.putpalette([255, 255, 240, 20, 40, 160])
    picture.paste(ink, (10, 15, 50, 25))
    buffer = BytesIO()
    picture.save(buffer, form)
    return buffer.getvalue()


def test_unusual_but_good_pictures(app: App) -> None:
    """16-bit, palette, CMYK and transparent pictures all become a marginal."""
    pictures = {
        "deep.png": drawn("I;16", 65000, 0),
        "palette.png": drawn("P", 1, 0),
        "print.jpg": drawn("CMYK", (0, 0, 0, 255), (0, 0, 0, 0), "JPEG"),
        "logo.webp": drawn("RGBA", (255, 255, 255, 255), (0, 0, 0, 0), "WEBP"),
    }
    app.choose("Replace it by", "Your picture")
    for name, data in pictures.items():
        app.upload(name, data)
        expect(app.page.get_by_role("img", name=f"preview of {name}")).to_be_visible()
        expect(app.button(f"marginal 1: {name.split('.')[0]}")).to_be_visible()


BAD_FILES = [
    ("words.png", b"these are words, not a picture\n" * 20, "not a PNG, JPEG or WebP picture"),
    ("empty.png", b"", "the file is empty"),
    ("bomb.png", png("1", (7200, 7000), 1), "7200 × 7000 pixels"),
    ("blank.png", png("L", (40, 30), 255), "blank"),
    ("cut.png", png("L", (64, 64), 0)[:60], "damaged|not a PNG"),
]


def test_bad_files(app: App) -> None:
    """Each gets one sentence beside the control, and the page goes on with what it had."""
    mixture = app.pixels()
    app.choose("Replace it by", "Your picture")
    alert = app.page.get_by_role("alert")
    for name, data, sentence in BAD_FILES:
        app.upload(name, data)
        expect(alert).to_have_text(re.compile(sentence))
        expect(alert).to_have_count(1)
    assert app.pixels() == mixture
    expect(app.button("marginal 1: duck")).to_be_visible()
    app.button("Run").click()
    app.wait_for_iteration(lambda number: number >= 2)
