"""M1: what the exporter costs: CPU per exit, memory with 1,000 groups, the time of a scrape, and nothing without one."""

import gzip
import json
import os
import re
import statistics
import subprocess
import time
import urllib.request

from .daemon import Daemon
from .figures import Series
from .processes import Child, Failure, cpu_nanoseconds, progress, resident_bytes, run
from .report import Section

GROUPS = 1_000
COST_US = 6
MEMORY_MIB = 40
SCRAPE_MS = 50


class Exporter:
    """A running exporter."""

    def __init__(self, bench, daemon, *options):
        command = [bench.product("taskstats-exporter"), "--socket", daemon.socket, "--listen", "127.0.0.1:0", *options]
        self.child = Child(command, stderr=subprocess.STDOUT)
        self.pid = self.child.pid
        while "listening on" not in (line := self.child.line()):
            if not line:
                raise Failure("taskstats-exporter did not start")
        self.url = line.split()[-1]

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.child.stop()

    def scrape(self, encoding="gzip"):
        """The text, the number of transferred bytes, and the time in milliseconds."""
        begun = time.perf_counter()
        request = urllib.request.Request(self.url, headers={"Accept-Encoding": encoding})
        with urllib.request.urlopen(request, timeout=30) as response:
            body = response.read()
        took = (time.perf_counter() - begun) * 1e3
        text = gzip.decompress(body) if encoding == "gzip" else body
        return text.decode(), len(body), took

    def switches(self):
        """How often each of its threads has gone to sleep, which is how often it was woken."""
        found = {}
        for task in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{task}/status", encoding="ascii", errors="replace") as file:
                line = next(line for line in file if line.startswith("voluntary_ctxt_switches"))
            found[task] = int(line.split()[1])
        return found


def _settle(pid):
    """Waits until a process has finished its work; on a machine where others end processes, not for long."""
    deadline, used = time.monotonic() + 3, -1
    while used != (now := cpu_nanoseconds(pid)) and time.monotonic() < deadline:
        used = now
        time.sleep(0.2)


def measure(bench):
    section = Section("M1")
    with Daemon(bench, ["--queue-bytes", str(64 << 20)]) as daemon:
        _cost(bench, section, daemon)
        with Exporter(bench, daemon, "--by", "command") as exporter:
            _groups(section, exporter)
            _scrapes(bench, section, exporter)
            _idle(bench, section, daemon, exporter)
    return section


def _cost(bench, section, daemon):
    loads = [("thread", 40_000)] if bench.quick else [("thread", 100_000), ("vfork", 50_000)]
    rounds = 1 if bench.quick else 3
    for by in ("unit", "command"):
        with Exporter(bench, daemon, "--by", by) as exporter:
            exporter.scrape()
            for mode, exits in loads:
                series = Series()
                for _ in range(rounds):
                    progress(f"M1: {mode} storm, by {by}")
                    _settle(exporter.pid)
                    before = cpu_nanoseconds(exporter.pid)
                    load = run([bench.tool("storm"), mode, str(exits), bench.cpu_list])
                    _settle(exporter.pid)
                    series.add((cpu_nanoseconds(exporter.pid) - before) / load["exits"] / 1e3)
                section.promise(
                    "M1", f"exporter's CPU per exit, {mode} storm, --by {by}", f"{series.text()} µs",
                    f"<= {COST_US} µs", series.median <= COST_US, series.json())
            lost = dict(re.findall(r'^taskstats_records_lost_total{place="(\w+)"} (\d+)$', exporter.scrape()[0], re.M))
            # What the kernel drops before the daemon reads it is the daemon's loss, which S1 measures.
            section.promise(
                "M1", f"records that the exporter lost, --by {by} (in the kernel: {int(lost['kernel']):,})",
                f"{int(lost['queue']):,}", "0", lost["queue"] == "0", lost)


def _groups(section, exporter):
    """Lets a process of each of many names end."""
    progress(f"M1: {GROUPS} groups")
    for number in range(GROUPS + 200):
        pid = os.fork()
        if pid == 0:
            with open("/proc/self/comm", "w", encoding="ascii") as file:
                file.write(f"group-{number}")
            os._exit(0)
        os.waitpid(pid, 0)
    text = exporter.scrape()[0]
    groups = int(next(line for line in text.splitlines() if line.startswith("taskstats_groups ")).split()[1])
    if groups != GROUPS:
        raise Failure(f"{groups} groups instead of {GROUPS}")


def _scrapes(bench, section, exporter):
    count = 50 if bench.quick else 200
    for encoding in ("gzip", "identity"):
        times, size = [], 0
        for _ in range(count):
            progress(f"M1: scrapes, {encoding}")
            text, size, took = exporter.scrape(encoding)
            times.append(took)
            # Beyond the time for which a snapshot is shared.
            time.sleep(0.11)
        series = sum(1 for line in text.splitlines() if not line.startswith("#"))
        p99 = statistics.quantiles(times, n=100)[98]
        section.promise(
            "M1", f"scrape of {series:,} series, {encoding} ({size / 1e3:,.0f} kB), p50 and p99",
            f"{statistics.median(times):.0f} and {p99:.0f} ms", f"p99 <= {SCRAPE_MS} ms", p99 <= SCRAPE_MS,
            {"p50": statistics.median(times), "p99": p99, "bytes": size})
    memory = resident_bytes(exporter.pid) / (1 << 20)
    section.promise(
        "M1", f"memory with {GROUPS:,} groups, after {2 * count} scrapes", f"{memory:.1f} MiB", f"<= {MEMORY_MIB} MiB",
        memory <= MEMORY_MIB, {"mib": memory})


def _idle(bench, section, daemon, exporter):
    seconds = 3 if bench.quick else 10
    progress("M1: without a scrape")
    # The deadlines of the last connection are timers that still expire, although nothing waits for them.
    time.sleep(31)
    # The end of the program that asks is a record, too.
    received = _received(bench, daemon) + 1
    _settle(exporter.pid)
    before = exporter.switches()
    time.sleep(seconds)
    switches = sum(count - before.get(task, 0) for task, count in exporter.switches().items())
    received = _received(bench, daemon) - received
    section.promise(
        "M1", f"wake-ups in {seconds} s without a scrape, for {received} records", f"{switches}", "none but for records",
        switches <= received, {"switches": switches, "records": received})


def _received(bench, daemon):
    """The number of records that the daemon has received, without those of the query itself."""
    shown = subprocess.run(
        [bench.product("tsctl"), "status", "--json", "--socket", daemon.socket], check=True, capture_output=True)
    return sum(cpu["received"] for cpu in json.loads(shown.stdout)["daemon"]["cpus"])
