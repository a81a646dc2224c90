"""Colours: one hue for each marginal and each solver, everywhere in the app."""

from __future__ import annotations

# Told apart by readers with any common colour blindness, and legible on white and on near-black.
MARGINAL_COLORS = ("#d1495b", "#1f8a70", "#3f6fd8", "#d08a1d", "#8a56c2", "#2a93b5")

SOLVER_COLORS = {"SGA": "#5b72f0"}

_INK_LIGHT, _INK_DARK = "#1d2340", "#e8ebfa"
_LINE_LIGHT, _LINE_DARK = "#e1e5f2", "#2a3050"


def _components(paper: str, ink: str, line: str) -> dict[str, object]:
    """A quiet header in the colour of the paper, cards with a hairline instead of a shadow."""
    return {
        "MuiAppBar": {
            "styleOverrides": {
                "root": {
                    "backgroundColor": paper,
                    "backgroundImage": "none",
                    "color": ink,
                    "boxShadow": "none",
                    "borderBottom": f"1px solid {line}",
                    "& h3": {"color": ink, "fontSize": "1.25rem"},
                }
            }
        },
        "MuiPaper": {"styleOverrides": {"root": {"backgroundImage": "none"}}},
        "MuiButton": {"styleOverrides": {"root": {"textTransform": "none", "fontWeight": 600}}},
    }


# The page's light and dark look.
THEME_CONFIG = {
    "light": {
        "palette": {
            "primary": {"main": "#2b3fc4"},
            "background": {"default": "#f5f6fb", "paper": "#ffffff"},
            "text": {"primary": _INK_LIGHT},
            "divider": _LINE_LIGHT,
        },
        "shape": {"borderRadius": 10},
        "components": _components("#ffffff", _INK_LIGHT, _LINE_LIGHT),
    },
    "dark": {
        "palette": {
            "primary": {"main": "#93a4ff"},
            "background": {"default": "#0f1220", "paper": "#171b2e"},
            "text": {"primary": _INK_DARK},
            "divider": _LINE_DARK,
        },
        "shape": {"borderRadius": 10},
        "components": _components("#171b2e", _INK_DARK, _LINE_DARK),
    },
}
