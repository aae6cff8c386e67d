"""The effect of each daemon option that follows the kernel's advice for listeners."""

from .daemon import Daemon
from .figures import Series, interleaved
from .processes import progress, run, started
from .report import Section


def measure(bench):
    section = Section("options")
    exits = 20_000 if bench.quick else 60_000
    choices = {
        "--receive-buffer 65536": ["--receive-buffer", "65536"],
        "--receive-buffer 1048576": ["--receive-buffer", "1048576"],
        "as it comes": [],
        "--receive-buffer 33554432": ["--receive-buffer", "33554432"],
    }
    if Daemon.understands(bench, "--receive-buffer-max"):
        # Otherwise a buffer that is too small grows after the first loss, and the effect disappears.
        for name in [name for name in choices if choices[name]]:
            choices[name] += ["--receive-buffer-max", choices[name][1]]
    if Daemon.understands(bench, "--cpu-affinity"):
        for cpu in bench.cpus[:2]:
            choices[f"--cpu-affinity {cpu}"] = ["--cpu-affinity", str(cpu)]
    rate, cost, lost, ended = ({name: Series() for name in choices} for _ in range(4))
    for name in interleaved(list(choices), 1):
        progress(f"options: {name}")
        with Daemon(bench, choices[name]) as daemon:
            sink = started([bench.tool("sink"), daemon.socket, "{}"])
            before = daemon.cpu()
            load = run([bench.tool("storm"), "thread", str(exits), bench.cpu_list])
            end = sink.finish()
            rate[name].add(load["rate"])
            cost[name].add((daemon.cpu() - before) / load["exits"] / 1e3)
            lost[name].add(end["lost"])
            ended[name].add(load["exits"])
    section.detail(
        f"Options under the thread storm, {exits:,} exits a round: median (least-greatest)",
        ["option", "exits/s of the load", "CPU µs per exit", "lost, reported"],
        [[name, rate[name].text(0), cost[name].text(),
          f"{100 * sum(lost[name].values) / sum(ended[name].values):.2f} %"] for name in choices])
    section.figures = {
        name: {"rate": rate[name].json(), "cpu_us": cost[name].json(), "lost": lost[name].json()} for name in choices}
    return section
