"""SVG charts, written by hand: bars on a logarithmic scale, and memory over time.

They carry no background, and their colours follow the reader's light or dark
scheme; where that is unknown, mid-tones serve both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

STYLE = """<style>
text { font: 13px system-ui, sans-serif; fill: #768390 }
.title { font-size: 15px; font-weight: 600 }
.small { font-size: 11px }
.bar { fill: #8c959f } .own { fill: #1f6feb } .axis { stroke: #8c959f; stroke-opacity: .45 }
.line { fill: none; stroke-width: 2 }
@media (prefers-color-scheme: light) { text { fill: #424a53 } }
@media (prefers-color-scheme: dark) { text { fill: #b1bac4 } .own { fill: #58a6ff } }
</style>"""

COLOURS = ("#1f6feb", "#d4822b", "#2da44e", "#a371f7", "#cf5b6a", "#8c959f")
WIDTH, LABELS, VALUES, ROW = 760, 230, 120, 26


@dataclass(frozen=True)
class Bar:
    label: str
    value: float
    text: str  # the value as it is shown
    own: bool  # whether it is pipe's


@dataclass(frozen=True)
class Line:
    label: str
    points: list[tuple[float, float]]


def document(height: int, title: str, body: list[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" role="img" aria-label="{escape(title)}">'
    )
    return "\n".join([head, f"<title>{escape(title)}</title>", STYLE, *body, "</svg>"]) + "\n"


def label(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    attributes = (f' class="{kind}"' if kind else "") + (f' text-anchor="{anchor}"' if anchor != "start" else "")
    return f'<text x="{x:.1f}" y="{y:.1f}"{attributes}>{escape(text)}</text>'


def rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="axis" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def bar_chart(title: str, note: str, bars: list[Bar]) -> str:
    """Horizontal bars from the decade below the least value: figures here span three decades."""
    lowest = 10 ** math.floor(math.log10(min(bar.value for bar in bars) * 0.9))
    highest = max(bar.value for bar in bars) * 1.05
    span = math.log10(highest / lowest)
    room = WIDTH - LABELS - VALUES

    def place(value: float) -> float:
        return LABELS + room * math.log10(value / lowest) / span

    top = 56
    height = top + ROW * len(bars) + 30
    body = [label(0, 18, title, "title"), label(0, 38, note, "small")]
    decade = lowest
    while decade <= highest:
        body.append(rule(place(decade), top - 6, place(decade), height - 22))
        body.append(label(place(decade), height - 6, f"{decade:,.10g}", "small", "middle"))
        decade *= 10
    for index, bar in enumerate(bars):
        y = top + index * ROW
        body.append(label(LABELS - 10, y + 15, bar.label, anchor="end"))
        kind = "own" if bar.own else "bar"
        body.append(
            f'<rect class="{kind}" x="{LABELS}" y="{y + 2}" '
            f'width="{max(1.0, place(bar.value) - LABELS):.1f}" height="{ROW - 8}" rx="2"/>'
        )
        body.append(label(place(bar.value) + 6, y + 15, bar.text))
    return document(height, title, body)


def nice_ceiling(value: float) -> float:
    """The least of 1, 2, 5 × 10ⁿ that is not below `value`."""
    decade = 10 ** math.floor(math.log10(value))
    return next(step * decade for step in (1, 2, 5, 10) if step * decade >= value * 0.999999)


def line_chart(title: str, note: str, lines: list[Line]) -> str:
    """Lines over the share of the run (0 to 1), from zero."""
    left, right, top, height = 60, WIDTH - 30, 60, 300
    bottom = height + top
    highest = nice_ceiling(max(value for line in lines for _, value in line.points))
    body = [label(0, 18, title, "title"), label(0, 38, note, "small")]
    for step in range(5):
        y = bottom - (bottom - top) * step / 4
        body.append(rule(left, y, right, y))
        body.append(label(left - 8, y + 4, f"{highest * step / 4:g}", "small", "end"))
        x = left + (right - left) * step / 4
        body.append(label(x, bottom + 18, f"{25 * step} %", "small", "middle"))
    for index, line in enumerate(lines):
        colour = COLOURS[index % len(COLOURS)]
        points = " ".join(
            f"{left + (right - left) * share:.1f},{bottom - (bottom - top) * value / highest:.1f}"
            for share, value in line.points
        )
        body.append(f'<polyline class="line" stroke="{colour}" points="{points}"/>')
        y = bottom + 42 + index * 20
        body.append(f'<rect x="{left}" y="{y - 10}" width="12" height="12" fill="{colour}"/>')
        body.append(label(left + 20, y, line.label))
    return document(bottom + 40 + 20 * len(lines), title, body)
