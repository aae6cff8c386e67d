"""Medians, spreads, and the order in which things are measured."""

import statistics


class Series:
    """The same quantity, measured several times within one run."""

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
    """A number as people read it, with thousands marked."""
    return f"{value:,.{digits}f}"


def interleaved(names, rounds):
    """Each name twice a round, there and back: a b c c b a. What drifts while it runs drifts for all alike."""
    for _ in range(rounds):
        yield from names
        yield from reversed(names)
