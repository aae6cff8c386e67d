"""S2 and S3: the cost of an additional client that gets every record, and of one that gets none."""

from .daemon import Daemon
from .figures import Series, interleaved
from .processes import progress, run, started
from .report import Section

CLIENTS = 100


def measure(bench):
    section = Section("S2, S3")
    with Daemon(bench) as daemon:
        _same_interest(bench, daemon, section)
        _bystanders(bench, daemon, section)
    return section


def _same_interest(bench, daemon, section):
    # Short enough that the queued bytes of all clients of a uid stay within their limit.
    exits = 1_500
    cost = {1: Series(), CLIENTS: Series()}
    lost = 0
    for clients in interleaved(list(cost), 2 if bench.quick else 6):
        progress(f"S2: {clients} clients")
        sinks = started([bench.tool("many-sinks"), daemon.socket, str(clients), "{}"])
        before = daemon.cpu()
        run([bench.tool("storm"), "thread", str(exits), bench.cpu_list])
        end = sinks.finish()
        records = (end["exits"] + end["lost"]) / clients
        lost += end["lost"]
        cost[clients].add((daemon.cpu() - before) / records / 1e3)
    further = (cost[CLIENTS].median - cost[1].median) / (CLIENTS - 1)
    section.figures["same interest"] = {str(clients): series.json() for clients, series in cost.items()}
    section.promise(
        "S2", f"each additional client of the same subscription ({CLIENTS} clients), per record",
        f"{further:.2f} µs" + (f", {lost:,} lost" if lost else ""), "<= 0.6 µs", further <= 0.6 and lost == 0,
        {"us_per_further_client": further, "lost": lost})


def _bystanders(bench, daemon, section):
    """One client gets all records of the first CPU; the others subscribe to another CPU, or to other tasks."""
    exits = 10_000 if bench.quick else 30_000
    first, *rest = bench.cpus
    params = {"filter": '{"filter":{"uid":[40000@]}}'}
    if rest:
        params["CPU"] = f'{{"cpus":"{rest[0]}"}}'
    cost = {"alone": Series(), **{kind: Series() for kind in params}}
    for kind in interleaved(list(cost), 2 if bench.quick else 5):
        progress(f"S3: bystanders: {kind}")
        sink = started([bench.tool("sink"), daemon.socket, f'{{"cpus":"{first}"}}'])
        others = None
        if kind in params:
            others = started([bench.tool("many-sinks"), daemon.socket, str(CLIENTS), params[kind]])
        before = daemon.cpu()
        run([bench.tool("storm"), "thread", str(exits), str(first)])
        end = sink.finish()
        cost[kind].add((daemon.cpu() - before) / (end["exits"] + end["lost"]) / 1e3)
        if others:
            others.finish()
    section.figures["bystanders"] = {kind: series.json() for kind, series in cost.items()}
    for kind in params:
        each = (cost[kind].median - cost["alone"].median) / CLIENTS
        section.promise(
            "S3", f"each client whose {kind} does not match ({CLIENTS} clients), per record", f"{each:.3f} µs",
            "<= 0.05 µs", each <= 0.05, {"us_per_client": each})
