"""The events that have arrived in a file of lines."""

import re

from .processes import Failure, wait_until

EVENT = re.compile(rb'"event_id":"([^"]+)"')
# A pipeline that delivers nothing for so long delivers nothing more.
SILENCE_SECONDS = 20


class LineFile:
    """A file of lines that grows, how often it has each event, and the events whose line contains a text."""

    def __init__(self, path, text=None):
        self.path, self.position, self.rest, self.counts = path, 0, b"", {}
        self.text, self.marked = text, set()

    def read(self):
        """Reads what was added."""
        try:
            with open(self.path, "rb") as file:
                file.seek(self.position)
                added = file.read()
        except FileNotFoundError:
            return
        self.position += len(added)
        lines = (self.rest + added).split(b"\n")
        self.rest = lines.pop()
        for line in lines:
            # What a killed program has left incomplete does not end as an object does.
            if line.endswith(b"}") and (found := EVENT.search(line)):
                event = found[1].decode()
                self.counts[event] = self.counts.get(event, 0) + 1
                if self.text and self.text in line:
                    self.marked.add(event)


def wait_for_all(sink, wanted):
    """Waits until every event has arrived, as long as some arrive; `sink` has `read()` and `counts`."""
    while not wanted <= sink.counts.keys():
        before = sum(sink.counts.values())

        def has_more():
            sink.read()
            return sum(sink.counts.values()) > before

        try:
            wait_until(has_more, "nothing more arrives", SILENCE_SECONDS)
        except Failure:
            return
