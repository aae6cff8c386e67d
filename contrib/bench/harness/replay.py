"""H1 and H2: what keeping records costs, and how fast clients get them."""

import json
import os
import socket
import sys
import time

from .daemon import Daemon
from .figures import Series
from .processes import Child, Failure, progress, run
from .report import Section

LIMIT = 32 << 20
KEEPING = ["--history", str(LIMIT)]
LOW, HIGH = ["nice", "-n", "19"], ["nice", "-n", "-15"]
BENCH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
REPLAYING = ["env", f"PYTHONPATH={BENCH}", sys.executable, "-B", "-m", "harness.replay"]
BYSTANDER = os.path.join("Tests", "SystemTests", "Scripts", "bystander.py")


def measure(bench):
    section = Section("H")
    progress("H1: keeping records")
    result = run([bench.product("taskstats-bench"), "history", "200000"])
    section.promise(
        "H1", "records of a build with origin in 32 MiB", f"{result['kept']:,}", ">= 40,000", result["kept"] >= 40_000,
        result)
    cost = result["ns_per_record_kept"] / 1e3
    section.promise("H1", "CPU per record kept", f"{cost:.2f} µs", "<= 0.3 µs", cost <= 0.3, result)
    with Daemon(bench, KEEPING, prefix=HIGH) as daemon, Daemon(bench, prefix=HIGH) as calm:
        idle = daemon.resident()
        run([bench.tool("storm"), "thread", "200000", bench.cpu_list])
        excess = daemon.resident() - idle
        section.promise(
            "H1", "resident memory of a full history of 32 MiB, beyond idle", f"{excess / (1 << 20):.1f} MiB",
            "<= 34 MiB", excess <= LIMIT + (2 << 20), {"bytes": excess})
        rates = Series()
        for _ in range(3 if bench.quick else 7):
            progress("H2: replay")
            rates.add(replay(daemon.socket))
        section.promise(
            "H2", "records of the history to one client", f"{rates.median:,.0f}/s", ">= 200,000/s",
            rates.median >= 200_000, rates.json())
        _beside_replays(bench, section, daemon, calm)
    return section


def _beside_replays(bench, section, daemon, calm):
    """Queries of root beside ten clients that receive the history again and again."""
    replays = [Child([*LOW, *REPLAYING, daemon.socket]) for _ in range(10)]
    p99s, alone = Series(), Series()
    try:
        for child in replays:
            if child.line() != "replaying":
                raise Failure("a client could not connect")
        for _ in range(2 if bench.quick else 5):
            progress("H2: queries beside ten replays")
            command = [*HIGH, "python3", os.path.join(bench.programs.root, BYSTANDER), "0", "300", "2"]
            child = Child([*command, daemon.socket, calm.socket])
            beside, without = ([int(word) for word in child.line().split()] for _ in range(2))
            if child.wait() != 0 or beside[2] + beside[3]:
                raise Failure("a record was lost, or a query was not answered, beside ten replays")
            p99s.add(beside[1])
            alone.add(without[1])
    finally:
        for child in replays:
            child.send(15)
            child.wait()
    limit = max(5_000, 2 * alone.median)
    section.promise(
        "H2", "query by root beside ten replays of the whole history, p99",
        f"{p99s.median / 1e3:.1f} ms ({alone.median / 1e3:.1f} alone)", "<= 5 ms or twice alone", p99s.median <= limit,
        {"p99_us": p99s.json(), "p99_alone_us": alone.json()})


def replay(path):
    """Receives the whole history once; returns the records per second."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        params = {"since": "1d"}
        line = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "subscribe", "params": params})
        client.sendall(line.encode() + b"\n")
        start, records, end = time.monotonic(), 0, b""
        while b'"method":"live"' not in end:
            data = client.recv(1 << 20)
            records += data.count(b'"method":"exit"')
            end = end[-100:] + data
        return records / (time.monotonic() - start)


if __name__ == "__main__":
    print("replaying", flush=True)
    while True:
        replay(sys.argv[1])
