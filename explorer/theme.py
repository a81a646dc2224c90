"""Colours: one hue for each marginal and each solver, everywhere in the app."""

from __future__ import annotations

# Told apart by readers with any common colour blindness, and legible on white and on near-black.
MARGINAL_COLORS = ("#d1495b", "#1f8a70", "#3f6fd8", "#d08a1d", "#8a56c2", "#2a93b5")

# Of the exact answer, which no solver computed.
EXACT_COLOR = "#6b7391"

SOLVER_COLORS = {
    "SGA": "#5b72f0",
    "Multiscale SGA": "#1f8a70",
    "WDHA": "#d9542b",
    "CWB": "#b8860b",
    "DSB": "#c2528b",
    # These lie among dots in the marginals' colours, of which there are four.
    "G": "#8a3ffc",
    "H": "#0892a5",
    "Gε": "#d6409f",
    "Free support": "#7a8500",
    "Descent": "#96623b",
    "NWB": "#8a3ffc",
    "CW₂B": "#0892a5",
    "CDWB": "#7a8500",
    "EGB": "#d6409f",
}


def rgb(color: str) -> tuple[int, int, int]:
    """The parts of a colour ``#rrggbb``, 0 to 255 each."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue


def _look(primary: str, desk: str, paper: str, ink: str, line: str) -> dict[str, object]:
    """A quiet header in the colour of the paper, cards with a hairline instead of a shadow."""
    header = {
        "backgroundColor": paper,
        "backgroundImage": "none",
        "color": ink,
        "boxShadow": "none",
        "borderBottom": f"1px solid {line}",
        "& h3": {"color": ink, "fontSize": "1.25rem"},
    }
    styles = {
        "MuiAppBar": header,
        "MuiPaper": {"backgroundImage": "none"},
        "MuiButton": {"textTransform": "none", "fontWeight": 600},
        "MuiToggleButton": {"textTransform": "none", "whiteSpace": "nowrap"},
    }
    components = {name: {"styleOverrides": {"root": root}} for name, root in styles.items()}
    components["MuiMenu"] = {"styleOverrides": {"paper": {"border": f"1px solid {line}"}}}
    return {
        "palette": {
            "primary": {"main": primary},
            "background": {"default": desk, "paper": paper},
            "text": {"primary": ink},
            "divider": line,
        },
        "shape": {"borderRadius": 10},
        "components": components,
    }


THEME_CONFIG = {
    "light": _look("#2b3fc4", "#f5f6fb", "#ffffff", "#1d2340", "#e1e5f2"),
    "dark": _look("#93a4ff", "#0f1220", "#171b2e", "#e8ebfa", "#2a3050"),
}
