"""R3: delivery to a client that reads, beside 63 clients of the same user that have stopped reading."""

import json
import os
import signal
import socket

from .daemon import Daemon
from .figures import Series, interleaved
from .latency import ENDLESS
from .processes import Child, Failure, progress, run
from .report import Section

CLIENTS = 63
OPTIONS = ["--connections-per-user", "80", "--stall-timeout", "0", "--queue-bytes", "65536"]
# So that the figures show the daemon and not the scheduler, whose ticks would add waits of 4 ms.
HIGH = ["nice", "-n", "-15"]
SLACK_US = 2_000


def measure(bench):
    section = Section("R3")
    series = {"with": [Series(), Series()], "without": [Series(), Series()]}
    with Daemon(bench, OPTIONS, prefix=HIGH) as daemon, Daemon(bench, OPTIONS, prefix=HIGH) as calm:
        stalled = [_subscriber(daemon.socket) for _ in range(CLIENTS)]
        # More than their sockets and queues hold.
        for _ in range(400):
            os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)
        storm = Child([bench.tool("storm"), "thread", str(ENDLESS), str(bench.cpus[0])])
        sockets = {"with": daemon.socket, "without": calm.socket}
        for name in interleaved(list(sockets), 2 if bench.quick else 5):
            progress(f"R3: {name} stopped clients")
            figure = run([*HIGH, bench.tool("exit-probe"), sockets[name], "150", "2000"])["latency"]
            for into, part in zip(series[name], ("p50", "p99")):
                into.add(figure[part])
        rate = storm.finish(signal.SIGTERM)["rate"]
        for client in stalled:
            client.close()
    section.detail(
        f"Exit to client's read in µs; {rate:,.0f} exits/s on one CPU: median of the rounds (least-greatest)",
        [f"{CLIENTS} stopped clients", "p50", "p99"],
        [[name, *(some.text(0) for some in figures)] for name, figures in series.items()])
    p99, alone = series["with"][1], series["without"][1]
    limit = max(1.1 * alone.median, alone.median + SLACK_US)
    section.promise(
        "R3", f"exit to client's read beside {CLIENTS} stopped clients, p99",
        f"{p99.median / 1e3:.1f} ms ({alone.median / 1e3:.1f} without)", "<= 1.1 times, or 2 ms more, than without",
        p99.median <= limit, {"p99_us": p99.json(), "p99_without_us": alone.json()})
    return section


def _subscriber(path):
    """A client that subscribes to the children of this process and then never reads."""
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(20)
    client.connect(path)
    with client.makefile("rb") as lines:
        lines.readline()
        params = {"filter": {"ppid": [os.getpid()]}}
        client.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "subscribe", "params": params}).encode() + b"\n")
        while (line := json.loads(lines.readline())).get("id") != 1:
            pass
    if "result" not in line:
        raise Failure(f"the daemon refused a subscription: {line}")
    return client
