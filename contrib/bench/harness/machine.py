"""The machine on which the figures were measured."""

import datetime
import os
import platform
import subprocess


def _first_line(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.readline().strip()
    except OSError:
        return ""


def _processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith(("model name", "Model")):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def online_cpus():
    """The CPUs on which this process may run."""
    return sorted(os.sched_getaffinity(0))


def describe(root):
    """The machine, the system and the time."""
    revision = subprocess.run(
        ["git", "-c", f"safe.directory={root}", "-C", root, "describe", "--always", "--dirty"],
        check=False, capture_output=True, text=True,
    ).stdout.strip()
    with open("/proc/meminfo", encoding="ascii") as file:
        memory = int(file.readline().split()[1]) / (1 << 20)
    return {
        "date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "revision": revision,
        "processor": _processor(),
        "cpus": len(online_cpus()),
        "memory_gib": round(memory, 1),
        "kernel": platform.release(),
        "delay_accounting": _first_line("/proc/sys/kernel/task_delayacct"),
        "load_average": os.getloadavg()[0],
    }


def text(facts):
    """The same in two lines."""
    return (
        f"{facts['processor']}, {facts['cpus']} CPUs, {facts['memory_gib']:.0f} GiB, Linux {facts['kernel']}, "
        f"task_delayacct {facts['delay_accounting'] or 'unknown'}\n"
        f"{facts['date']}, revision {facts['revision'] or 'unknown'}, load average before {facts['load_average']:.2f}"
    )
