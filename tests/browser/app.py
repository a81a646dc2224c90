"""What a visitor does and sees, by the accessible names of the design."""

from __future__ import annotations

import re
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

# Long enough for a slow machine: it is spent only where something is wrong.
_TIMEOUT = 60_000
expect.set_options(timeout=_TIMEOUT)

T = TypeVar("T")

_CURSOR = """() => {
  for (const model of Bokeh.documents[0]._all_models.values())
    if (model.type === "Span" && model.visible) return model.location
  return null
}"""

_CURVE = """key => {
  for (const model of Bokeh.documents[0]._all_models.values())
    if (model.type === "ColumnDataSource" && model.name === key)
      return Array.from(model.data.value)
}"""


class App:
    """The open app."""

    def __init__(self, page: Page, address: str, query: str = "") -> None:
        self.page = page
        self.problems: list[str] = []
        self._host = address.split("/")[2]
        page.set_default_timeout(_TIMEOUT)
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        page.on("requestfailed", self._note_failure)
        page.on("request", self._note_request)
        page.goto(address + query)
        self.wait_for_iteration(lambda number: number == 0)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text}")

    def _note_failure(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a page that is left gives up what is on its way
            self.problems.append(f"failed: {request.url}")

    def _note_request(self, request: Request) -> None:
        if re.match(r"(https?|wss?)://", request.url) and request.url.split("/")[2] != self._host:
            self.problems.append(f"request to another host: {request.url}")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def tile(self, solver: str) -> Locator:
        """The tile of a solver, by its short name."""
        return self.page.get_by_role("region", name=solver, exact=True)

    @property
    def picture(self) -> Locator:
        """The picture of the first solver."""
        return self.page.locator("section.tile canvas").first

    @property
    def pad(self) -> Locator:
        return self.page.get_by_role("slider", name="weights", exact=True)

    def weight(self, marginal: str) -> Locator:
        return self.page.get_by_role("slider", name=f"weight of {marginal}", exact=True)

    def weights(self) -> list[float]:
        """Percentages of all weight sliders, from top to bottom."""
        sliders = self.page.get_by_role("slider", name=re.compile("^weight of "))
        return [float(slider.input_value()) for slider in sliders.all()]

    def pixels(self, solver: str | None = None) -> str:
        """The picture of a solver, of the first one by default, as a data URL."""
        return self.image(self.canvas(solver))

    def size(self) -> tuple[int, int]:
        """Rows and columns of the picture."""
        height, width = self.picture.evaluate("canvas => [canvas.height, canvas.width]")
        return height, width

    def canvas(self, solver: str | None = None) -> Locator:
        """The picture of a solver, of the first one by default."""
        return self.tile(solver).locator("canvas").first if solver else self.picture

    def iteration(self, solver: str | None = None) -> int:
        return int(self.canvas(solver).get_attribute("data-iteration") or -1)

    def curve(self, key: str = "sga dual") -> list[float]:
        """The values of a solver's objective in the plot."""
        return list(self.page.evaluate(_CURVE, key))

    def cursor(self) -> float | None:
        """The iterate that is marked in the plot."""
        return self.page.evaluate(_CURSOR)

    def image(self, canvas: Locator) -> str:
        """Any canvas as a data URL."""
        return str(canvas.evaluate("canvas => canvas.toDataURL()"))

    def wait_for_curve(self, key: str, fits: Callable[[list[float]], bool]) -> list[float]:
        """Wait until a curve's values fit; the values."""
        return self._next_painted(lambda: self.curve(key), fits)

    def wait_for_weights(self, fit: Callable[[list[float]], bool]) -> list[float]:
        """Wait until the percentages of the weights fit."""
        return self._next_painted(self.weights, fit)

    def wait_for_text(self, place: Locator, fits: Callable[[str | None], bool]) -> str | None:
        """Wait until a place in the page reads as it should."""
        return self._next_painted(place.text_content, fits)

    def wait_until(self, true: Callable[[], bool]) -> None:
        """Wait until a condition holds."""
        self._next_painted(true, bool)

    def expect_address(self, part: str) -> None:
        """Wait until the address contains a text."""
        expect(self.page).to_have_url(re.compile(re.escape(part)))

    def wait_for(self, script: str) -> None:
        """Wait until a function in the page returns something true."""
        self.page.wait_for_function(script, timeout=_TIMEOUT)

    def wait_for_iteration(self, reached: Callable[[int], bool], solver: str | None = None) -> int:
        """Wait until the picture on the screen has an iterate's number that fits."""
        self.canvas(solver).wait_for()
        return self._next_painted(lambda: self.iteration(solver), reached)

    def wait_for_new_picture(self, old: str, solver: str | None = None) -> str:
        """Wait until the picture differs from an old one; the new one."""
        return self._next_painted(lambda: self.pixels(solver), lambda now: now != old)

    def _next_painted(self, read: Callable[[], T], fits: Callable[[T], bool]) -> T:
        """Read something from the page after each time it paints, until it fits."""
        deadline = monotonic() + _TIMEOUT / 1000
        while not fits(value := read()):
            assert monotonic() < deadline, f"still {str(value)[:80]}"
            self.page.evaluate("() => new Promise(requestAnimationFrame)")
        return value

    def wait_for_size(self, rows: int, columns: int) -> None:
        """Wait until the picture has so many cells."""
        self._next_painted(self.size, lambda size: size == (rows, columns))

    def wait_for_text_alternative(self, text: str) -> None:
        """Wait until the picture says of itself that it shows this."""
        expect(self.picture).to_have_attribute("aria-label", text, timeout=_TIMEOUT)

    def recipe(self) -> str:
        """The weights on the sliders as the text alternative puts them."""
        sliders = self.page.get_by_role("slider", name=re.compile("^weight of ")).all()
        shares = [
            f"{float(slider.input_value()):.0f} % "
            f"{(slider.get_attribute('aria-label') or '').removeprefix('weight of ')}"
            for slider in sliders
        ]
        return ", ".join(shares)

    def choose(self, select: str, option: str) -> None:
        """Choose an option of a drop-down list."""
        self.page.get_by_role("combobox", name=select).click()
        self.page.get_by_role("menuitem", name=option, exact=True).click()

    def expect_choice(self, select: str, option: str) -> None:
        """Wait until a drop-down list shows this choice."""
        expect(self.page.get_by_role("combobox", name=select)).to_have_text(option)

    def upload(self, name: str, data: bytes, mime: str = "image/png") -> None:
        """Open the upload editor for the chosen marginal and give it a file."""
        self._give("input[type=file]:not([accept='.pt'])", name, data, mime)

    def load_model(self, name: str, data: bytes) -> None:
        """Give a file to the control that takes models."""
        self._give("input[type=file][accept='.pt']", name, data, "application/octet-stream")

    def _give(self, place: str, name: str, data: bytes, mime: str) -> None:
        self.page.locator(place).set_input_files({"name": name, "mimeType": mime, "buffer": data})

    def expect_text(self, pattern: str) -> None:
        expect(self.page.get_by_text(re.compile(pattern)).first).to_be_visible(timeout=_TIMEOUT)
