"""Turning what is in space, and looking at it."""

from __future__ import annotations

import re

from tests.browser.app import App

# The camera that a drag by 120 and 30 pixels, 0.45 degrees each, leads to from -52 and 24 degrees.
TURNED = "-106.38.150"


def seen(app: App, solver: str | None = None) -> bytes:
    """What a volume's picture looks like on the screen."""
    return app.canvas(solver).screenshot()


def wait_for_another(app: App, old: bytes) -> bytes:
    app.wait_until(lambda: seen(app) != old)
    return seen(app)


def at_rest(app: App) -> bytes:
    """The picture once two looks at it are alike: after a turn it is drawn finer."""
    looks = [b""]

    def alike() -> bool:
        looks.append(seen(app))
        return looks[-1] == looks[-2]

    app.wait_until(alike)
    return looks[-1]


def orbit(app: App, right: float, down: float = 0.0) -> None:
    """Drag the volume by so many pixels."""
    box = app.picture.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    app.page.mouse.move(x, y)
    app.page.mouse.down()
    app.page.mouse.move(x + right, y + down, steps=6)
    app.page.mouse.up()


def camera(app: App) -> str:
    """The camera in the address."""
    found = re.search(r"[?&]c=([^&]*)", app.page.url)
    return found[1] if found else ""
