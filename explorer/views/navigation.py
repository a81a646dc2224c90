"""The way from page to page."""

from __future__ import annotations

import panel as pn

from explorer.subjects import DENSITIES, SUBJECTS, Subject

_STYLE = """
:host { color: inherit; }
nav { display: flex; gap: 4px; }
details { display: none; position: relative; }
summary { cursor: pointer; list-style: none; font-size: 14.5px; font-weight: 600; padding: 6px 12px;
  border-radius: 8px; }
summary::after { content: " ▾"; }
details > nav { position: absolute; right: 0; top: 100%; flex-direction: column; padding: 6px;
  border-radius: 10px; z-index: 2000; background: var(--mui-palette-background-paper, Canvas);
  border: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
@media (max-width: 760px) {
  nav.wide { display: none; }
  details { display: block; }
}
a { color: inherit; text-decoration: none; font-size: 14.5px; font-weight: 600; padding: 6px 12px;
  border-radius: 8px; }
a:hover { background: color-mix(in srgb, currentColor 10%, transparent); }
a:focus-visible { outline: 2px solid currentColor; outline-offset: -2px; }
a[aria-current] { background: color-mix(in srgb, currentColor 12%, transparent); }
"""


def navigation(here: Subject) -> pn.pane.HTML:
    """Links to all pages, the present one marked; a menu of them where the window is narrow."""
    links = "".join(_link(subject, subject is here) for subject in SUBJECTS.values())
    return pn.pane.HTML(
        f'<nav aria-label="pages" class="wide">{links}</nav>'
        f"<details><summary>{here.title}</summary>"
        f'<nav aria-label="pages">{links}</nav></details>',
        stylesheets=[_STYLE],
        margin=(0, 8),
    )


def _link(subject: Subject, here: bool) -> str:
    address = "?" if subject is DENSITIES else f"?p={subject.name}"
    current = ' aria-current="page"' if here else ""
    return f'<a href="{address}"{current}>{subject.title}</a>'
