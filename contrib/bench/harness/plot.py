"""SVG plots without a library: points joined by lines, with logarithmic axes."""

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 460, 340
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 52, 48
LEGEND_LINE = 18
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"]


class Line:
    """The points of one line."""

    def __init__(self, name, points):
        self.name = name
        self.points = [(x, y) for x, y in points if x > 0 and y > 0]


class Panel:
    """One pair of axes."""

    def __init__(self, title, x_title, lines):
        self.title, self.x_title, self.lines = title, x_title, lines

    def range(self, axis):
        values = [point[axis] for line in self.lines for point in line.points]
        low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        return low, max(high, low + 1)


def _tick(exponent):
    return f"{10 ** exponent:,}" if exponent >= 0 else f"{10 ** exponent:.{-exponent}f}"


def _panel(panel, origin):
    (x_low, x_high), (y_low, y_high) = panel.range(0), panel.range(1)
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x_of(exponent):
        return origin + LEFT + (exponent - x_low) / (x_high - x_low) * width

    def y_of(exponent):
        return TOP + (1 - (exponent - y_low) / (y_high - y_low)) * height

    yield f'<text x="{origin + LEFT}" y="{TOP - 10}" class="title">{escape(panel.title)}</text>'
    for exponent in range(x_low, x_high + 1):
        x = x_of(exponent)
        yield f'<path class="grid" d="M{x:.1f} {TOP}V{TOP + height}"/>'
        yield f'<text x="{x:.1f}" y="{TOP + height + 16}" text-anchor="middle">{_tick(exponent)}</text>'
    for exponent in range(y_low, y_high + 1):
        y = y_of(exponent)
        yield f'<path class="grid" d="M{origin + LEFT} {y:.1f}H{origin + LEFT + width}"/>'
        yield f'<text x="{origin + LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{_tick(exponent)}</text>'
    yield (
        f'<text x="{origin + LEFT + width / 2:.1f}" y="{TOP + height + 36}" text-anchor="middle">'
        f"{escape(panel.x_title)}</text>")
    for number, line in enumerate(panel.lines):
        if not line.points:
            continue
        colour = COLOURS[number % len(COLOURS)]
        places = [(x_of(math.log10(x)), y_of(math.log10(y))) for x, y in sorted(line.points)]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        yield f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        for x, y in places:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'


def write_svg(path, title, panels):
    """Writes the panels side by side, with one legend: their lines have the same names in the same order."""
    names = [line.name for line in panels[0].lines]
    width, height = WIDTH * len(panels), HEIGHT + LEGEND_LINE * ((len(names) + 2) // 3) + 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        "<style>text{font:12px sans-serif;fill:#222}.title{font-weight:bold}.grid{stroke:#ddd;fill:none}</style>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="{LEFT}" y="20" style="font-size:15px" class="title">{escape(title)}</text>',
    ]
    for number, panel in enumerate(panels):
        parts += _panel(panel, number * WIDTH)
    for number, name in enumerate(names):
        x, y = LEFT + number % 3 * 280, HEIGHT + 8 + number // 3 * LEGEND_LINE
        colour = COLOURS[number % len(COLOURS)]
        parts.append(f'<path d="M{x} {y}h24" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{x + 30}" y="{y + 4}">{escape(name)}</text>')
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join([*parts, "</svg>", ""]))
