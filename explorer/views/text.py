"""Words and figures on a page."""

from __future__ import annotations

from html import escape
from typing import Any

import panel as pn

_STYLE = """
:host { color: inherit; }
h2 { font-size: 12px; font-weight: 700; letter-spacing: .06em; text-transform: uppercase;
  margin: 0; opacity: .72; }
.figures { display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 14px;
  font-variant-numeric: tabular-nums; min-height: 3em; align-content: flex-start; }
.figures .reason { flex-basis: 100%; opacity: .8; }
.problem { color: var(--mui-palette-error-main, #c62f45); font-weight: 600; }
.hint { font-size: 13px; opacity: .75; }
.code { font: 12.5px/1.5 ui-monospace, monospace; margin: 0; padding: 12px; overflow: auto;
  max-height: 50vh; border-radius: 8px;
  background: color-mix(in srgb, currentColor 7%, transparent); }
.preview { width: 120px; height: 120px; border: 1px solid color-mix(in srgb, currentColor 25%,
  transparent); border-radius: 8px; }
"""


def text(html: str = "", **params: Any) -> pn.pane.HTML:
    """A piece of HTML in the page's type."""
    params = {"sizing_mode": "stretch_width", "margin": (4, 10), **params}
    return pn.pane.HTML(html, stylesheets=[_STYLE], **params)


def problem(sentence: str) -> str:
    """HTML of a sentence that says what is wrong, read out at once by screen readers."""
    return f'<span role="alert" class="problem">{escape(sentence)}</span>'


def heading(title: str, **params: Any) -> pn.pane.HTML:
    """The heading of a group of controls or of a card."""
    return text(f"<h2>{title}</h2>", **{"margin": (12, 10, 4, 10), **params})
