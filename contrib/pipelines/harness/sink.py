"""The events that have arrived in a file of lines."""

import re

from .processes import Failure, wait_until

EVENT = re.compile(rb'"event_id":"([^"]+)"')
# A pipeline that delivers nothing for so long delivers nothing more.
SILENCE_SECONDS = 20


class LineFile:
    """A file of lines that grows, and how often it has each event."""

    def __init__(self, path):
        self.path, self.position, self.rest, self.counts = path, 0, b"", {}

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
