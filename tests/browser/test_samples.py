"""The samples page: training live, maps, the exact answer, models to keep, samples of one's own."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from playwright.sync_api import expect

from tests.browser.app import App
from tests.browser.downloads import downloaded

OpenApp = Callable[..., App]

GAUSSIANS = ".".join(f"{letter}-in-2D" for letter in "ABC")
# A tenth of the usual work, so that all is quick.
NWB = "nwb~updates-2~batch-32~shown-100"
_LINES = """() => [...Bokeh.documents[0]._all_models.values()]
  .some((model) => model.data?.links?.starts && model.data.label === "NWB")"""


def errors(app: App) -> list[float]:
    return app.curve("nwb bw_uvp")


def test_networks_learn_what_is_known_exactly(open_app: OpenApp) -> None:
    """Clouds, objective and error change while they train; the model can be kept and goes on."""
    app = open_app(f"?p=samples&n=2000&m={GAUSSIANS}&s={NWB}&v=error")
    exact = app.page.get_by_role("img", name=re.compile("^Exact barycenter of 33 % A in"))
    expect(exact).to_be_visible()
    expect(app.tile("Exact").get_by_role("button")).to_have_count(0)
    expect(app.tile("NWB").get_by_text("seed 0")).to_be_visible()
    start = app.pixels()
    app.button("Run").click()
    app.wait_for_iteration(lambda number: number >= 5)
    assert app.pixels() != start
    app.button("Pause").click()
    expect(app.button("Run")).to_be_visible()
    app.wait_for_curve("nwb bw_uvp", lambda values: len(values) >= 6 and values[-1] < values[0])

    app.button("Maps").click()
    app.wait_for(_LINES)

    app.button("Export").click()
    item = app.page.get_by_role("menuitem", name="Model of NWB (PT)", exact=True)
    name, model = downloaded(item)
    assert name == "nwb.pt"
    trained = app.pixels()
    app.button("Reset").click()
    app.wait_for_iteration(lambda number: number == 0)
    app.wait_until(lambda: app.pixels() != trained)
    app.load_model(name, model)
    app.expect_text("NWB goes on from here.")
    app.wait_until(lambda: app.pixels() == trained)
    app.load_model("other.pt", model[:-100])
    app.expect_text("All stays as it was.")
    app.button("Run").click()
    app.wait_for_iteration(lambda number: number >= 2)
    app.weight("A in 2D").fill("60")
    exact = app.page.get_by_role("img", name=re.compile("^Exact barycenter of 60 % A in"))
    expect(exact).to_be_visible()
    app.wait_for_iteration(lambda number: number >= 1)


def test_samples_of_ones_own_beside_the_discrete_barycenter(open_app: OpenApp) -> None:
    """A table takes part at once; what cannot be used is told in a sentence."""
    app = open_app(f"?p=samples&n=500&s={NWB}.cdwb~samples-100~points-80")
    start = app.pixels("CDWB")
    app.choose("Replace it by", "Your samples")
    rows = np.random.default_rng(0).normal(size=(200, 2)) * (0.1, 1)
    app.upload("tall.csv", "\n".join(f"{x},{y}" for x, y in rows).encode(), "text/csv")
    expect(app.button("marginal 1: tall")).to_be_visible()
    app.wait_for_new_picture(start, "CDWB")
    app.upload("few.csv", b"1,2\n2,3\n3,1\n", "text/csv")
    app.expect_text(r"few\.csv: .*at least 50")
    expect(app.button("marginal 1: tall")).to_be_visible()
    app.button("Run").click()
    app.wait_for_curve("cdwb estimate", lambda values: len(values) >= 3)
    app.wait_for_curve("nwb estimate", lambda values: len(values) >= 3)
    labels = app.page.get_by_role("table").get_by_role("rowheader")
    expect(labels).to_have_text(["NWB", "CDWB"])
    settings = app.page.get_by_role("button", name=re.compile("settings$"))
    expect(settings).to_have_text(["NWB settings", "CDWB settings"])
    app.button("CDWB").click()
    expect(app.tile("CDWB")).to_have_count(0)
    expect(app.page.locator(".MuiAccordionSummary-root")).to_have_text(["NWB settings"])

    app.choose("Replace it by", "In space")
    app.button("slab").click()
    app.expect_text("has 3 dimensions")
    app.choose("Replace it by", "In the plane")
    app.button("star").click()
    expect(app.picture).to_have_attribute("aria-label", re.compile("50 % star"))
