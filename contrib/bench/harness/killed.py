"""R8: time until the registrations match the living clients when many are killed."""

import os

from .daemon import Daemon
from .figures import Series
from .processes import progress, run
from .report import Section

CLIENTS = 1_000


def measure(bench):
    section = Section("R8")
    script = os.path.join(bench.programs.root, "Tests", "SystemTests", "Scripts", "mayflies.py")
    longest = Series()
    for seed in range(1, 2 if bench.quick else 4):
        with Daemon(bench, ["--connections-per-user", "256"]) as daemon:
            progress(f"R8: {CLIENTS} killed clients")
            longest.add(run(["python3", "-B", script, daemon.socket, str(daemon.pid), str(CLIENTS), str(seed)])["longest_ms"])
    section.promise(
        "R8", f"registrations match the living clients, longest of {CLIENTS:,} kills", f"{longest.text(1)} ms",
        "<= 100 ms", max(longest.values) <= 100, longest.json())
    return section
