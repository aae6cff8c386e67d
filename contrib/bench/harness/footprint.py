"""S7: memory and CPU time of the idle daemon."""

import time

from .daemon import Daemon
from .processes import progress, run, started, wait_until_idle
from .report import Section

LIMIT_MIB = 12
GIVES_BACK_WITHIN_SECONDS = 2


def measure(bench):
    section = Section("S7")
    seconds = 2 if bench.quick else 5
    with Daemon(bench) as daemon:
        fresh = daemon.resident() / (1 << 20)
        progress("S7: idle after start")
        idle = [_idle_cpu(daemon, seconds)]
        progress("S7: serving")
        sinks = started([bench.tool("many-sinks"), daemon.socket, "20", "{}"])
        run([bench.tool("storm"), "thread", "20000", bench.cpu_list])
        sinks.finish()
        progress("S7: idle after serving")
        # The daemon finishes its work first: a second after the queues are empty it returns their memory.
        time.sleep(GIVES_BACK_WITHIN_SECONDS)
        idle.append(_idle_cpu(daemon, seconds))
        served = daemon.resident() / (1 << 20)
    section.figures = {"fresh_mib": fresh, "served_mib": served, "idle_cpu_ns": idle, "seconds": seconds}
    section.promise("S7", "resident memory, idle after start", f"{fresh:.1f} MiB", "<= 12 MiB", fresh <= LIMIT_MIB, {})
    section.promise(
        "S7", "the same after 20 clients took 20,000 records each", f"{served:.1f} MiB", "<= 12 MiB",
        served <= LIMIT_MIB, {})
    section.promise(
        "S7", f"CPU in {seconds} s without clients, after start and after serving",
        " and ".join(f"{nanoseconds:,} ns" for nanoseconds in idle), "0", sum(idle) == 0, {})
    return section


def _idle_cpu(daemon, seconds):
    wait_until_idle(daemon.pid)
    # The pause is measured: the daemon must not wake up during it.
    before = daemon.cpu()
    time.sleep(seconds)
    return daemon.cpu() - before
