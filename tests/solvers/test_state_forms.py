"""States from files that are not as their solver makes them: refused or begun anew, no crash."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from solvers.cw2b import CW2B
from solvers.devices import check_device
from solvers.energy_guided import EnergyGuided
from solvers.loop import iterates
from solvers.nwb import NWB
from solvers.sample_datasets import energy_gaussians
from solvers.state_forms import is_count, is_generator_state, same_form
from solvers.training import generator_state, load, save

SMALL = {"width": 4, "updates": 1, "shown": 12, "batch": 8}
SOLVERS = {
    "nwb": NWB(**SMALL, generator_width=4),
    "conditional": NWB(**SMALL, generator_width=4, conditional=True),
    "cw2b": CW2B(**SMALL),
    "shared": EnergyGuided(**SMALL, shown_steps=2, proposals=16),
    "persistent": EnergyGuided(**SMALL, shown_steps=2, langevin_steps=2, sampler="persistent"),
    "centred": EnergyGuided(**SMALL, shown_steps=2, langevin_steps=2, sampler="centred"),
}


def a_problem(solver):
    return energy_gaussians(2, reg=0.1 if isinstance(solver, EnergyGuided) else 0.0)


def in_place_of_tensors(value, change):
    """Nested data with another thing in place of every tensor."""
    if isinstance(value, torch.Tensor):
        return change(value)
    if isinstance(value, dict):
        return {key: in_place_of_tensors(entry, change) for key, entry in value.items()}
    return value


CHANGES = {
    "none": lambda value: None,
    "text": lambda value: "text",
    "list": lambda value: [value],
    "tensor": lambda value: torch.ones(2),
    "empty": lambda value: {},
    "wider": lambda value: in_place_of_tensors(value, lambda t: torch.cat([t, t], dim=-1)
                                               if t.ndim else t[None]),
    "flat": lambda value: in_place_of_tensors(value, lambda t: t.flatten()[:1]),
    "numbers": lambda value: in_place_of_tensors(value, lambda t: 1.0),
    "double": lambda value: in_place_of_tensors(value, lambda t: t.double()),
    "zeros": lambda value: in_place_of_tensors(value, torch.zeros_like),
    "nan": lambda value: in_place_of_tensors(
        value, lambda t: t * torch.nan if t.is_floating_point() else t
    ),
    "minus": lambda value: -value if isinstance(value, (int, float))
    else in_place_of_tensors(value, lambda t: -t if t.is_floating_point() else t),
    "huge": lambda value: 10**400 if isinstance(value, int)
    else in_place_of_tensors(value, lambda t: t * 1e30 if t.is_floating_point() else t),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", SOLVERS)
def test_no_field_of_a_file_makes_a_training_crash(name, change):
    """It goes on, begins anew, or ends in a sentence."""
    solver = SOLVERS[name]
    problem = a_problem(solver)
    state = solver.step(problem, solver.init(problem))
    for field in set(vars(state)) - {"signature"}:
        spoilt = replace(state, **{field: CHANGES[change](getattr(state, field))})
        state_read = load(save(spoilt), problem).state
        try:
            *_, last = iterates(solver, problem, state_read, max_iterations=2)
        except ValueError as error:
            sentence = str(error)
        else:
            sentence = last.stopped
            assert np.isfinite(np.asarray(last.barycenter)).all()
        assert sentence.startswith(
            ("Stopped", "Diverged: ", "state: gives numbers that are not finite")
        )


@pytest.mark.parametrize("name", SOLVERS)
def test_a_state_of_another_solver_is_not_continued(name):
    solver = SOLVERS[name]
    other = SOLVERS["cw2b" if name == "nwb" else "nwb"]
    problem = a_problem(solver)
    state = other.init(a_problem(other))
    assert solver.init(problem, replace(state, updates=7)).updates == 0


def test_forms():
    like = {"a": torch.zeros(2, 3), 1: [0.5, (1, "x")]}
    assert same_form({"a": torch.ones(2, 3), 1: [7.5, (2, "y")]}, like)
    for other in (
        {"a": torch.ones(2, 3)},
        {"a": torch.ones(3, 2), 1: [0.5, (1, "x")]},
        {"a": torch.ones(2, 3, dtype=torch.float64), 1: [0.5, (1, "x")]},
        {"a": torch.ones(2, 3), 1: [0.5, (True, "x")]},
        {"a": torch.ones(2, 3), 1: [0.5, [1, "x"]]},
        {"a": torch.ones(2, 3), 1: [0.5]},
    ):
        assert not same_form(other, like)
    assert [is_count(value) for value in (0, 5, -1, True, 1.0, 10**30)] == [True] * 2 + [False] * 4
    good = generator_state(0)
    assert is_generator_state(good)
    assert not any(map(is_generator_state, (good[:-1], good * 0 + 255, good.float(), b"", None)))


def test_devices_that_are_not_there_are_refused_in_a_sentence():
    check_device("cpu")
    with pytest.raises(ValueError, match=r"^device: is cuda:99, but PyTorch finds none"):
        check_device("cuda:99")
    for solver in (NWB(device="cuda:99"), EnergyGuided(device="cuda:99")):
        with pytest.raises(ValueError, match=r"^device: is cuda:99, .*; choose cpu\.$"):
            solver.init(a_problem(solver))
    with pytest.raises(ValueError, match="device"):
        NWB(device="gpu")
