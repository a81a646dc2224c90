"""Colours: one hue for each marginal and each solver, everywhere in the app."""

from __future__ import annotations

# Told apart by readers with any common colour blindness, and legible on white and on near-black.
MARGINAL_COLORS = ("#d1495b", "#1f8a70", "#3f6fd8", "#d08a1d", "#8a56c2", "#2a93b5")

SOLVER_COLORS = {"SGA": "#4d64e0"}

PRIMARY = "#2b3fc4"

# What panel-material-ui's page needs to know of them.
THEME_CONFIG = {
    "light": {"palette": {"primary": {"main": PRIMARY}, "background": {"default": "#f5f6fb"}}},
    "dark": {
        "palette": {
            "primary": {"main": "#93a4ff"},
            "background": {"default": "#0f1220", "paper": "#171b2e"},
        }
    },
}
