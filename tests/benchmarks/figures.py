"""Print measured figures, one a line, and remember whether their bars were held."""

from __future__ import annotations


class Figures:
    """Figures of one benchmark, and what a script that prints them should exit with.

    Parameters
    ----------
    unjudged : str, optional
        Why bars do not count this time, such as "at 128²"; printed in place of the verdict.
    """

    def __init__(self, unjudged: str | None = None) -> None:
        self.unjudged = unjudged
        self.missed: list[str] = []

    def report(
        self, name: str, value: float, unit: str, bar: float, at_most: bool = True, digits: int = 3
    ) -> None:
        """Print ``name = value unit (bar: …, held|missed)`` with so many significant digits.

        A NaN misses every bar.
        """
        held = value <= bar if at_most else value >= bar
        rule = "at most" if at_most else "at least"
        verdict = "held" if held else "missed"
        if self.unjudged:
            verdict = f"not judged {self.unjudged}"
        elif not held:
            self.missed.append(name)
        figure = f"{value:.{digits}g} {unit}".rstrip()
        print(f"{name} = {figure} (bar: {rule} {bar:g}, {verdict})")

    @property
    def exit_code(self) -> int:
        """1 where a bar was missed, else 0."""
        return int(bool(self.missed))
