"""The grid solvers against the papers' figures, and against each other.

    python -m tests.benchmarks.grid [part …] [--quick] [--size N] [--rows 1 4] [--out FOLDER]

Parts: `table` (table 1 of the SGA paper: 12 weights, four solvers), `gap` (the duality gap falls
with n), `frames` (16 street frames), `schemes` (figure 2), `scaling` (cost against cells and
marginals), `speed` (the speed table, CWB and DSB against POT, peak memory). All by default. Tables
(Markdown and CSV) and figures go to `tests/benchmarks/results`. A quick run is small, leaves its
results in a temporary folder, and is not judged.
"""

from __future__ import annotations

import argparse
import sys

from tests.benchmarks import grid_scaling, grid_speed, grid_table
from tests.benchmarks.parts import add_options, run_parts

PARTS = {
    "table": grid_table.table,
    "gap": grid_table.gap,
    "frames": grid_table.frames,
    "schemes": grid_scaling.schemes,
    "scaling": grid_scaling.scaling,
    "speed": grid_speed.speed,
}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    parser.add_argument("--rows", type=int, nargs="+", help="rows of table 1, from 1")
    return run_parts(parser, PARTS, "²", arguments)


if __name__ == "__main__":
    sys.exit(main())
