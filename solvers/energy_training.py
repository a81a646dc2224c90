"""Training of congruent potentials by ascent of the entropic dual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from math import cos, pi
from typing import TYPE_CHECKING, Any

import torch
from torch import Generator, Tensor

from solvers import energy_sampling as sampling
from solvers.energy_sampling import Plans
from solvers.energy_states import is_usable_frame, shown_of_each
from solvers.potential_networks import Potentials, fresh_parameters
from solvers.sample_problem import SampleProblem
from solvers.torch_costs import TorchCosts
from solvers.training import generator_at, signature_of

if TYPE_CHECKING:
    from solvers.energy_guided import EnergyGuided, EnergyState

# Tuples of points, whose ground barycentres tell where the barycenter is and how large.
_TUPLES = 512
# The second moment forgets sooner than usual, as ε and rates fall.
_BETAS = (0.9, 0.99)
# Of a chain's life, the part before it counts.
_BURN_IN = 0.25
# Points of each marginal, and draws for each of them, from which the dual is estimated.
_ESTIMATED, _DRAWS = 48, 64
# Steps of ascent from a sample of a plan to its mode.
_TO_MODES = 20
# Keeps the covariance of points on a line invertible, as a fraction of the variance.
_LEAST_VARIANCE = 1e-4
# Tells the noise of the chains shown, the same in every iterate, from that of the training.
_SHOWN_STREAM = 1


def fresh_state(solver: EnergyGuided, problem: SampleProblem) -> EnergyState:
    """Potentials that are zero, with the chains of a start."""
    from solvers.energy_guided import EnergyState

    generator = torch.Generator().manual_seed(solver.seed)
    none = torch.empty(0)
    state = EnergyState(
        signature=signature_of(problem),
        weights=all_weights(problem),
        reg=problem.reg,
        updates=0,
        parameters=fresh_parameters(len(problem.given), problem.dimension, solver.width, generator),
        moments={},
        frame=_frame(problem, generator),
        starts=none,
        sources=none,
        chains=none,
        shown_sources=none,
        shown=none,
        generator=generator.get_state(),
        estimate=0.0,
        ess=0.0,
    )
    return restarted(solver, problem, state)


def restarted(solver: EnergyGuided, problem: SampleProblem, state: EnergyState) -> EnergyState:
    """The same potentials with chains of their own for the problem's weights and ε."""
    generator = generator_at(state.generator)
    begun = replace(
        state,
        weights=all_weights(problem),
        reg=problem.reg,
        starts=_starts(problem, generator),
        sources=draws(problem, solver.batch, generator),
        shown_sources=draws(problem, shown_of_each(solver, problem), generator),
    )
    plans = plans_of(solver, problem, begun)
    chains = sampling.started(plans, begun.sources, begun.starts, 1, generator).squeeze(2)
    begun = replace(begun, chains=chains, generator=generator.get_state())
    return _observed(solver, problem, begun)


def trained(solver: EnergyGuided, problem: SampleProblem, state: EnergyState) -> EnergyState:
    """The state after `solver.updates` more updates; it is on the CPU again."""
    generator = generator_at(state.generator)
    current = _placed(state, solver.device)
    parameters = {
        name: value.clone().requires_grad_() for name, value in current.parameters.items()
    }
    optimiser = torch.optim.Adam(parameters.values(), betas=_BETAS)
    for name, moments in current.moments.items():
        optimiser.state[parameters[name]] = {key: value.clone() for key, value in moments.items()}
    current = replace(current, parameters=parameters)
    for _ in range(min(solver.updates, solver.length - state.updates)):
        current, loss = _sampled(solver, problem, current, generator)
        loss.backward()
        optimiser.param_groups[0]["lr"] = rate(solver, current.updates)
        optimiser.step()
        optimiser.zero_grad()
        current = replace(current, updates=current.updates + 1)
    after = replace(
        current,
        parameters={name: value.detach() for name, value in parameters.items()},
        moments={name: dict(optimiser.state[value]) for name, value in parameters.items()},
        generator=generator.get_state(),
    )
    return _placed(_observed(solver, problem, after), "cpu")


def rate(solver: EnergyGuided, updates: int) -> float:
    """The learning rate after so many updates: half a cosine down to 0."""
    return float(solver.learning_rate * (1 + cos(pi * min(updates / solver.length, 1.0))) / 2)


def annealed_reg(solver: EnergyGuided, state: EnergyState) -> float:
    """ε after the updates of a state: it falls geometrically to the problem's, then stays."""
    start = max(solver.start_reg * float(state.frame["unit"]), state.reg)
    left = max(0.0, 1 - state.updates / (solver.annealing * solver.length))
    return float(start**left * state.reg ** (1 - left))


def plans_of(solver: EnergyGuided, problem: SampleProblem, state: EnergyState) -> Plans:
    """The conditional plans at a state, for its annealed ε."""
    potentials = Potentials(state.parameters, state.weights, problem.kept, state.frame)
    return Plans(potentials, TorchCosts.of(problem), annealed_reg(solver, state))


def langevin_step(solver: EnergyGuided, state: EnergyState) -> float:
    """The step of chains in the problem's units: the setting over the cost's curvature."""
    return float(solver.langevin_step * state.frame["scale"] ** 2 / state.frame["unit"])


def _sampled(
    solver: EnergyGuided, problem: SampleProblem, state: EnergyState, generator: Generator
) -> tuple[EnergyState, Tensor]:
    """A state with new samples of the plans, and a loss whose slope is that of minus the dual.

    The slope of the dual is ``−Σ λ_k E_x E_{y∼μ_x} ∂_θ f_k(y)`` (Kolesov et al., 2024, theorem
    4.3).
    """
    plans = plans_of(solver, problem, state)
    shares = state.weights[list(problem.kept)]
    if solver.sampler == "shared":
        x = draws(problem, solver.batch, generator).to(shares.device)
        mean, covariance = _moments(problem, state.starts)
        proposals = sampling.shared_proposals(
            solver.proposals, mean, solver.proposal_width**2 * covariance, generator
        )
        found = sampling.shared_importance(plans, x, proposals)
        values = plans.potentials.values(proposals.points)
        loss = shares @ (found.shares.mean(dim=1) * values).sum(dim=-1)
        return replace(state, ess=found.effective), loss
    state = _moved(solver, problem, state, plans, generator)
    young = 0 if solver.sampler == "fresh" else int(_BURN_IN * solver.batch)
    x, y = (chains[:, : solver.batch - young] for chains in (state.sources, state.chains))
    if solver.sampler != "centred":
        return state, shares @ plans.potentials.own_values(y).mean(dim=1)
    proposals = sampling.centred_proposals(y, solver.draws, _variance(state, plans), generator)
    found = sampling.centred_importance(plans, x, proposals)
    values = plans.potentials.own_values(proposals.points.flatten(1, 2))
    means = (found.shares.flatten(1, 2) * values).sum(dim=1) / x.shape[1]
    return replace(state, ess=found.effective), shares @ means


def _moved(
    solver: EnergyGuided,
    problem: SampleProblem,
    state: EnergyState,
    plans: Plans,
    generator: Generator,
) -> EnergyState:
    """Chains form a queue: new ones enter at its end, the oldest leave, then all move."""
    batch, fresh = solver.batch, solver.sampler == "fresh"
    missing = batch - state.chains.shape[1]
    entering = batch if fresh else max(-(-batch // solver.lifetime), missing)
    sources = draws(problem, entering, generator).to(state.sources)
    begun = sampling.started(plans, sources, state.starts, 1, generator).squeeze(2)
    x = torch.cat([state.sources, sources], dim=1)[:, -batch:]
    y = torch.cat([state.chains, begun], dim=1)[:, -batch:]
    steps = solver.langevin_steps * (solver.lifetime if fresh else 1)
    step = langevin_step(solver, state)
    if solver.sampler == "centred":
        y = sampling.ascended(plans, x, y, steps, step)
    else:
        move = sampling.adjusted_langevin if solver.sampler == "adjusted" else sampling.langevin
        y = move(plans, x, y, steps, step, generator)
    return replace(state, sources=x, chains=y)


@torch.no_grad()
def _observed(solver: EnergyGuided, problem: SampleProblem, state: EnergyState) -> EnergyState:
    """The state with the points that are shown, and the dual estimated about their modes.

    Starts and noise are the same in every iterate, so that points move with the potentials only.
    """
    plans = plans_of(solver, problem, state)
    generator = torch.Generator().manual_seed(solver.seed + _SHOWN_STREAM)
    step = langevin_step(solver, state)
    x = state.shown_sources
    y = sampling.started(plans, x, state.starts, 1, generator).squeeze(2)
    shown = sampling.langevin(plans, x, y, solver.shown_steps, step, generator)
    x = x[:, :_ESTIMATED]
    modes = sampling.ascended(plans, x, shown[:, :_ESTIMATED], _TO_MODES, step)
    proposals = sampling.centred_proposals(modes, _DRAWS, _variance(state, plans), generator)
    found = sampling.centred_importance(plans, x, proposals)
    dual = state.weights[list(problem.kept)] @ found.transforms.mean(dim=1)
    own = solver.sampler in ("shared", "centred") and state.updates > 0
    ess = state.ess if own else found.effective
    return replace(state, shown=shown, estimate=float(dual), ess=ess)


def _variance(state: EnergyState, plans: Plans) -> float:
    """Of a plan's conditionals where the potential is flat."""
    return plans.reg * float(state.frame["scale"] ** 2 / state.frame["unit"])


def draws(problem: SampleProblem, count: int, generator: Generator) -> Tensor:
    """Independent points of each marginal, (K, count, d_k)."""
    return torch.stack([marginal.draw(count, generator) for marginal in problem.marginals]).float()


def all_weights(problem: SampleProblem) -> Tensor:
    """λ of all marginals that were given, (H,)."""
    return torch.from_numpy(problem.all_weights).float()


def _starts(problem: SampleProblem, generator: Generator) -> Tensor:
    """Ground barycentres of independent tuples, (m, d)."""
    x = draws(problem, _TUPLES, generator)
    return TorchCosts.of(problem).barycentres(x, problem.weights)


def _moments(problem: SampleProblem, starts: Tensor) -> tuple[Tensor, Tensor]:
    """About those of the barycenter: mean (d,) and covariance (d, d).

    Where the cost is the squared distance, the mean of independent points varies less than the
    barycenter of equal shapes, by the factor ``Σ λ²``.
    """
    covariance = torch.atleast_2d(torch.cov(starts.T)) / float((problem.weights**2).sum())
    flat = _LEAST_VARIANCE * covariance.trace() * torch.eye(len(covariance)).to(starts)
    return starts.mean(dim=0), covariance + flat


def _frame(problem: SampleProblem, generator: Generator) -> dict[str, Tensor]:
    """Where the barycenter is, and how large; see `Potentials`.

    Potentials vary by the scale squared times the cost's curvature, which is how much its slopes
    differ from one place to another.

    Raises
    ------
    ValueError
        If these are near zero, or too large.
    """
    starts = _starts(problem, generator)
    mean, covariance = _moments(problem, starts)
    scale = (covariance.trace() / problem.dimension).sqrt()
    x = draws(problem, len(starts), generator)
    y = starts.expand(len(x), -1, -1)
    other = y.flip(1)
    costs = TorchCosts.of(problem)
    change = (costs.slopes(x, y) - costs.slopes(x, other)).square().sum(dim=-1).mean()
    curvature = (change / (y - other).square().sum(dim=-1).mean()).sqrt()
    frame = {"centre": mean, "scale": scale, "unit": curvature * scale**2}
    if not is_usable_frame(frame):
        raise ValueError(
            "costs: near the samples they do not change with the barycenter's point, or by more or "
            "less than single precision can hold; give others, or rescale the samples."
        )
    return frame


def _placed(state: EnergyState, device: str) -> EnergyState:
    """The state with what is computed with on a device; the generator stays on the CPU."""
    names = [field.name for field in fields(state) if field.name not in ("signature", "generator")]
    return replace(state, **{name: _on(getattr(state, name), device) for name in names})


def _on(value: Any, device: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _on(entry, device) for key, entry in value.items()}
    return value.to(device) if isinstance(value, Tensor) else value
