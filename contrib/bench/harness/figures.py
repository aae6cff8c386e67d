"""Medians, spreads, and the order of measurements."""

import statistics


class Series:
    """Several measurements of one quantity within one run."""

    def __init__(self, values=()):
        self.values = list(values)

    def add(self, value):
        self.values.append(value)

    @property
    def median(self):
        return statistics.median(self.values)

    def text(self, digits=2):
        """The median with the least and the greatest: "1.10 (1.05-1.20)"."""
        if len(self.values) == 1:
            return number(self.median, digits)
        return f"{number(self.median, digits)} ({number(min(self.values), digits)}-{number(max(self.values), digits)})"

    def json(self):
        return {"median": self.median, "min": min(self.values), "max": max(self.values), "samples": self.values}


def number(value, digits=2):
    """A number for people, with thousands separators."""
    return f"{value:,.{digits}f}"


def interleaved(names, rounds):
    """Each name twice a round, forth and back (a b c c b a), so that a drift affects all of them equally."""
    for _ in range(rounds):
        yield from names
        yield from reversed(names)
