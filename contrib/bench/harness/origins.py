"""O1 to O6: how much of the origin of processes is known, and what it costs."""

import json
import os
import socket
import subprocess
import threading
import time

from .daemon import Daemon
from .figures import Series
from .processes import Failure, progress, run, started
from .project import create
from .report import Section

ORIGIN = json.dumps({"origin": True})
PLAIN = "{}"
REAL_TIME = ["--origin-priority"]
# Each shell executes another program.
PROCESSES = {"exec": 1, "shell": 2}


class Status:
    """The daemon's counters of origins, over a connection of its own."""

    def __init__(self, daemon):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(daemon.socket)
        self.lines = self.socket.makefile("rb")
        self.lines.readline()

    def origin(self):
        self.socket.sendall(b'{"jsonrpc":"2.0","id":1,"method":"status"}\n')
        return json.loads(self.lines.readline())["result"]["daemon"]["origin"]

    def wait_until_scanned(self):
        while not self.origin()["scanned"]:
            time.sleep(0.05)


def measure(bench):
    section = Section("O")
    lines = []
    for options, name in ((REAL_TIME, "real time"), ([], "normal")):
        for mode in PROCESSES:
            lines.append(_storm(bench, section, mode, options, name))
    _make(bench, section)
    _threads(bench, section)
    section.detail(
        f"Storms of programs on CPUs {bench.cpu_list}, with a client that requests origins: median",
        ["load", "priority", "processes/s", "of plain", "CPU µs per process", "plain", "args %", "executable %", "cgroup %"],
        lines)
    return section


def _storm(bench, section, mode, options, name):
    count = (4_000 if bench.quick else 12_000) // PROCESSES[mode]
    rates, costs, plain_rates, plain_costs = Series(), Series(), Series(), Series()
    known = {key: [0, 0] for key in ("command_args", "executable", "cgroup")}
    with Daemon(bench, options) as daemon:
        status = Status(daemon)
        for _ in range(1 if bench.quick else 3):
            progress(f"O: {mode} storm, {name} priority")
            load, cpu = _observed(bench, daemon, mode, count, PLAIN)
            plain_rates.add(load["rate"])
            plain_costs.add(cpu / load["exits"] / PROCESSES[mode] / 1e3)
            sink = started([bench.tool("sink"), daemon.socket, ORIGIN])
            status.wait_until_scanned()
            before, used = status.origin(), daemon.cpu()
            load = run([bench.tool("storm"), mode, str(count), bench.cpu_list])
            after = status.origin()
            sink.finish()
            rates.add(load["rate"])
            costs.add((daemon.cpu() - used) / load["exits"] / PROCESSES[mode] / 1e3)
            for key, sums in known.items():
                changes = {source: after[key][source] - before[key][source] for source in after[key]}
                sums[0] += sum(changes.values()) - changes["unknown"]
                sums[1] += sum(changes.values())
    # An executable can be known only where the arguments are.
    known["executable"][1] = known["command_args"][0]
    shares = {key: 100 * part / whole for key, (part, whole) in known.items()}
    kept = rates.median / plain_rates.median
    figures = {"shares": shares, "cost_us": costs.json(), "kept": kept}
    if options:
        good = shares["command_args"] >= 99.5 and shares["cgroup"] >= 99.99 and shares["executable"] >= 99
        section.promise(
            "O1", f"{mode} storm, real-time priority: args, cgroup, executable known",
            f"{shares['command_args']:.2f}, {shares['cgroup']:.2f}, {shares['executable']:.2f} %",
            ">= 99.5, 99.99, 99 %", good, figures)
        section.promise(
            "O4", f"{mode} storm, real-time priority: daemon CPU per process", f"{costs.median:.0f} µs",
            "<= 60 µs", costs.median <= 60, figures)
        section.promise(
            "O4", f"{mode} storm, real-time priority: rate kept, of a plain subscription", f"{kept:.2f}", ">= 0.9",
            kept >= 0.9, figures)
    else:
        section.promise(
            "O2", f"{mode} storm, normal priority: cgroup known (args {shares['command_args']:.1f} %)",
            f"{shares['cgroup']:.2f} %", ">= 99.9 %", shares["cgroup"] >= 99.9, figures)
    return [
        mode, name, f"{rates.median * PROCESSES[mode]:,.0f}", f"{kept:.2f}", f"{costs.median:.0f}",
        f"{plain_costs.median:.0f}", *(f"{shares[key]:.2f}" for key in ("command_args", "executable", "cgroup")),
    ]


def _observed(bench, daemon, mode, count, params):
    """A storm with one client; its result, and the daemon's CPU time."""
    sink = started([bench.tool("sink"), daemon.socket, params])
    used = daemon.cpu()
    load = run([bench.tool("storm"), mode, str(count), bench.cpu_list])
    sink.finish()
    return load, daemon.cpu() - used


def _make(bench, section):
    """O3: every program of `make -j4` in a small C project."""
    files = 40
    project = create(os.path.join(bench.directory, "project"), files)
    with Daemon(bench, REAL_TIME) as daemon:
        progress("O3: make -j4")
        reader = Starts(daemon)
        Status(daemon).wait_until_scanned()
        subprocess.run(["make", "-s", "-j4", "-C", project], check=True)
        starts = reader.finish()
    ours = [start for start in starts if _is_below_make(start)]
    complete = [
        start for start in ours
        if start["origin"].get("command_args") and start["origin"].get("cgroup")
        and all("command" in parent for parent in _up_to_make(start))
    ]
    if len(ours) < 4 * files:
        raise Failure(f"only {len(ours)} programs of make were seen")
    section.promise(
        "O3", f"make -j4: programs with args, cgroup and parents up to make, of {len(ours)}", f"{len(complete)}",
        "all", len(complete) == len(ours), {"starts": len(ours), "complete": len(complete)})


def _up_to_make(start):
    """The parents up to make, without it."""
    parents = start["origin"].get("parents", [])
    commands = [parent.get("command") for parent in parents]
    return parents[: commands.index("make") + 1] if "make" in commands else parents


def _is_below_make(start):
    return any(parent.get("command") == "make" for parent in start["origin"].get("parents", []))


class Starts:
    """Every start, read at once and decoded at the end."""

    def __init__(self, daemon):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(daemon.socket)
        request = {"jsonrpc": "2.0", "id": 1, "method": "subscribe", "params": {"starts": True, "fields": ["ac_comm"]}}
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        self.text = b""
        self.thread = threading.Thread(target=self._read)
        self.thread.start()

    def _read(self):
        while data := self.socket.recv(1 << 20):
            self.text += data

    def finish(self):
        time.sleep(0.2)
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        lines = self.text.split(b"\n")[:-1]
        return [json.loads(line)["params"] for line in lines if b'"method":"start"' in line[:40]]


def _threads(bench, section):
    """O5 and O6: the cost of origins for others, and for threads."""
    count = 20_000 if bench.quick else 60_000
    plain, origin = Series(), Series()
    with Daemon(bench) as daemon:
        before = _connectors()
        for _ in range(2 if bench.quick else 4):
            progress("O6: thread storm")
            sink = started([bench.tool("sink"), daemon.socket, PLAIN])
            opened = len(_connectors() - before)
            sink.finish()
            for params, costs in ((PLAIN, plain), (ORIGIN, origin)):
                load, cpu = _observed(bench, daemon, "thread", count, params)
                costs.add(cpu / load["exits"] / 1e3)
    section.promise(
        "O5", "connector sockets open for a plain subscription", str(opened), "0", opened == 0, {"opened": opened})
    ratio = origin.median / plain.median
    section.promise(
        "O6", "thread storm with origins: daemon CPU per exit, relative to that without",
        f"{ratio:.2f} ({origin.median:.2f} of {plain.median:.2f} µs)", "<= 1.6", ratio <= 1.6,
        {"plain_us": plain.json(), "origin_us": origin.json()})


def _connectors():
    """The netlink sockets of the proc connector."""
    with open("/proc/net/netlink", encoding="ascii") as file:
        rows = [line.split() for line in file.readlines()[1:]]
    return {(row[0], row[2]) for row in rows if row[1] == "11"}
