"""A marginal as a short text of characters that an address leaves as they are.

A name of the catalogue, ``text-A``, ``digit-3-7``, ``gmm-…`` with the ellipses of a mixture, or
``own`` for what else is of the visitor's own; after ``~`` the adjustment: i (invert), r (recentre),
b (blur) and t (threshold), these two in percent with up to two decimals.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import quote, unquote

from explorer.inputs.adjustment import Adjustment
from explorer.inputs.cloud_sources import OWN_CLOUD_FILE, OWN_POINTS
from explorer.inputs.mixture_sources import OWN_MIXTURE, own_mixture, read_rows, spelled_rows
from explorer.inputs.sample_sources import OWN_SAMPLES
from explorer.inputs.solids import VOLUME_UPLOAD
from explorer.inputs.sources import (
    DIGITS,
    DRAWING,
    LETTERS,
    UPLOAD,
    Marginal,
)
from explorer.subjects import DENSITIES, MIXTURES, Subject
from solvers import datasets

OWN = "own"

# Mixtures of one's own are not among them: they can be spelled.
_OWN_KINDS = (UPLOAD, DRAWING, VOLUME_UPLOAD, OWN_CLOUD_FILE, OWN_POINTS, OWN_SAMPLES)

_PERCENT = r"([0-9]{1,3}(?:\.[0-9]{1,2})?)"
_ADJUSTMENT = re.compile(rf"(i?)(r?)(?:b{_PERCENT})?(?:t{_PERCENT})?")
_DIGIT = re.compile(r"digit-([0-9])-([0-9]{1,5})")

# Characters of a text from outside that a sentence repeats, at most.
_MAX_ECHO = 40
# Cells along each side where an adjustment is tried out.
_TRIAL = 64


def is_own(marginal: Marginal) -> bool:
    """Whether it is a picture, volume, cloud … of the visitor's own, which no name brings back."""
    return marginal.kind in _OWN_KINDS


def spelled(marginal: Marginal) -> str:
    """A marginal's name and adjustment."""
    if is_own(marginal):
        name = OWN
    elif marginal.kind == LETTERS:
        name = f"text-{encoded(marginal.source)}"
    elif marginal.kind == DIGITS:
        name = "digit-{}-{}".format(*marginal.source)
    elif marginal.kind == OWN_MIXTURE:
        name = f"gmm-{spelled_rows(marginal.source)}"
    else:
        name = marginal.choice.replace(" ", "-")
    adjustment = marginal.adjustment
    changes = "i" * adjustment.invert + "r" * adjustment.recentre
    for letter, fraction in (("b", adjustment.blur), ("t", adjustment.threshold)):
        if percent := round(100 * fraction, 2):
            changes += f"{letter}{percent:g}"
    return f"{name}~{changes}" if changes else name


def named(text: str, subject: Subject) -> Marginal:
    """The subject's marginal of a name other than `OWN`; ValueError if there is none."""
    name = unquote(text)
    for kind, choices in subject.catalogue.items():
        for choice in choices:
            if name == choice.replace(" ", "-"):
                return subject.make(kind, choice)
    if subject.handwrite and (digit := _DIGIT.fullmatch(name)):
        chosen, index = map(int, digit.groups())
        datasets.mnist_digit(chosen, index, _TRIAL)  # refuses what there is not
        return subject.handwrite(chosen, index)
    if subject.write and name.startswith("text-") and len(name) <= _MAX_ECHO:
        return subject.write(name.removeprefix("text-"))
    if subject is MIXTURES and name.startswith("gmm-"):
        return own_mixture(read_rows(name.removeprefix("gmm-")))
    raise ValueError(f"“{echo(name)}” is unknown.")


def adjusted(marginal: Marginal, text: str, subject: Subject) -> Marginal:
    """A marginal with an adjustment; ValueError if there is no such, or it leaves no mass."""
    if subject is not DENSITIES:
        raise ValueError(f"“{echo(text)}” is an adjustment, which only pictures have.")
    parts = _ADJUSTMENT.fullmatch(text)
    if parts is None:
        raise ValueError(f"“{echo(text)}” is no adjustment; “irb2.5t50” is one.")
    invert, recentre, blur, threshold = parts.groups()
    fractions = (round(float(percent or 0) / 100, 4) for percent in (blur, threshold))
    adjustment = Adjustment(bool(invert), bool(recentre), *fractions)
    changed = replace(marginal, adjustment=adjustment)
    changed.draw(_TRIAL)
    return changed


def encoded(text: str) -> str:
    """Percent-encoded, the separators of addresses too."""
    return quote(text, safe="").replace(".", "%2E").replace("~", "%7E")


def echo(text: str) -> str:
    """A text from outside, short enough for a sentence."""
    return text if len(text) <= _MAX_ECHO else text[: _MAX_ECHO - 1] + "…"
