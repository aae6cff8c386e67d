"""S4 and S5: queries of one task, over an open connection and as a whole process."""

import os

from .daemon import Daemon
from .figures import Series, interleaved
from .processes import progress, run, started
from .report import Section


def measure(bench):
    section = Section("S4, S5")
    with Daemon(bench) as daemon:
        _kept_connection(bench, daemon, section)
        _whole_process(bench, daemon, section)
    return section


def _relay(bench, gets):
    """The same client with a minimal relay."""
    path = os.path.join(bench.directory, "relay.sock")
    relay = started([bench.tool("relay"), path])
    try:
        return run([bench.tool("get-client"), path, "1", str(gets)])
    finally:
        relay.stop()
        os.unlink(path)


def _kept_connection(bench, daemon, section):
    gets = 5_000 if bench.quick else 20_000
    ways = {
        "bare netlink": lambda: run([bench.tool("netlink-get"), "1", str(gets)]),
        "relay in C": lambda: _relay(bench, gets),
        "taskstatsd": lambda: run([bench.tool("get-client"), daemon.socket, "1", str(gets)]),
    }
    median, tail, rate = ({way: Series() for way in ways} for _ in range(3))
    for way in interleaved(list(ways), 1 if bench.quick else 3):
        progress(f"S4: gets: {way}")
        result = ways[way]()
        median[way].add(result["latency"]["p50"])
        tail[way].add(result["latency"]["p99"])
        rate[way].add(result["rate"])
    section.detail(
        "Gets of one task, one after the other and pipelined: median of the runs (least-greatest)",
        ["who answers", "p50 µs", "p99 µs", "gets/s, pipelined"],
        [[way, median[way].text(1), tail[way].text(1), rate[way].text(0)] for way in ways])
    for way in ways:
        section.figures[way] = {"p50_us": median[way].json(), "p99_us": tail[way].json(), "rate": rate[way].json()}
    ours = median["taskstatsd"].median
    bare, relay = median["bare netlink"].median, median["relay in C"].median
    section.promise(
        "S4", "get over an open connection, p50, relative to a bare netlink GET",
        f"{ours / bare:.2f} ({ours:.1f} of {bare:.1f} µs; a relay in C {relay:.1f})", "<= 2.5", ours <= 2.5 * bare,
        {"ratio": ours / bare, "ratio_of_relay": ours / relay})
    section.promise(
        "S4", "gets/s, pipelined", rate["taskstatsd"].text(0), ">= 40,000", rate["taskstatsd"].median >= 40_000, {})


def _whole_process(bench, daemon, section):
    ours = [bench.product("tsctl"), "get", "--pid", "1", "--socket", daemon.socket]
    if bench.getdelays:
        name, baseline = "getdelays", [bench.getdelays, "-d", "-p", "1"]
    else:
        name, baseline = "the least C program", [bench.tool("netlink-get"), "1", "1"]
        section.notes.append(
            "S5 is compared with a C program that does one netlink GET and prints three numbers, for want of "
            "--getdelays PATH.")
    progress("S5: tsctl get --pid 1")
    result = run([bench.tool("spawn-times"), "30" if bench.quick else "150", *ours, "--", *baseline])
    mine, other = result["0"]["p50"] / 1e3, result["1"]["p50"] / 1e3
    section.figures["whole process"] = {"tsctl": result["0"], name: result["1"]}
    section.promise("S5", "tsctl get --pid 1, whole process, p50", f"{mine:.1f} ms", "<= 10 ms", mine <= 10, {})
    section.promise(
        "S5", f"the same, relative to {name}", f"{mine / other:.2f} ({mine:.1f} of {other:.2f} ms)", "<= 3",
        mine <= 3 * other, {"ratio": mine / other})
