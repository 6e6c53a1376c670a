"""Horizontal bars as SVG: one for each contestant, sorted by time, ours in a colour of its own, the contestant that all are
compared with as a line. Readable on light and on dark paper, which the viewer's preference chooses."""

from dataclasses import dataclass
from html import escape

WIDTH = 760
NAMES = 232  # where bars begin; names end just left of it
VALUES = 128  # what is written at a bar's end
BAR, GAP = 18, 9
HEADING = 30
# A bar that is longer than so many times the line is cut off, so that the others can be told apart.
MAX_RATIO = 4.0

STYLE = """
  .paper { fill: #ffffff } text { fill: #1c2024; font: 13px system-ui, sans-serif } .title { font-size: 16px; font-weight: 600 }
  .heading { font-weight: 600 } .name { text-anchor: end } .faint { fill: #5b646e; font-size: 12px }
  .bar { fill: #b4bec8 } .ours { fill: #0b5cad } .ours-name { font-weight: 600 }
  .value { paint-order: stroke; stroke: #ffffff; stroke-width: 4px }
  .floor { stroke: #1c2024; stroke-dasharray: 4 3 } .spread { stroke: #1c2024; stroke-width: 1.5 } .cut { stroke: #ffffff; stroke-width: 3 }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #14171a } text { fill: #e4e7ea } .faint { fill: #a2abb5 } .bar { fill: #56626e } .ours { fill: #7db8f5 }
    .floor, .spread { stroke: #e4e7ea } .cut, .value { stroke: #14171a }
  }"""


@dataclass
class Bar:
    name: str
    time: str  # as it is written
    ratio: float  # to the contestant that is the line
    low: float = 0.0  # half of all rounds lie between these; none if both are 0
    high: float = 0.0
    is_ours: bool = False


def bars_as_svg(title, line, panels):
    """`panels` is a list of (heading, bars); `line` says what a ratio of 1 is."""
    parts, y = [], 62
    for heading, bars in panels:
        if heading:
            parts.append(f'<text class="heading" x="16" y="{y + 12}">{escape(heading)}</text>')
            y += HEADING
        parts += panel(bars, y)
        y += len(bars) * (BAR + GAP) + GAP
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}\n</style>",
        f'<rect class="paper" width="{WIDTH}" height="{y}"/>',
        f'<text class="title" x="16" y="28">{escape(title)}</text>',
        f'<text class="faint" x="16" y="47">Shorter is faster. The line, 1.00×, is {escape(line)}.</text>',
        *parts,
        "</svg>",
        "",
    ])


def panel(bars, top):
    ordered = sorted(bars, key=lambda bar: bar.ratio)
    longest = min(MAX_RATIO, max(1.0, *(max(bar.ratio, bar.high) for bar in bars)))
    scale = (WIDTH - NAMES - VALUES) / longest
    rows = [(bar, top + number * (BAR + GAP)) for number, bar in enumerate(ordered)]
    for bar, y in rows:
        yield f'<rect class="{"ours" if bar.is_ours else "bar"}" x="{NAMES}" y="{y}" width="{scale * min(bar.ratio, longest):.1f}" height="{BAR}" rx="2"/>'
    bottom = top + len(ordered) * (BAR + GAP) - GAP / 2
    x = NAMES + scale
    yield f'<line class="floor" x1="{x:.1f}" x2="{x:.1f}" y1="{top - GAP / 2}" y2="{bottom}"/>'
    for bar, y in rows:
        yield from spread_and_texts(bar, y, scale, longest)


def spread_and_texts(bar, y, scale, longest):
    end = NAMES + scale * min(bar.ratio, longest)
    middle = y + BAR / 2
    baseline = y + BAR - 5
    yield f'<text class="name{" ours-name" if bar.is_ours else ""}" x="{NAMES - 10}" y="{baseline}">{escape(bar.name)}</text>'
    if bar.ratio > longest:
        yield f'<line class="cut" x1="{end - 24:.1f}" x2="{end - 16:.1f}" y1="{y + BAR + 2}" y2="{y - 2}"/>'
    elif bar.high > bar.low:
        low, high = (NAMES + scale * min(ratio, longest) for ratio in (bar.low, bar.high))
        yield f'<line class="spread" x1="{low:.1f}" x2="{high:.1f}" y1="{middle}" y2="{middle}"/>'
        for x in (low, high):
            yield f'<line class="spread" x1="{x:.1f}" x2="{x:.1f}" y1="{middle - 4}" y2="{middle + 4}"/>'
        end = max(end, high)
    yield f'<text class="value" x="{end + 8:.1f}" y="{baseline}">{escape(bar.time)}, {bar.ratio:.2f}×</text>'
