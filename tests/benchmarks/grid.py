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
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks import grid_scaling, grid_speed, grid_table
from tests.benchmarks.figures import Figures
from tests.benchmarks.output import RESULTS

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
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="smoke run: small, few iterations")
    parser.add_argument("--size", type=int, help="cells along each side, the paper's by default")
    parser.add_argument("--rows", type=int, nargs="+", help="rows of table 1, from 1")
    parser.add_argument("--out", type=Path, help=f"folder for results, {RESULTS.name} by default")
    options = parser.parse_args(arguments)
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(
            f"no part is called {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}"
        )
    why_not = "in a quick run" if options.quick else f"at {options.size}²" if options.size else None
    figures = Figures(unjudged=why_not)
    with TemporaryDirectory() as scratch:
        options.out = options.out or (Path(scratch) if why_not else RESULTS)
        for part in options.parts or PARTS:
            PARTS[part](options, figures)
    return figures.exit_code


if __name__ == "__main__":
    sys.exit(main())
