"""States of trainings as files: the same numbers come back, and foreign files are refused."""

import io
import os
import pickle
import zipfile
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from solvers.bijected_costs import Twister
from solvers.costs import SquaredEuclidean
from solvers.projected_costs import Projections
from solvers.sample_problem import SampleProblem
from solvers.samples import GaussianSamples
from solvers.training import (
    TrainingState,
    generator_at,
    generator_state,
    load,
    save,
    signature_of,
)

MARGINALS = [GaussianSamples([k, 0], np.eye(2)) for k in range(2)]
PROBLEM = SampleProblem(MARGINALS)


@dataclass(frozen=True, eq=False, kw_only=True)
class Walk(TrainingState, solver="walk"):
    """A point that walks at random."""

    position: Any
    generator: Any
    steps: int


def begun(**changes):
    values = {
        "position": torch.zeros(3),
        "generator": generator_state(7),
        "steps": 0,
        "signature": signature_of(PROBLEM),
    }
    return Walk(**values | changes)


def stepped(state):
    generator = generator_at(state.generator)
    position = state.position + torch.randn(3, generator=generator)
    return begun(position=position, generator=generator.get_state(), steps=state.steps + 1)


def rewritten(data, change, **options):
    """A file whose entries went through `change(name, content)`."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as before,
        zipfile.ZipFile(file, "w", **options) as after,
    ):
        for name in before.namelist():
            after.writestr(name, change(name, before.read(name)))
    return file.getvalue()


def saved(content):
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


def claimed(**values):
    """A file in our format with other values in its state."""
    state = {name: getattr(begun(), name) for name in ("position", "generator", "steps")}
    state |= {"signature": begun().signature} | values
    return saved(
        {
            "format": "barycenter-explorer training",
            "version": 1,
            "solver": "walk",
            "settings": {},
            "state": state,
        }
    )


def test_a_loaded_state_goes_on_to_the_same_numbers():
    state = stepped(stepped(begun()))
    again = load(save(state), PROBLEM).state
    assert isinstance(again, Walk)
    assert again.steps == 2
    assert torch.equal(stepped(stepped(state)).position, stepped(stepped(again)).position)


def test_steps_leave_a_generator_state_as_it_was():
    state = begun()
    assert torch.equal(stepped(state).position, stepped(state).position)


def test_nested_data_comes_back_bit_by_bit():
    view = torch.arange(100.0)[3:5]
    given = {"nets": [{"w": view, 0: torch.tensor([1e-40, -0.0, 2 / 3], dtype=torch.float64)}]}
    state = begun(position=(given, 1, 0.1, "x", True, None))
    found, *plain = load(save(state)).state.position
    assert plain == [1, 0.1, "x", True, None]
    for key, tensor in given["nets"][0].items():
        assert found["nets"][0][key].dtype == tensor.dtype
        assert found["nets"][0][key].numpy().tobytes() == tensor.numpy().tobytes()
    assert found["nets"][0]["w"].untyped_storage().nbytes() == 8  # not the 400 it is a view of


def test_what_is_no_data_is_not_saved():
    with pytest.raises(TypeError, match="holds a object, which cannot be saved"):
        save(begun(position=object()))


@pytest.mark.parametrize(
    "other",
    [
        SampleProblem([MARGINALS[0], GaussianSamples([1.1, 0], np.eye(2))]),
        SampleProblem(MARGINALS[::-1]),
        SampleProblem([*MARGINALS, MARGINALS[0]]),
        SampleProblem(MARGINALS, costs=Twister()),
        SampleProblem([GaussianSamples(np.zeros(3), np.eye(3))] * 2),
    ],
    ids=["marginal", "order", "count", "costs", "dimension"],
)
def test_a_model_of_another_problem_is_refused(other):
    with pytest.raises(ValueError, match=r"^model: was trained on another problem"):
        load(save(begun()), other)


def test_costs_are_told_apart_by_their_values():
    twisted = SampleProblem(MARGINALS, costs=Twister(4.0))
    data = save(begun(signature=signature_of(twisted)))
    load(data, SampleProblem(MARGINALS, costs=Twister(4.0)))
    with pytest.raises(ValueError, match="another problem"):
        load(data, SampleProblem(MARGINALS, costs=Twister(3.0)))
    load(save(begun()), SampleProblem(MARGINALS, costs=SquaredEuclidean()))


def test_costs_from_another_space_have_a_signature():
    shadows = SampleProblem(MARGINALS, costs=Projections.usual(2))
    load(save(begun(signature=signature_of(shadows))), shadows)


def test_other_weights_and_another_reg_are_the_same_problem():
    load(save(begun()), SampleProblem(MARGINALS, [0.9, 0.1], reg=0.1))


def test_signatures_forgive_rounding():
    signature = signature_of(PROBLEM)
    rounded = {**signature, "draws": [d * (1 + 1e-6) for d in signature["draws"]]}
    load(save(begun(signature=rounded)), PROBLEM)


@pytest.mark.parametrize(
    "signature",
    [None, 3, {}, {"costs": []}, {"costs": [], "draws": 5}, {"costs": [], "draws": [1, 2]}],
)
def test_a_claimed_signature_may_be_anything(signature):
    with pytest.raises(ValueError, match="another problem"):
        load(claimed(signature=signature), PROBLEM)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"a": torch.ones(2)}, "not one that was saved here"),
        (torch.ones(2), "not one that was saved here"),
        ({"format": "barycenter-explorer training", "version": 2}, "is of version 2"),
        (
            {"format": "barycenter-explorer training", "version": 1, "solver": ["walk"]},
            "is not known",
        ),
        (
            {"format": "barycenter-explorer training", "version": 1, "solver": "walk", "state": {}},
            "does not hold what a state of walk has",
        ),
    ],
)
def test_files_of_others_are_refused(content, sentence):
    with pytest.raises(ValueError, match=rf"^model: .*{sentence}"):
        load(saved(content))


class Foreign:
    """Unpickling it would run a function."""

    def __reduce__(self):
        return exec, ("import os; os.environ['RAN_BY_A_MODEL'] = '1'",)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK",
        b"PK\x05\x06" + bytes(18),
        pickle.dumps({"a": 1}),
        pickle.dumps(Foreign()),
        claimed(position=Foreign()),
        claimed(position=Counter("ab")),
        claimed(position=torch.nn.Linear(2, 2)),
        claimed(position=torch.eye(3).to_sparse()),
        claimed(position=b"bytes"),
    ],
    ids=["empty", "magic", "no_files", "pickle", "code", "inside", "counter", "net", "sparse", "b"],
)
def test_foreign_objects_are_refused(data):
    with pytest.raises(ValueError, match=r"^model: the file is damaged|^model: holds a "):
        load(data)
    assert "RAN_BY_A_MODEL" not in os.environ


def test_large_files_are_refused_unread(monkeypatch):
    monkeypatch.setattr("solvers.training.MAX_BYTES", 1000)
    with pytest.raises(ValueError, match=r"^model: has .* MiB, but at most"):
        load(save(begun()))


def test_tensors_larger_than_their_file_are_refused():
    with pytest.raises(ValueError, match="more numbers than it can hold"):
        load(claimed(position=torch.zeros(1).expand(2**25, 2**10)))


def test_nests_of_references_are_refused():
    nest = [0.0]
    for _ in range(60):
        nest = [nest, nest]
    with pytest.raises(ValueError, match="more numbers than it can hold"):
        load(claimed(position=nest))


def test_headers_that_promise_too_much_are_refused():
    data = claimed(position=torch.zeros(200))

    def promise(name, content):
        count, many = b"K\xc8", b"J" + (2**30).to_bytes(4, "little")
        return content.replace(count, many) if name.endswith("data.pkl") else content

    assert rewritten(data, promise) != data
    with pytest.raises(ValueError, match="damaged"):
        load(rewritten(data, promise))


def test_compressed_entries_are_refused():
    packed = rewritten(save(begun()), lambda _, c: c, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(ValueError, match="damaged"):
        load(packed)


@given(st.binary(max_size=300))
def test_random_bytes_are_refused(data):
    with pytest.raises(ValueError, match=r"^model: "):
        load(data)


WHOLE = save(begun())


@given(st.integers(0, len(WHOLE) - 1))
def test_truncated_files_are_refused(length):
    with pytest.raises(ValueError, match=r"^model: "):
        load(WHOLE[:length])


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=8))
def test_altered_files_are_refused_or_states(place, bytes_there):
    altered = WHOLE[:place] + bytes_there + WHOLE[place + len(bytes_there) :]
    try:
        found = load(altered).state
    except ValueError as error:
        found = str(error)
    assert isinstance(found, Walk) or found.startswith("model: ")


def test_the_settings_travel_with_the_state():
    settings = {"width": 16, "sampler": "fresh"}
    assert load(save(begun(), settings)).settings == settings
    assert load(save(begun())).settings == {}
