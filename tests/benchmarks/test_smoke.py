"""Every benchmark runs, quickly and small, and prints its figures in the common form."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.figures import Figures

ROOT = Path(__file__).parents[2]

LINE = r"^{} = \S+ .*\(bar: at (?:most|least) \S+, not judged .+\)$"


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("sga_iteration", ["sga_iteration_per_marginal_2", "sga_iteration_per_marginal_4"]),
        (
            "grid",
            [
                "row_1_D_sga",
                "row_4_B_dsb",
                "rate_parallel_constant",
                "frames_B_sga_over_wdha",
                "growth_per_cell",
                "cold_2",
                "warm_over_cold_sga",
                "cwb_over_pot",
                "peak_memory",
            ],
        ),
        ("pictures", ["uniformity", "stray_mass_shapes", "short_of_linear_program_14"]),
        (
            "studio",
            ["recording_of_1000", "different_pictures_while_dragging", "scrub_p95"],
        ),
        (
            "volumes",
            [
                "ball_cube_pairs",
                "ball_cube_memory",
                "linear_in_cells",
                "strip_gap_0.50",
                "theory_balls",
            ],
        ),
        (
            "talk",
            [
                "silhouettes_rise",
                "circles_short_of_proof",
                "shadows_fall",
                "shadow_3_apart",
                "shadows_over_bound",
                "mixtures_apart_from_pot",
            ],
        ),
        (
            "samples",
            [
                "nwb_h_2",
                "nwb_g_2",
                "cw2b_2",
                "ring_square_h_sw2",
                "twister_bw_uvp",
                "l2_bw_uvp",
                "energy_gaussians_2",
                "energy_eps1_2",
            ],
        ),
        ("page", ["first_paint", "iterates_shown", "pause_reaction"]),
        ("samples_page", ["samples_first_picture", "twister_press"]),
        ("volumes_page", ["volume_iterates_shown", "weight_change_median"]),
    ],
)
def test_quick_run_prints_every_figure_unjudged(script, names):
    command = [sys.executable, "-m", f"tests.benchmarks.{script}", "--quick"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    printed = run.stdout
    for name in names:
        assert re.search(LINE.format(name), printed, re.MULTILINE), printed


@pytest.mark.parametrize(
    ("value", "at_most", "line", "code"),
    [
        (2.914, True, "cost = 2.91 pairs (bar: at most 3.5, held)", 0),
        (3.6, True, "cost = 3.6 pairs (bar: at most 3.5, missed)", 1),
        (3.6, False, "cost = 3.6 pairs (bar: at least 3.5, held)", 0),
        (float("nan"), True, "cost = nan pairs (bar: at most 3.5, missed)", 1),
        (float("nan"), False, "cost = nan pairs (bar: at least 3.5, missed)", 1),
    ],
)
def test_figures_are_judged(value, at_most, line, code, capsys):
    figures = Figures()
    figures.report("cost", value, "pairs", 3.5, at_most)
    assert capsys.readouterr().out == line + "\n"
    assert figures.exit_code == code


def test_one_missed_bar_decides(capsys):
    figures = Figures()
    for value in (1.0, 9.0, 2.0):
        figures.report(f"figure_{value:g}", value, "", 5)
    assert figures.exit_code == 1
    assert figures.missed == ["figure_9"]
    assert "figure_1 = 1 (bar: at most 5, held)\n" in capsys.readouterr().out


def test_unjudged_figures_miss_nothing(capsys):
    figures = Figures(unjudged="at 128²")
    figures.report("cost", 9.0, "pairs", 3.5)
    assert figures.exit_code == 0
    assert capsys.readouterr().out == "cost = 9 pairs (bar: at most 3.5, not judged at 128²)\n"
