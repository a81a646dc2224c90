"""A view as a Python script that computes the same barycenters with `solvers` alone."""

from __future__ import annotations

from collections.abc import Iterable

from explorer.inputs.adjustment import Adjustment
from explorer.inputs.solids import VOLUME_UPLOAD
from explorer.inputs.sources import CATALOGUE, DIGITS, LETTERS, Marginal
from explorer.inputs.spelling import is_own
from explorer.measure_script import measure_code
from explorer.python_source import INDENT, called, imported, keywords, literal, method
from explorer.sample_script import sample_code
from explorer.state import StudioState
from explorer.subjects import SAMPLES, TWISTER
from solvers import SOLVERS

_SCRIPT = '''\
"""Barycenters of {count} {subject}, as seen in Barycenter Explorer."""

import numpy as np
{drawing}

{imports}

n = {grid}  # cells along each side{own}
marginals = [
{densities}
]
weights = [{weights}]
problem = GridProblem(marginals, weights)
methods = {{
{methods}
}}

for name, solver in methods.items():
    steps = iterates(solver, problem, max_iterations={iterations})
    for it in with_primal(steps, solver, problem, every=20):
        values = [f"{{key}} {{value:.6g}}" for key, value in it.objectives.items()]
        print(name, it.number, f"{{it.seconds:.2f}} s", *values)
    print(it.stopped)
    np.save(f"{{name}}.npy", it.barycenter)
    {saving}
'''

# By dimension: what draws a barycenter, and how.
_DRAWING = {2: "from PIL import Image", 3: "import pyvista as pv"}
_SAVING = {
    2: 'Image.fromarray(picture(it.barycenter)).save(f"{name}.png")',
    3: """volume = pv.wrap(it.barycenter)
    surface = volume.contour([{level:.2f} * full_density(it.barycenter)])
    surface.save(f"{{name}}.stl")""",
}

# By kind of the catalogue: the function of the datasets that draws a choice by name.
_DRAWERS = {
    "Silhouettes": "silhouette",
    "Shapes of the paper": "shape",
    "Solids": "solid",
    "Meshes": "mesh_solid",
}

_OWN = '\nown = np.load("view.npz")  # the saved view, with your own pictures'


def code(state: StudioState, iterations: int = 60) -> str:
    """The script of a view.

    Parameters
    ----------
    state : StudioState
    iterations : int
        At most, for each solver.

    Returns
    -------
    str
        Python that prints the objectives and saves every solver's barycenter as ``.npy``, and a
        picture of it as PNG, the surface of a volume as STL, or clouds, mixtures and samples as
        rows alone. Marginals of the visitor's own are read from ``view.npz``, the saved view.
    """
    if state.subject in (SAMPLES, TWISTER):
        return sample_code(state, iterations)
    if not state.subject.dimensions:
        return measure_code(state, iterations)
    calls = _plain_calls(state.marginals)
    densities = [
        _adjusted_call(call, marginal.adjustment)
        for call, marginal in zip(calls, state.marginals, strict=True)
    ]
    dimensions = state.subject.dimensions
    saving = _SAVING[dimensions]
    if dimensions == 3:
        saving = saving.format(level=state.look.level)
    any_adjusted = any(marginal.adjustment != Adjustment() for marginal in state.marginals)
    return _SCRIPT.format(
        count=len(densities),
        subject=state.subject.name,
        drawing=_DRAWING[dimensions],
        saving=saving,
        imports=_imports(state, calls, any_adjusted),
        grid=state.grid,
        own=_OWN if any(map(is_own, state.marginals)) else "",
        densities="\n".join(INDENT + density for density in densities),
        weights=", ".join(f"{weight:.6g}" for weight in state.weights),
        methods="\n".join(method(name, settings) for name, settings in state.solvers),
        iterations=iterations,
    )


def _plain_calls(marginals: Iterable[Marginal]) -> list[str]:
    """The expressions that draw the marginals before any adjustment."""
    calls, own = [], 0
    for marginal in marginals:
        if is_own(marginal):
            function = "resample_volume" if marginal.kind == VOLUME_UPLOAD else "resample"
            calls.append(f'{function}(own["own_{own}"], n)')
            own += 1
        elif marginal.kind == LETTERS:
            calls.append(f"text({literal(marginal.source)}, n)")
        elif marginal.kind == DIGITS:
            calls.append("mnist_digit({}, {}, n)".format(*marginal.source))
        elif marginal.kind == "Street camera":
            calls.append(f"street_frame({CATALOGUE[marginal.kind].index(marginal.choice)}, n)")
        else:
            calls.append(f"{_DRAWERS[marginal.kind]}({literal(marginal.choice)}, n)")
    return calls


def _adjusted_call(call: str, adjustment: Adjustment) -> str:
    changes = {
        name: getattr(adjustment, name)
        for name in ("invert", "threshold", "blur", "recentre")
        if getattr(adjustment, name)
    }
    return called("adjusted", [call, *keywords(changes)]) if changes else f"{call},"


def _imports(state: StudioState, calls: list[str], any_adjusted: bool) -> str:
    """What the script takes from `solvers` and from its modules."""
    functions = {call.partition("(")[0] for call in calls}
    modules = {
        "solvers": {"GridProblem", "iterates", "with_primal"}
        | {SOLVERS[name].__name__ for name, _ in state.solvers},
        "solvers.adjusting": {"adjusted"} if any_adjusted else set(),
        "solvers.datasets": functions - {"resample", "resample_volume", "solid"},
        "solvers.images": functions & {"resample"},
        "solvers.results": {"picture"} if state.subject.dimensions == 2 else set(),
        "solvers.sharpness": {"full_density"} if state.subject.dimensions == 3 else set(),
        "solvers.solids": functions & {"solid"},
        "solvers.volumes": functions & {"resample_volume"},
    }
    return "\n".join(imported(module, names) for module, names in modules.items() if names)
