"""Rows with verdicts, and aligned tables."""


class Row:
    """One target and its result."""

    def __init__(self, promise, what, measured, promised, passes, figures):
        self.promise = promise
        self.what = what
        self.measured = measured
        self.promised = promised
        self.passes = passes
        self.figures = figures

    @property
    def verdict(self):
        if self.passes is None:
            return ""
        return "pass" if self.passes else "MISSED"

    def cells(self):
        return [self.promise, self.what, self.measured, self.promised, self.verdict]

    def json(self):
        return {
            "promise": self.promise, "what": self.what, "measured": self.measured, "promised": self.promised,
            "pass": self.passes, "figures": self.figures,
        }


def table(heading, rows):
    """An aligned table, which is also valid Markdown."""
    cells = [heading, *rows]
    widths = [max(len(str(row[column])) for row in cells) for column in range(len(heading))]

    def line(row):
        return "| " + " | ".join(str(cell).ljust(width) for cell, width in zip(row, widths)) + " |"

    return "\n".join([line(heading), "|" + "|".join("-" * (width + 2) for width in widths) + "|", *map(line, rows)])


class Section:
    """The result of one part of the benchmark: rows with verdicts, and an optional table of details."""

    def __init__(self, name):
        self.name = name
        self.rows = []
        self.title = None
        self.heading = None
        self.lines = []
        self.notes = []
        self.figures = {}

    def promise(self, *arguments):
        self.rows.append(Row(*arguments))

    def detail(self, title, heading, lines):
        self.title, self.heading, self.lines = title, heading, lines

    def text(self):
        parts = []
        if self.lines:
            parts.append(f"{self.title}\n\n{table(self.heading, self.lines)}")
        parts += self.notes
        return "\n\n".join(parts)

    def json(self):
        return {"rows": [row.json() for row in self.rows], "notes": self.notes, "figures": self.figures}
