"""S6: time from the exit of a task until a client has read its record."""

import signal

from .daemon import Daemon
from .processes import Child, progress, run, started
from .report import Section

# More than any machine can reach during the measurement; a signal ends the storm.
ENDLESS = 1_000_000_000


def measure(bench):
    section = Section("S6")
    with Daemon(bench) as daemon:
        progress("S6: quiet")
        quiet = run([bench.tool("exit-probe"), daemon.socket, "100" if bench.quick else "500", "10000"])["latency"]

        progress("S6: in the storm")
        sink = started([bench.tool("sink"), daemon.socket, "{}"])
        storm = Child([bench.tool("storm"), "thread", str(ENDLESS), bench.cpu_list])
        busy = run([bench.tool("exit-probe"), daemon.socket, "200" if bench.quick else "1000", "2000"])["latency"]
        rate = storm.finish(signal.SIGTERM)["rate"]
        age = sink.finish()["age"]

    lines = [
        [name, f"{figure['count']:,}", *(f"{figure[part]:,.0f}" for part in ("p50", "p90", "p99", "max"))]
        for name, figure in (
            ("quiet, exit to client's read", quiet), ("in the storm, exit to client's read", busy),
            ("in the storm, daemon's read to client's read", age))
    ]
    section.detail(
        f"Delivery in µs; {rate:,.0f} exits/s in the storm; one client read all, the probe those of its own children",
        ["what", "samples", "p50", "p90", "p99", "max"], lines)
    section.figures = {"quiet": quiet, "storm": busy, "age": age}
    section.promise(
        "S6", "quiet system, exit to client's read, p50", f"{quiet['p50']:,.0f} µs", "<= 300 µs", quiet["p50"] <= 300, {})
    section.promise(
        "S6", "in the storm, p99", f"{busy['p99'] / 1e3:,.1f} ms", "<= 10 ms", busy["p99"] <= 10_000, {})
    return section
