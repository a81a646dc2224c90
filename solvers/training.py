"""States of trainings: plain data that can be saved, loaded and continued to the same numbers."""

from __future__ import annotations

import io
import pickletools
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from solvers.files import check_bytes
from solvers.sample_problem import SampleProblem

if TYPE_CHECKING:  # torch takes seconds to import
    from torch import Generator, Tensor

MAX_BYTES = 64 * 2**20

_FORMAT, _VERSION = "barycenter-explorer training", 1
# Draws of each marginal by which a problem is recognised, and how near they must be, as a fraction
# of the largest: elementary functions may differ in the last digits from one processor to another.
_DRAWS, _TOLERANCE = 8, 1e-4
_PLAIN = (bool, int, float, str, type(None))
# Of a pickle's objects, those that tensors are built with; and how many values a file may hold.
_BUILDERS = {"torch._utils _rebuild_tensor_v2", "collections OrderedDict"}
_MAX_ENTRIES = 100_000


@dataclass(frozen=True, eq=False, kw_only=True)
class TrainingState:
    """A training's state: frozen, and all that is in it is data.

    A solver of samples derives its state, ``class NWBState(TrainingState, solver="nwb")``, in the
    module of the solver's class. Every field is a CPU or device tensor, a plain value (bool, int,
    float, str, None), or a dict (keys str or int), list or tuple of such.

    Attributes
    ----------
    signature : dict
        What `signature_of` gives for the problem that is trained on.
    """

    solver: ClassVar[str]
    """The registered name of the solver whose state it is."""

    signature: Mapping[str, Any]

    def __init_subclass__(cls, *, solver: str, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.solver = solver
        _KINDS[solver] = cls


_KINDS: dict[str, type[TrainingState]] = {}


def signature_of(problem: SampleProblem) -> dict[str, Any]:
    """What tells a problem from others: its marginals and costs.

    Weights and ε are no part of it: a visitor moves them while a model trains.

    Returns
    -------
    dict
        ``"draws"``: a few draws (8, d_k) of each marginal that was given, with a fixed seed;
        ``"costs"``: the costs c_k there, (8, 8) each.
    """
    import torch

    draws = [given.draw(_DRAWS, torch.Generator().manual_seed(0)) for given in problem.given]
    return {"draws": draws, "costs": [_costs(problem, k, y) for k, y in enumerate(draws)]}


def _costs(problem: SampleProblem, k: int, y: Tensor) -> Tensor:
    """``c_k(x_i, y_j)`` between points of the barycenter's space and of marginal k, (n, n)."""
    import torch

    if problem.costs is None:
        return torch.cdist(y, y) ** 2
    same = problem.costs.same_space
    x = y.numpy() if same else np.full((len(y), problem.dimension), 0.5)
    return torch.from_numpy(problem.costs.matrix(k, x, y.numpy())).float()


def generator_state(seed: int) -> Tensor:
    """The state (bytes,) of a CPU generator that has just been seeded."""
    import torch

    return torch.Generator().manual_seed(seed).get_state()


def generator_at(state: Tensor) -> Generator:
    """A CPU generator that goes on from a state; the state is left as it is."""
    import torch

    return torch.Generator().set_state(state)


class Saved(NamedTuple):
    """A training from a file.

    Attributes
    ----------
    state : TrainingState
    settings : dict of str to object
        Those of its solver, not checked.
    """

    state: TrainingState
    settings: dict[str, Any]


def save(state: TrainingState, settings: Mapping[str, Any] | None = None) -> bytes:
    """A state, and the settings of its solver, as a file for `load`.

    Tensors come back on the CPU with the same bits.
    """
    import torch

    content = {
        "format": _FORMAT,
        "version": _VERSION,
        "solver": state.solver,
        "settings": dict(settings or {}),
        "state": {field.name: getattr(state, field.name) for field in fields(state)},
    }
    file = io.BytesIO()
    torch.save(_detached(content), file)
    return file.getvalue()


def _detached(value: Any) -> Any:
    """The same data on the CPU, every tensor with a storage of its own."""
    import torch

    if isinstance(value, torch.Tensor):
        return value.detach().to("cpu", copy=True)
    if isinstance(value, Mapping):
        return {key: _detached(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_detached(entry) for entry in value)
    if not isinstance(value, _PLAIN):
        raise TypeError(f"state: holds a {type(value).__name__}, which cannot be saved.")
    return value


def load(data: bytes, problem: SampleProblem | None = None) -> Saved:
    """What `save` wrote; files are not trusted.

    Parameters
    ----------
    data : bytes
        The file, 64 MiB at most.
    problem : SampleProblem, optional
        A state that was trained on other marginals or costs is refused; other weights and another ε
        are fine, the training goes on from there.

    Raises
    ------
    ValueError
        With one sentence that begins with ``model:``, if the file cannot be used.
    """
    check_bytes("model", len(data), MAX_BYTES)
    content = _unpickled(data)
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise ValueError("model: the file is not one that was saved here.")
    if content.get("version") != _VERSION:
        raise ValueError(
            f"model: the file is of version {content.get('version')}, but this program reads "
            f"version {_VERSION}."
        )
    kind = _KINDS.get(str(content.get("solver")))
    if kind is None:
        raise ValueError(f"model: was trained by {content.get('solver')!r}, which is not known.")
    values, settings = content.get("state"), content.get("settings")
    names = {field.name for field in fields(kind)}
    if not isinstance(values, dict) or values.keys() != names or not isinstance(settings, dict):
        raise ValueError(f"model: the file does not hold what a state of {kind.solver} has.")
    if problem is not None and not same_signature(values["signature"], signature_of(problem)):
        raise ValueError("model: was trained on another problem (other marginals or costs).")
    return Saved(kind(**values), settings)


def _unpickled(data: bytes) -> Any:
    """What is in the file, if that is tensors and plain data in a size that we can hold."""
    import torch

    try:
        _check_archive(data)
        content = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except Exception:  # damaged files raise many kinds of errors
        raise ValueError(
            "model: the file is damaged, or holds something else than numbers."
        ) from None
    _check_content(content)
    return content


def _check_archive(data: bytes) -> None:
    """Refuse what unpacks to more than the file, and pickles that build more than tensors."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist()):
            raise ValueError("compressed")
        for name in archive.namelist():
            if name.endswith(".pkl"):
                for code, argument, _ in pickletools.genops(archive.read(name)):
                    if "GLOBAL" in code.name and not _builds_a_tensor(str(argument)):
                        raise ValueError(f"foreign object {argument}")


def _builds_a_tensor(name: str) -> bool:
    return name in _BUILDERS or (name.startswith("torch ") and name.endswith("Storage"))


def _check_content(content: Any) -> None:
    """Refuse tensors that are larger than their storage, and nests of references."""
    import torch

    left, entries, size = [content], 1, 0
    while left:
        value = left.pop()
        inside: list[Any] = []
        if isinstance(value, torch.Tensor):
            size += value.numel() * value.element_size()
        elif isinstance(value, dict) and all(isinstance(key, (str, int)) for key in value):
            inside = list(value.values())
        elif isinstance(value, (list, tuple)):
            inside = list(value)
        elif not isinstance(value, _PLAIN):
            raise ValueError(f"model: holds a {type(value).__name__}, but numbers are needed.")
        entries += len(inside)
        if entries > _MAX_ENTRIES or size > MAX_BYTES:
            raise ValueError("model: the file describes more numbers than it can hold.")
        left += inside


def same_signature(signature: Any, other: Mapping[str, Any]) -> bool:
    """Whether two signatures, the first from a file, are of one problem."""
    if not isinstance(signature, dict) or signature.keys() != other.keys():
        return False
    return all(_close(signature[name], theirs) for name, theirs in other.items())


def _close(given: Any, tensors: Sequence[Tensor]) -> bool:
    import torch

    return (
        isinstance(given, list)
        and len(given) == len(tensors)
        and all(
            isinstance(mine, torch.Tensor)
            and (mine.shape, mine.dtype) == (theirs.shape, theirs.dtype)
            and float((mine - theirs).abs().max()) <= _TOLERANCE * float(theirs.abs().max())
            for mine, theirs in zip(given, tensors, strict=True)
        )
    )
