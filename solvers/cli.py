"""The command line: barycenters of files, without a screen.

barycenter solve a.png b.jpg --weights 0.3 0.7 --out result
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from io import TextIOWrapper
from pathlib import Path
from threading import Event
from types import FrameType
from typing import NoReturn

import numpy as np

from solvers.files import DEFAULT_SIZE, MAX_SIZE, read_marginals
from solvers.images import CROPS, INKS
from solvers.loop import Iterate, Solver, iterates
from solvers.primal import duality_gap, primal_objective
from solvers.problems import GridProblem, normalised_weights
from solvers.registry import MIXTURE_SOLVERS, POINT_SOLVERS, SAMPLE_SOLVERS, SOLVERS
from solvers.results import Result, save
from solvers.settings import configured, declarations, rule

DONE, REFUSED, INTERRUPTED = 0, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process if omitted.

    Returns
    -------
    int
        0; 2 after an error, which is one sentence on stderr; 130 after Ctrl-C, even where a result
        was saved, so that scripts do not take it for a complete one.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # not every terminal can show × and ≥
    try:
        options = _parser().parse_args(arguments)
        command: Callable[[argparse.Namespace], int] = options.command
        return command(options)
    except ValueError as error:
        return _tell(str(error), REFUSED)
    except OSError as error:
        return _tell(f"{error.filename or 'output'}: {error.strerror or error}.", REFUSED)
    except MemoryError:
        return _tell("there is not enough memory; choose a smaller --size or array.", REFUSED)
    except KeyboardInterrupt:
        return _tell("interrupted; nothing has been saved.", INTERRUPTED)


def _tell(sentence: str, code: int) -> int:
    sys.stderr.write(f"barycenter: {sentence}\n")
    return code


class _Parser(argparse.ArgumentParser):
    """Errors become one sentence, without the usage before it."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{message} (see {self.prog} --help).")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"“{text}” is not a number; files come before the options"
        ) from None


def _version() -> str:
    try:
        return version("barycenter-explorer")
    except PackageNotFoundError:  # run from a folder that is not installed
        return "of an unknown version"


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="barycenter", description="Optimal-transport barycenters of files.")
    parser.add_argument("--version", action="version", version=f"barycenter {_version()}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    known = commands.add_parser("solvers", help="list the solvers and their settings")
    known.set_defaults(command=_list_solvers)

    solve = commands.add_parser("solve", help="average pictures or arrays")
    solve.set_defaults(command=_solve)
    add = solve.add_argument
    add(
        "files",
        nargs="+",
        metavar="FILE",
        help="2 to 16 pictures (PNG, JPEG, WebP) or 2D or 3D arrays (.npy, .npz, file.npz:name); "
        "or one array that is a stack of densities",
    )
    add(
        "--weights",
        nargs="+",
        type=_number,
        metavar="W",
        help="one for each file (default: equal)",
    )
    add("--solver", default="sga", metavar="NAME", help="see “barycenter solvers” (default: sga)")
    add(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="assignments",
        help="a setting of the solver; may be repeated",
    )
    add(
        "--size",
        type=int,
        metavar="N",
        help=f"make pictures and 2D arrays square, N × N cells, at most {MAX_SIZE} (default: "
        f"{DEFAULT_SIZE}; arrays alone stay as they are)",
    )
    add("--ink", choices=INKS, default="auto", help="which brightness of a picture is mass")
    add("--crop", choices=CROPS, default="whole", help="how a picture becomes square")
    add("--max-iterations", type=int, default=200, metavar="N", help="default: 200")
    add("--max-seconds", type=float, default=np.inf, metavar="S", help="default: no limit")
    add(
        "--tolerance",
        type=float,
        default=1e-6,
        metavar="T",
        help="stop when the objective improves by less than this fraction (default: 1e-6)",
    )
    add(
        "--primal",
        action="store_true",
        help="also compute the result's primal objective and its gap to the dual (exact transport "
        "to each marginal; not on a coarser grid)",
    )
    add("--out", default="barycenter", metavar="PATH", help="writes PATH.npz and PATH.png")
    add("--force", action="store_true", help="overwrite what is there")
    add("--json", action="store_true", help="print one JSON object instead of a summary")
    add("--quiet", action="store_true", help="no progress bar")
    return parser


def _list_solvers(options: argparse.Namespace) -> int:
    for name, solver in SOLVERS.items():
        sys.stdout.write(f"{name}\n    {solver.summary}\n")
        for key, setting in declarations(solver).items():
            sys.stdout.write(f"    --set {key}={setting.default}    {rule(setting)}\n")
            doc = textwrap.fill(" ".join((setting.doc or "").split()), 88)
            sys.stdout.write(textwrap.indent(doc, " " * 8) + "\n")
    return DONE


def _solve(options: argparse.Namespace) -> int:
    others = POINT_SOLVERS | MIXTURE_SOLVERS | SAMPLE_SOLVERS
    if options.solver in others:
        raise ValueError(
            f"--solver: “{options.solver}” does not average densities; it can be used in scripts."
        )
    if options.solver not in SOLVERS:
        known = ", ".join(name for name in SOLVERS if name not in others)
        raise ValueError(f"--solver: “{options.solver}” is unknown; there are {known}.")
    solver = configured(options.solver, options.assignments)
    archive, image = _targets(options.out, options.force)
    names, marginals = read_marginals(options.files, options.size, options.ink, options.crop)
    weights = np.ones(len(names)) if options.weights is None else options.weights
    problem = GridProblem(marginals, weights)
    with _ctrl_c() as pressed:
        last, points = _run(solver, problem, options, pressed)
    objectives = dict(last.best.objectives)
    if options.primal and not last.best.levels_left and not pressed.is_set():
        objectives = _with_primal(solver, problem, last.best)
        points[last.best.number]["primal"] = objectives["primal"]
    settings = {key: getattr(solver, key) for key in declarations(type(solver))}
    result = Result(
        options.solver,
        settings,
        names,
        normalised_weights(weights, len(names)),
        problem.shape,
        last,
        points,
        objectives,
    )
    save(result, archive, image)
    files = [str(archive), str(image)]
    if options.json:
        sys.stdout.write(json.dumps({**result.facts(), "files": files}) + "\n")
    else:
        sys.stdout.write(f"{result.summary()}\nSaved {' and '.join(files)}.\n")
    return INTERRUPTED if pressed.is_set() else DONE


def _targets(out: str, force: bool) -> tuple[Path, Path]:
    """Where the results go; refused before the work, not after it."""
    path = Path(out.removesuffix(".npz").removesuffix(".png"))
    if out.endswith(("/", os.sep)) or path.is_dir():
        raise ValueError(f"--out {out}: is a folder; add a name, such as {path / 'barycenter'}.")
    if not path.parent.is_dir():
        raise ValueError(f"--out {out}: there is no folder {path.parent}; make it first.")
    if not os.access(path.parent, os.W_OK):
        raise ValueError(f"--out {out}: the folder {path.parent} cannot be written to.")
    targets = path.with_name(f"{path.name}.npz"), path.with_name(f"{path.name}.png")
    for target in targets:
        if target.exists() and not force:
            raise ValueError(f"--out {out}: {target} exists; choose another name or --force.")
    return targets


@contextmanager
def _ctrl_c() -> Iterator[Event]:
    """An event that Ctrl-C sets; a second Ctrl-C interrupts as usual."""
    pressed = Event()

    def press(number: int, frame: FrameType | None) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _tell("ending after this iteration; Ctrl-C again ends at once and saves nothing.", 0)

    before = signal.signal(signal.SIGINT, press)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)


def _run(
    solver: Solver, problem: GridProblem, options: argparse.Namespace, pressed: Event
) -> tuple[Iterate, list[dict[str, float]]]:
    """The last iterate, and a point for each."""
    from tqdm import tqdm

    steps = iterates(
        solver,
        problem,
        max_iterations=options.max_iterations,
        max_seconds=options.max_seconds,
        tolerance=options.tolerance,
        cancelled=pressed.is_set,
    )
    disable = True if options.quiet else None  # None: only where stderr is a terminal
    with tqdm(total=options.max_iterations, disable=disable, unit="it", leave=False) as bar:
        last = next(steps)
        points = [_point(last)]
        for last in steps:
            if last.number > points[-1]["number"]:  # a cancelled run repeats its last iterate
                points.append(_point(last))
                bar.set_postfix(last.objectives, refresh=False)
                bar.update()
    return last, points


def _with_primal(solver: Solver, problem: GridProblem, best: Iterate) -> dict[str, float]:
    """The objectives of the result with the primal one and, where there is a dual, the gap."""
    start = solver.potentials(problem, best.state)
    value, _ = primal_objective(problem, best.barycenter, start)
    judged = replace(best, objectives={**best.objectives, "primal": value})
    gap = duality_gap(judged)
    return dict(judged.objectives) if gap is None else {**judged.objectives, "gap": gap}


def _point(iterate: Iterate) -> dict[str, float]:
    return {
        "number": iterate.number,
        "seconds": iterate.seconds,
        "levels_left": iterate.levels_left,
        **iterate.objectives,
    }
