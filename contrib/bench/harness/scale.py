"""Scale: the broker on a fake kernel with more CPUs and clients than this machine has."""

import os

from .plot import Line, Panel, write_svg
from .processes import progress, run
from .report import Section

CPUS = 512
MASKS = {
    "one": "one CPU each", "node": "a node's 32 CPUs each", "all": "all CPUs",
    "all-own-filter": "all CPUs, own filter each", "elsewhere": "other CPUs: no delivery",
    "no-match": "own filter each: no delivery",
}


def measure(bench):
    section = Section("scale")
    counts = [1_000, 10_000] if bench.quick else [10, 100, 1_000, 10_000]
    found = {mask: [] for mask in MASKS}
    for mask in MASKS:
        for clients in counts:
            # Each subscription group has its own memory, and ten thousand different filters are unrealistic.
            if mask == "all-own-filter" and clients > 1_000:
                continue
            progress(f"scale: {clients} clients, {MASKS[mask]}")
            found[mask].append(run([bench.product("taskstats-bench"), "broker", str(CPUS), str(clients), mask]))
    section.detail(
        f"The broker alone on a machine of {CPUS} CPUs: CPU time of routing, encoding and emptying the outboxes",
        ["clients want", "clients", "deliveries per record", "µs per record", "ns per delivery", "ns per client",
         "KiB per client", "after serving"],
        [_line(mask, case) for mask, cases in found.items() for case in cases if case["clients"] >= 1_000])
    section.figures = found
    for mask in ("elsewhere", "no-match"):
        # Without any client a record still costs the lookup of its CPU.
        case = next(case for case in found[mask] if case["clients"] == 1_000)
        each = case["ns_per_record"] / case["clients"] / 1e3
        section.promise(
            "S3", f"fake kernel, {CPUS} CPUs, 1,000 clients: {MASKS[mask]}, per client and record", f"{each:.4f} µs",
            "<= 0.05 µs", each <= 0.05, {"us_per_client": each})
    if not bench.quick or bench.plot:
        _plot(found, bench.plot or os.path.join(bench.directory, "scale.svg"))
    return section


def _line(mask, case):
    deliveries, nanoseconds = case["deliveries_per_record"], case["ns_per_record"]
    return [
        MASKS[mask], f"{case['clients']:,}", f"{deliveries:,.1f}", f"{nanoseconds / 1e3:,.2f}",
        f"{nanoseconds / deliveries:,.0f}" if deliveries else "-", f"{nanoseconds / case['clients']:,.1f}",
        f"{case['bytes_per_client'] / 1024:,.1f}", f"{case['bytes_per_client_served'] / 1024:,.1f}",
    ]


def _plot(found, path):
    over_clients = [
        Line(MASKS[mask], [(case["clients"], case["ns_per_record"] / 1e3) for case in cases])
        for mask, cases in found.items()]
    over_deliveries = [
        Line(MASKS[mask], [
            (case["deliveries_per_record"], case["ns_per_record"] / 1e3)
            for case in cases if case["deliveries_per_record"] > 0])
        for mask, cases in found.items()]
    write_svg(path, f"Broker, {CPUS} CPUs: CPU µs per record", [
        Panel("over clients", "clients", over_clients),
        Panel("over matched deliveries", "deliveries per record", over_deliveries),
    ])
