"""What a benchmark of several parts does on the command line."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.figures import Figures
from tests.benchmarks.output import RESULTS


def add_options(parser):
    """The options that all of them have."""
    parser.add_argument("parts", nargs="*", metavar="part", help="all by default")
    parser.add_argument("--quick", action="store_true", help="smoke run: small, few iterations")
    parser.add_argument("--size", type=int, help="cells along each side, the paper's by default")
    parser.add_argument("--out", type=Path, help=f"folder for results, {RESULTS.name} by default")


def run_parts(parser, parts, power, arguments):
    """Run the chosen parts, functions of options and figures by name; the exit code.

    Results of a quick run, or at another size, are not judged and leave no files behind. `power` is
    that of the grid, ``"²"`` or ``"³"``.
    """
    options = parser.parse_args(arguments)
    unknown = set(options.parts) - set(parts)
    if unknown:
        parser.error(
            f"no part is called {', '.join(sorted(unknown))}; there are {', '.join(parts)}"
        )
    elsewhere = f"at {options.size}{power}" if options.size else None
    why_not = "in a quick run" if options.quick else elsewhere
    figures = Figures(unjudged=why_not)
    with TemporaryDirectory() as scratch:
        options.out = options.out or (Path(scratch) if why_not else RESULTS)
        for part in options.parts or parts:
            parts[part](options, figures)
    return figures.exit_code
