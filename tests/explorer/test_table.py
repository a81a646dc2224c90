"""The comparison in numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import panel as pn
import pytest

from explorer.views.table import DISCRETE_COLUMNS, GRID_COLUMNS, ComparisonTable, Row, comparison

SGA = Row("SGA", "#00f", 2.4e-3, 2.5e-3, 40, 1e-4, "SGA", 57, 1.234, 2.24)
CWB = Row("CWB", "#f00", None, 2.6e-3, 40, 2e-4, "SGA", 60, 0.5, 18.2)
G = Row("G", "#80f", None, 2e-2, 7, None, "", 7, 0.25, None, {"support": 412.0})
H = Row("H", "#f80", None, 3e-2, 9, None, "", 9, 0.125, None, {"support": 400.0})
NEW = Row("DSB", "#a0f", None, None, None, None, "", 3, 0.01, None)


def cells(rows, *columns):
    """Texts of the table's body."""
    table = ElementTree.fromstring(comparison(rows, *columns))
    return [["".join(cell.itertext()) for cell in line] for line in table.findall("tbody/tr")]


def test_every_number_is_in_its_column():
    table = ElementTree.fromstring(comparison([SGA]))
    heads = [cell.text for cell in table.findall("thead/tr/th")]
    assert dict(zip(heads, cells([SGA])[0], strict=True)) == {
        "solver": "SGA",
        "cost B": "2.50000e-03",
        "bound D": "2.40000e-03",
        "gap": "4 %",
        "iterations": "57",
        "seconds": "1.23",
        "edge width": "2.2",
    }


def test_discrete_measures_have_v_and_a_support():
    table = ElementTree.fromstring(comparison([G, H], DISCRETE_COLUMNS))
    assert [head.text for head in table.findall("thead/tr/th")] == [
        "solver", "cost V", "support", "iterations", "seconds",
    ]  # fmt: skip
    assert cells([G, H, NEW], DISCRETE_COLUMNS) == [
        ["G", "2.00000e-02", "412", "7", "0.25"],
        ["H", "3.00000e-02", "400", "9", "0.12"],
        ["DSB", "—", "—", "3", "0.01"],
    ]
    assert [bold.text for bold in table.iter("b")] == ["2.00000e-02"]


@pytest.mark.parametrize("columns", [GRID_COLUMNS, DISCRETE_COLUMNS])
def test_heads_explain_themselves(columns):
    table = ElementTree.fromstring(comparison([], columns))
    assert table.findtext("caption")
    assert all(re.fullmatch(r"[A-Z].+\.", head.get("title")) for head in table.iter("th"))


def test_what_is_unknown_says_so():
    assert cells([NEW]) == [["DSB", "…", "—", "—", "3", "0.01", "—"]]
    assert cells([replace(NEW, edge_width=np.inf)])[0][-1] == "—"


def test_v_that_takes_too_long_is_not_waited_for():
    """Unlike B, it comes with its iterate or not at all."""
    html = comparison([NEW], DISCRETE_COLUMNS)
    assert 'title="not computed for so many points">—<' in html
    for rows, columns in ([NEW], GRID_COLUMNS), ([replace(NEW, iterations=0)], DISCRETE_COLUMNS):
        assert 'title="is being computed">…<' in comparison(rows, columns)


def test_the_least_cost_is_bold():
    def bold(rows):
        return [b.text for b in ElementTree.fromstring(comparison(rows)).iter("b")]

    assert bold([CWB, SGA, NEW]) == ["2.50000e-03"]
    assert bold([NEW]) == []


def test_it_tells_where_cost_and_bound_come_from():
    html = comparison([SGA, CWB])
    assert html.count('title="of iteration 40"') == 2
    assert html.count('title="bound by SGA"') == 2


def test_labels_are_text():
    assert cells([replace(SGA, label="<b>&")])[0][0] == "<b>&"


def test_the_view_shows_its_rows():
    view = ComparisonTable()
    view.rows = [SGA, CWB]
    (pane,) = view.__panel__().select(pn.pane.HTML)
    assert pane.object == comparison([SGA, CWB])
    assert view.rows == (SGA, CWB)


def test_the_view_keeps_its_columns():
    view = ComparisonTable(DISCRETE_COLUMNS)
    view.rows = [G]
    (pane,) = view.__panel__().select(pn.pane.HTML)
    assert pane.object == comparison([G], DISCRETE_COLUMNS)


def test_errors_have_their_noise_in_brackets():
    nwb = replace(
        NEW,
        figures={
            "bw_uvp": 0.0123,
            "bw_uvp_noise": 0.00456,
            "sliced_w2": 0.05,
            "sliced_w2_noise": 0.031,
        },
    )
    heads = ("error %", "sliced W₂", "energy dist.")
    assert cells([nwb], heads) == [["DSB", "0.0123 (0.0046)", "0.050 (0.031)", "—"]]
