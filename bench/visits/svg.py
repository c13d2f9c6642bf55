"""Elements of SVG pictures that are readable on light and dark pages: two sets of colours, and no background."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600; font-size: 13px } .small { font-size: 10px } .quiet { fill: #57606a }
.end { text-anchor: end } .middle { text-anchor: middle }
.axis { stroke: #afb8c1; stroke-width: 1 } .even { stroke: #57606a; stroke-width: 1; stroke-dasharray: 4 3 }
.ours { fill: #0969da } .other { fill: #8c959f }
.document { fill: #8250df } .script { fill: #d4a72c } .archive { fill: #1a7f37 } .rest { fill: #8c959f }
.busy { fill: #bc4c00 } .waiting { opacity: .4 } .spread { stroke: #24292f; stroke-width: 1.5 }
.mark-archive { stroke: #1a7f37 } .mark-still { stroke: #0969da } .mark-image { stroke: #cf222e }
.mark { stroke-width: 1.5 } .now-archive { fill: #1a7f37 } .now-still { fill: #0969da } .now-image { fill: #cf222e }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .quiet { fill: #9198a1 } .axis { stroke: #484f58 } .even { stroke: #9198a1 }
.ours { fill: #4493f8 } .document { fill: #ab7df8 } .script { fill: #d29922 } .archive { fill: #3fb950 }
.spread { stroke: #e6edf3 } .busy { fill: #db6d28 } .mark-archive { stroke: #3fb950 } .mark-still { stroke: #4493f8 }
.mark-image { stroke: #f85149 } .now-archive { fill: #3fb950 } .now-still { fill: #4493f8 } .now-image { fill: #f85149 }
}"""


def picture(width: float, height: float, title: str, parts: Iterable[str]) -> str:
    """A whole picture; ``title`` is for readers who do not see it."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img">'
    return "\n".join([head, f"<title>{escape(title)}</title>", f"<style>{STYLE}</style>", *parts, "</svg>"]) + "\n"


def text(x: float, y: float, words: str, kind: str = "") -> str:
    """Words whose baseline begins at a point, or ends or is centred there."""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{escape(words)}</text>'


def bar(x: float, y: float, width: float, height: float, kind: str) -> str:
    """A rectangle, at least so wide that it can be seen."""
    place = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.5):.1f}" height="{height:.1f}"'
    return f'<rect {place} class="{kind}"/>'


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """A straight line."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'
