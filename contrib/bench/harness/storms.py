"""S1: the cost of observing a storm of exits: no listener, the floor, this daemon and other tools."""

from .daemon import Daemon
from .figures import Series, interleaved, number
from .others import installed_observers
from .processes import cpu_nanoseconds, progress, run, started
from .report import Section

RECEIVE_BUFFER = 8 << 20
FLOOR_PAUSE_US = 1000


class Observation:
    """The samples of one observer under one kind of storm."""

    def __init__(self):
        self.rate = Series()
        self.cost = Series()
        self.lost = 0
        self.ended = 0
        self.tells_loss = True

    def add(self, exits, rate, cpu=None, lost=0):
        self.ended += exits
        self.rate.add(rate)
        if cpu is not None:
            self.cost.add(cpu / exits / 1e3)
        if lost is None:
            self.tells_loss = False
        else:
            self.lost += lost

    def json(self):
        return {
            "exits_per_second": self.rate.json(), "cpu_us_per_exit": self.cost.json() if self.cost.values else None,
            "ended": self.ended, "lost": self.lost if self.tells_loss else None,
        }


class Storm:
    """One kind of load, measured with each observer."""

    def __init__(self, bench, mode, exits):
        self.bench, self.mode, self.exits = bench, mode, exits

    def load(self):
        return run([self.bench.tool("storm"), self.mode, str(self.exits), self.bench.cpu_list])

    def unobserved(self, seen):
        load = self.load()
        seen.add(load["exits"], load["rate"])

    def floor(self, seen, pause_us=FLOOR_PAUSE_US):
        floor = started([self.bench.tool("floor"), self.bench.cpu_list, str(pause_us), str(RECEIVE_BUFFER)])
        load = self.load()
        end = floor.finish()
        seen.add(load["exits"], load["rate"], end["cpu_ns"], end["dropped"])

    def floor_woken(self, seen):
        self.floor(seen, pause_us=0)

    def daemon(self, seen, daemon):
        """The daemon and one client, whose last answer comes after the last record, so that all work is counted."""
        sink = started([self.bench.tool("sink"), daemon.socket, "{}"])
        before = daemon.cpu()
        load = self.load()
        end = sink.finish()
        # Exits that are missing without a report count as lost.
        silent = max(0, load["exits"] - end["exits"] - end["lost"])
        seen.add(load["exits"], load["rate"], daemon.cpu() - before, end["lost"] + silent)

    def other(self, seen, observer):
        watcher = observer.start(self.bench)
        before = cpu_nanoseconds(watcher.pid)
        load = self.load()
        watcher.wait_until_idle()
        cpu = cpu_nanoseconds(watcher.pid) - before
        seen.add(load["exits"], load["rate"], cpu, watcher.finish(load["exits"]))


def measure(bench):
    section = Section("S1")
    lines = []
    kinds = [("thread", 40_000, 1), ("vfork", 20_000, 1)] if bench.quick else [
        ("thread", 100_000, 3), ("vfork", 50_000, 2), ("fork", 15_000, 1)]
    for mode, exits, rounds in kinds:
        found = _observe(bench, Storm(bench, mode, exits), rounds)
        lines += _lines(mode, found)
        section.figures[mode] = {name: seen.json() for name, seen in found.items()}
        _judge(section, mode, found)
    section.detail(
        f"Storms on CPUs {bench.cpu_list}, each CPU ending one task after the other: median (least-greatest)",
        ["load", "observer", "exits/s of the load", "kept", "CPU µs per exit", "of floor", "lost"], lines)
    return section


def _observe(bench, storm, rounds):
    with Daemon(bench) as daemon:
        ways = {
            "no listener": storm.unobserved, "floor": storm.floor,
            "taskstatsd": lambda seen: storm.daemon(seen, daemon),
        }
        others = {"floor, woken for every record": storm.floor_woken}
        if storm.mode == "thread":
            for observer in installed_observers(bench):
                others[observer.name] = lambda seen, observer=observer: storm.other(seen, observer)
        found = {name: Observation() for name in [*ways, *others]}
        for name in interleaved(list(ways), rounds):
            progress(f"S1 {storm.mode} storm: {name}")
            ways[name](found[name])
        for name in interleaved(list(others), 1):
            progress(f"S1 {storm.mode} storm: {name}")
            others[name](found[name])
        return found


def _lines(mode, found):
    unobserved, floor = found["no listener"].rate.median, found["floor"].cost.median
    for name, seen in found.items():
        cost = seen.cost.median if seen.cost.values else None
        yield [
            mode, name, seen.rate.text(0), f"{seen.rate.median / unobserved:.2f}",
            seen.cost.text() if cost else "-", f"{cost / floor:.2f}" if cost else "-",
            "-" if name == "no listener" else _loss(seen),
        ]


def _loss(seen):
    if not seen.tells_loss:
        return "not told"
    return f"{seen.lost:,}" if seen.lost == 0 else f"{seen.lost:,} ({100 * seen.lost / seen.ended:.1f} %)"


def _judge(section, mode, found):
    ours, floor, unobserved = found["taskstatsd"], found["floor"], found["no listener"]
    figures = {name: seen.json() for name, seen in found.items()}
    # The target is for threads, the storm with the most exits; the other loads are for comparison.
    binding = mode == "thread"
    ratio, kept = ours.cost.median / floor.cost.median, ours.rate.median / unobserved.rate.median
    section.promise(
        "S1", f"{mode} storm: records lost of {ours.ended:,}", number(ours.lost, 0), "0", ours.lost == 0, figures)
    section.promise(
        "S1", f"{mode} storm: daemon CPU per exit, relative to the floor",
        f"{ratio:.2f} ({ours.cost.median:.2f} of {floor.cost.median:.2f} µs)", "<= 3" if binding else "",
        ratio <= 3 if binding else None, {"ratio": ratio})
    section.promise(
        "S1", f"{mode} storm: rate that the load sustains, client included", f"{kept:.2f}",
        ">= 0.75" if binding else "",
        kept >= 0.75 if binding else None, {"kept": kept})
