"""The ground cost of a point problem: the choice as data and as text, and its controls."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import unquote

import panel as pn
import panel_material_ui as pmui
import param

from explorer.inputs.spelling import echo, encoded
from explorer.views.text import problem, text
from solvers.bijected_costs import Twister
from solvers.costs import MAX_EXPONENT, MIN_EXPONENT, Costs, PowerNorm, SquaredEuclidean
from solvers.expression_costs import Expression
from solvers.expressions import EXAMPLE, MAX_CHARACTERS
from solvers.projected_costs import Circles, Projections

FAMILIES = {
    "squared": "Squared distance",
    "power": "Norm ‖x − y‖ₚ^q",
    "circles": "Distance to shadows on circles",
    "shadows": "Shadows on planes (3D)",
    "twister": "Twisted distance",
    "own": "Your own formula",
}

# The fields that a family has, in the order of its spelling.
_SETTINGS = {"power": ("p", "q"), "shadows": ("power",), "own": ("expression",)}
_THIRD_COORDINATE = re.compile(r"\b[xy]3\b")
_NUMBER = re.compile(r"[0-9](?:\.[0-9]{1,3})?")


@dataclass(frozen=True)
class GroundCost:
    """A family of ground costs with its settings.

    Attributes
    ----------
    family : str
        One of `FAMILIES`.
    p, q : float
        Of ``"power"``, 1 to 4.
    power : int
        Of ``"shadows"``, 1 or 2.
    expression : str
        Of ``"own"``.

    Raises
    ------
    ValueError
        If there is no such family, or a setting that it has is none that it takes.
    """

    family: str = "squared"
    p: float = 2.0
    q: float = 2.0
    power: int = 1
    expression: str = ""

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise ValueError(
                f"cost: “{echo(self.family)}” is unknown; there are {', '.join(FAMILIES)}."
            )
        self._in_space()

    @classmethod
    def read(cls, text: str) -> GroundCost:
        """The cost of a text as from `spelled`.

        Raises
        ------
        ValueError
            With one sentence that says what is unknown.
        """
        family, *values = text.split("~")
        names = _SETTINGS.get(family, ())
        if len(values) != len(names):
            if family in FAMILIES:
                form = "~".join([family, *names])
                raise ValueError(f"cost: “{echo(text)}” must have the form “{form}”.")
            return cls(family)  # refuses it
        settings = {name: _setting(name, value) for name, value in zip(names, values, strict=True)}
        return cls(family, **settings)

    def spelled(self) -> str:
        """The cost as a text of characters that an address leaves as they are."""
        values = (getattr(self, name) for name in _SETTINGS.get(self.family, ()))
        return "~".join(
            [self.family, *(encoded(v) if isinstance(v, str) else f"{v:.4g}" for v in values)]
        )

    def costs(self, count: int, dimension: int = 2) -> Costs:
        """The costs of a problem.

        Parameters
        ----------
        count : int
            Of the marginals.
        dimension : int
            Of the space that they live in.

        Raises
        ------
        ValueError
            If the family is none for so many, or the expression none for the dimension.
        """
        make, arguments = self._call(count, dimension)
        return make(*arguments)

    def code(self, count: int, dimension: int = 2) -> tuple[str, list[str], dict[str, set[str]]]:
        """The costs as Python: what to call, its arguments, and the names to import, by module."""
        make, arguments = self._call(count, dimension)
        name = make.__qualname__
        return name, [*map(json.dumps, arguments)], {make.__module__: {name.partition(".")[0]}}

    def check(self, dimension: int) -> None:
        """Refuse a formula with a third coordinate for clouds in the plane.

        Raises
        ------
        ValueError
            With one sentence that names the coordinate.
        """
        if dimension == 2 and (third := _THIRD_COORDINATE.search(self.expression)):
            raise ValueError(
                f"{third[0]}: there is no third coordinate in the plane; "
                "there are x1, x2, y1, y2 and r."
            )

    @property
    def formula(self) -> str:
        """The costs as a text for the page."""
        return self._in_space().formula

    @staticmethod
    def scene(costs: Costs) -> tuple[str, Any]:
        """What lies under the points, as `explorer.views.cloud.CloudView.backdrop` takes it."""
        if isinstance(costs, Circles):
            return "circles", (costs.centres, costs.radii)
        if isinstance(costs, Projections):
            return "shadows", costs.matrices
        return "plane", None

    def _in_space(self) -> Costs:
        return self.costs(2, 3)

    def _call(self, count: int, dimension: int) -> tuple[Callable[..., Costs], tuple[Any, ...]]:
        """What makes the costs, and its arguments."""
        match self.family:
            case "power":
                return PowerNorm, (self.p, self.q, dimension)
            case "circles":
                return Circles.usual, (count,)
            case "shadows":
                return Projections.usual, (count, self.power)
            case "twister":
                return Twister, ()
            case "own":
                return Expression, (self.expression, dimension)
        return SquaredEuclidean, (dimension,)


class GroundCostInput(pn.viewable.Viewer):
    """A menu of families, and controls for the settings that the chosen one has."""

    value = param.ClassSelector(class_=GroundCost, default=GroundCost(), doc="What is chosen.")
    dimension = param.Integer(
        default=3, bounds=(2, 3), doc="Of the clouds' space; 3 also while it is unknown."
    )

    family: Any = param.Selector(
        objects={label: family for family, label in FAMILIES.items()}, label="Cost",
        doc="What it costs to move mass from a point of the barycenter to one of a marginal.",
    )  # fmt: skip
    p = param.Number(
        default=1.5, bounds=(MIN_EXPONENT, MAX_EXPONENT), step=0.1, label="p",
        doc="Which norm: 1 counts streets of a grid, 2 the straight line.",
    )  # fmt: skip
    q = param.Number(
        default=1.5, bounds=(MIN_EXPONENT, MAX_EXPONENT), step=0.1, label="q",
        doc="The power of the norm: 1 is indifferent to how far, more fears long ways.",
    )  # fmt: skip
    squared = param.Boolean(default=False, label="Squared", doc="Power 2 instead of 1.")
    expression = param.String(default=EXAMPLE, label="c(x, y) =", doc="A formula, ≥ 0.")

    def __init__(
        self, cost: GroundCost | None = None, families: Sequence[str] = tuple(FAMILIES)
    ) -> None:
        """Show what is chosen at first, the squared distance if omitted, among some families."""
        super().__init__()
        self.param.family.objects = {FAMILIES[family]: family for family in families}
        wide: dict[str, Any] = {"sizing_mode": "stretch_width", "size": "small"}
        self._typed = pmui.TextInput.from_param(
            self.param.expression, max_length=MAX_CHARACTERS, placeholder=EXAMPLE, **wide
        )
        self._settings = {
            "power": pn.Row(
                pmui.FloatSlider.from_param(self.param.p, format="0.0", **wide),
                pmui.FloatSlider.from_param(self.param.q, format="0.0", **wide),
                sizing_mode="stretch_width",
            ),
            "shadows": pmui.Switch.from_param(self.param.squared, margin=(4, 10)),
            "own": self._typed,
        }
        self._problem, self._formula = text(margin=(0, 10)), text()
        self._layout = pn.Column(
            pmui.Select.from_param(self.param.family, **wide),
            *self._settings.values(),
            self._problem,
            self._formula,
            sizing_mode="stretch_width",
        )
        self.param.watch(self._take, ["dimension", "family", "p", "q", "squared", "expression"])
        self.load(cost or GroundCost())

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout

    def load(self, cost: GroundCost) -> None:
        """Show a cost, and choose it for whatever clouds; settings of other families stay."""
        settings = {name: getattr(cost, name) for name in _SETTINGS.get(cost.family, ())}
        if "power" in settings:
            settings["squared"] = settings.pop("power") == 2
        self.param.update(family=cost.family, dimension=3, **settings)
        self._take()

    def _take(self, *events: Any) -> None:
        """Choose what the controls show, unless it is no cost."""
        for family, controls in self._settings.items():
            controls.visible = family == self.family
        shown: dict[str, Any] = {
            "p": self.p, "q": self.q, "power": 2 if self.squared else 1,
            "expression": self.expression,
        }  # fmt: skip
        kept = {name: shown[name] for name in _SETTINGS.get(self.family, ())}
        try:
            cost = GroundCost(self.family, **kept)
            cost.check(self.dimension)
        except ValueError as error:
            self._refuse(str(error).removeprefix("expression: "))
            return
        self._refuse("")
        self._formula.object = f'<span class="hint">{escape(cost.formula)}</span>'
        if cost != self.value:  # param would announce an equal one too
            self.value = cost

    def _refuse(self, sentence: str) -> None:
        """Say beside the formula what is wrong with it; nothing if it is empty."""
        self._typed.error_state = bool(sentence)
        self._problem.object = sentence and problem(f"{sentence} The previous cost stays.")


def _setting(name: str, value: str) -> Any:
    if name == "expression":
        return unquote(value)
    if not _NUMBER.fullmatch(value):
        raise ValueError(f"cost: {name} is “{echo(value)}”, but must be a number such as 1.5.")
    return int(value) if value in ("1", "2") and name == "power" else float(value)
