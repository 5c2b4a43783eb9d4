"""Small SVG pictures: lines over time with labels at their ends, and boxes with arrows.

Binary floats place ink here and decide nothing. Everything is rounded to a tenth of a pixel, so
that the same figures always draw the same bytes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from xml.sax.saxutils import escape

Point = tuple[int, Decimal | None]
"""A moment in microseconds and an amount; None where it is not known."""

LIGHT = {
    "ink": "#1f2933",
    "mute": "#5c6773",
    "grid": "#dde3ea",
    "paper": "#f4f6f8",
    "equity": "#1864ab",
    "floor": "#c92a2a",
    "daily": "#b8450b",
    "good": "#2b7a3d",
    "other": "#6741d9",
}
DARK = {
    "ink": "#e9ecef",
    "mute": "#a6b0bb",
    "grid": "#3d4351",
    "paper": "#2a2f3b",
    "equity": "#74c0fc",
    "floor": "#ff8787",
    "daily": "#ffa94d",
    "good": "#8ce99a",
    "other": "#c3b1ff",
}
PALETTES = {"light": LIGHT, "dark": DARK}
FONT = "font-family='system-ui, sans-serif'"


@dataclass
class Canvas:
    """Ink by names of a palette."""

    width: int
    height: int
    title: str
    palette: dict[str, str]
    parts: list[str] = field(default_factory=list)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        ink: str = "ink",
        size: int = 13,
        anchor: str = "start",
    ) -> None:
        self.parts.append(
            f"<text x='{x:.1f}' y='{y:.1f}' fill='{self.palette[ink]}' font-size='{size}' "
            f"text-anchor='{anchor}' {FONT}>{escape(words)}</text>"
        )

    def rule(
        self, ends: tuple[float, float, float, float], ink: str, width: float = 1, dash: str = ""
    ) -> None:
        x1, y1, x2, y2 = ends
        dashed = f" stroke-dasharray='{dash}'" if dash else ""
        self.parts.append(
            f"<line x1='{x1:.1f}' y1='{y1:.1f}' x2='{x2:.1f}' y2='{y2:.1f}' "
            f"stroke='{self.palette[ink]}' stroke-width='{width}'{dashed}/>"
        )

    def area(
        self, corner: tuple[float, float], size: tuple[float, float], ink: str, opacity: float
    ) -> None:
        self.parts.append(
            f"<rect x='{corner[0]:.1f}' y='{corner[1]:.1f}' width='{size[0]:.1f}' "
            f"height='{size[1]:.1f}' rx='3' fill='{self.palette[ink]}' fill-opacity='{opacity}'/>"
        )

    def path(self, points: Sequence[tuple[float, float]], ink: str, width: float = 2) -> None:
        moves = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(
            f"<polyline points='{moves}' fill='none' stroke='{self.palette[ink]}' "
            f"stroke-width='{width}' stroke-linejoin='round'/>"
        )

    def dot(self, x: float, y: float, ink: str) -> None:
        self.parts.append(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='5' fill='{self.palette[ink]}'/>")

    def box(
        self, corner: tuple[float, float], size: tuple[float, float], lines: Sequence[str], ink: str
    ) -> None:
        """A frame with its first line in strong ink and the others below it."""
        (x, y), (width, height) = corner, size
        self.parts.append(
            f"<rect x='{x:.1f}' y='{y:.1f}' width='{width:.1f}' height='{height:.1f}' rx='6' "
            f"fill='{self.palette['paper']}' stroke='{self.palette[ink]}' stroke-width='1.5'/>"
        )
        for number, line in enumerate(lines):
            self.text(x + 12, y + 22 + 18 * number, line, "mute" if number else "ink")

    def arrow(
        self, start: tuple[float, float], end: tuple[float, float], ink: str = "mute"
    ) -> None:
        """A straight arrow, level or upright."""
        self.rule((*start, *end), ink, 1.5)
        (x, y), level = end, start[1] == end[1]
        back = 7 if (end[0] if level else end[1]) > (start[0] if level else start[1]) else -7
        wings = (
            [(x - back, y - 4), (x - back, y + 4)]
            if level
            else [(x - 4, y - back), (x + 4, y - back)]
        )
        corners = " ".join(f"{cx:.1f},{cy:.1f}" for cx, cy in (end, *wings))
        self.parts.append(f"<polygon points='{corners}' fill='{self.palette[ink]}'/>")

    def svg(self) -> str:
        return (
            f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {self.width} {self.height}' "
            f"role='img'><title>{escape(self.title)}</title>\n"
            + "\n".join(self.parts)
            + "\n</svg>\n"
        )


@dataclass(frozen=True)
class Plot:
    """Amounts over time inside a canvas; the right margin is for the labels of lines."""

    canvas: Canvas
    begin: int
    end: int
    low: Decimal
    high: Decimal
    left: int = 70
    right: int = 170
    top: int = 30
    bottom: int = 34

    def x(self, at: int) -> float:
        inner = self.canvas.width - self.left - self.right
        return self.left + (at - self.begin) / (self.end - self.begin) * inner

    def y(self, amount: Decimal) -> float:
        inner = self.canvas.height - self.top - self.bottom
        return (
            self.canvas.height
            - self.bottom
            - float((amount - self.low) / (self.high - self.low)) * inner
        )

    def grid(self, amounts: Iterable[int]) -> None:
        """Level lines with their amounts."""
        for amount in amounts:
            y = self.y(Decimal(amount))
            self.canvas.rule((self.left, y, self.canvas.width - self.right, y), "grid")
            self.canvas.text(self.left - 8, y + 4, f"{amount:,}", "mute", 12, "end")

    def moment(self, at: int, words: str, ink: str = "mute") -> None:
        """An upright line with its words below the picture."""
        bottom = self.canvas.height - self.bottom
        self.canvas.rule((self.x(at), self.top, self.x(at), bottom), ink, 1, "4 4")
        self.canvas.text(self.x(at), bottom + 18, words, ink, 12, "middle")

    def line(
        self, points: Sequence[Point], ink: str, label: str = "", *, stepped: bool = False
    ) -> None:
        """A line that breaks where the amount is not known, with a label at its end."""
        run: list[tuple[float, float]] = []
        last: tuple[float, float] | None = None
        for at, amount in points:
            if amount is None:
                self._draw(run, ink)
                run = []
                continue
            place = (self.x(at), self.y(amount))
            if stepped and run and run[-1][1] != place[1]:
                run.append((place[0], run[-1][1]))
            run.append(place)
            last = place
        self._draw(run, ink)
        if last is not None and label:
            self.canvas.text(last[0] + 8, last[1] + 4, label, ink)

    def _draw(self, run: Sequence[tuple[float, float]], ink: str) -> None:
        if len(run) > 1:
            self.canvas.path(run, ink)
