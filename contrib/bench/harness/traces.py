"""T1 to T3: what `tsctl run --trace` adds to a build, what its trace has, and how large ones are written."""

import json
import os
import resource
import shutil
import subprocess
import time

from .daemon import Daemon
from .figures import Series, interleaved
from .processes import Failure, progress
from .project import create
from .report import Section

FILES = 400
# Of a file of ordinary size, which takes the compiler a tenth of a second.
FUNCTIONS = 12
PROCESSES = 100_000


def measure(bench):
    section = Section("T")
    _cost(bench, section, f"{FILES} files of {FUNCTIONS} functions",
          create(os.path.join(bench.directory, "trace-project"), FILES, FUNCTIONS), is_promised=True)
    _cost(bench, section, f"{FILES} files of one line",
          create(os.path.join(bench.directory, "trace-lines"), FILES), is_promised=False)
    _scale(bench, section)
    return section


def _cost(bench, section, build, project, is_promised):
    trace = os.path.join(bench.directory, "build.json")
    make = ["make", "-s", "-j4", "-C", project]
    with Daemon(bench) as daemon:
        environment = os.environ | {"TASKSTATS_SOCKET": daemon.socket}
        commands = {
            "make": make,
            "tsctl run": [bench.product("tsctl"), "run", "--output", "/dev/null", *make],
            "tsctl run --trace": [bench.product("tsctl"), "run", "--output", "/dev/null", "--trace", trace, *make],
        }
        if shutil.which("strace"):
            commands["strace -f"] = ["strace", "-f", "-o", "/dev/null", *make]
        elapsed = {name: Series() for name in commands}
        differences = Series()
        for name in interleaved(list(commands), 1 if bench.quick else 3):
            progress(f"T1: {build}: {name}")
            _clean(project)
            used, seconds = _timed(commands[name], environment)
            elapsed[name].add(seconds)
            if name == "tsctl run --trace":
                differences.add(_check(trace, used))
    plain = elapsed["make"].median
    section.detail(
        f"Builds of {build}, interleaved: median (least-greatest)", ["command", "seconds", "of make alone"],
        [[name, series.text(2), f"{series.median / plain:.3f}"] for name, series in elapsed.items()])
    if not is_promised:
        return
    added = elapsed["tsctl run --trace"].median / plain - 1
    section.promise(
        "T1", f"time that --trace adds to make -j4 of {build}", f"{100 * added:.1f} %", "<= 2 %", added <= 0.02,
        {"added": added})
    worst = max(map(abs, differences.values))
    section.promise(
        "T2", "CPU time of the trace against that of wait4, largest difference", f"{100 * worst:.2f} %", "<= 1 %",
        worst <= 0.01, differences.json())


def _clean(project):
    subprocess.run(["make", "-s", "-C", project, "clean"], check=False, stderr=subprocess.DEVNULL)
    for name in os.listdir(project):
        if name.endswith(".o"):
            os.unlink(os.path.join(project, name))


def _timed(command, environment):
    """The CPU time of a command and its children, and how long it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.monotonic()
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, seconds


def _check(path, used):
    """How much the CPU time of a trace differs from the time used, which includes that of tsctl."""
    with open(path, encoding="utf-8") as file:
        events = json.load(file)["traceEvents"]
    spans = [event for event in events if event["ph"] == "X"]
    objects = sum(1 for span in spans if span["name"] == "as")
    if objects != FILES:
        raise Failure(f"the trace has {objects} assemblers of {FILES}")
    if len({(span["pid"], span["ts"]) for span in spans}) != len(spans):
        raise Failure("a process is twice in the trace")
    counted = sum(span["args"]["cpu_ns_lower"] + span["args"]["cpu_ns_upper"] for span in spans) / 2e9
    return counted / used - 1


def _scale(bench, section):
    recording = os.path.join(bench.directory, "many.ndjson")
    write_recording(recording, PROCESSES)
    for suffix in ("pftrace", "json", "svg", "html"):
        target = os.path.join(bench.directory, f"many.{suffix}")
        progress(f"T3: {suffix}")
        begun = time.monotonic()
        child = subprocess.Popen([bench.product("tsctl"), "play", recording, "--trace", target])
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
        seconds = time.monotonic() - begun
        if status != 0:
            raise Failure("tsctl play --trace failed")
        section.promise(
            "T3", f"{PROCESSES:,} processes as .{suffix}, {os.path.getsize(target) / 1e6:.1f} MB: time",
            f"{seconds:.2f} s", "<= 3 s", seconds <= 3, {"seconds": seconds})
        section.promise(
            "T3", f"{PROCESSES:,} processes as .{suffix}: peak memory", f"{usage.ru_maxrss / 1024:.0f} MiB",
            "<= 200 MiB", usage.ru_maxrss <= 200 << 10, {"kib": usage.ru_maxrss})


def write_recording(path, processes):
    """A recording of a make that starts shells, each of which starts a compiler."""
    start = 1_795_400_000_000_000_000
    header = {
        "format": "taskstats-recording", "version": 1, "tsctl": "0.1.0", "host": "bench", "start": start,
        "server": "taskstatsd/0.1.0", "protocol": "1.1", "instance": "bench",
        "kernel": {"release": "6.18", "taskstats_version": 16, "tick_ns": 4_000_000, "tgid_sums_complete": True},
        "cpus": {"possible": "0-1", "online": "0-1"}, "delay_accounting": True, "you": {"uid": 0, "access": "all"},
        "subscription": {"cpus": "0-1", "scope": "task", "overflow": "drop", "fields": [], "origin": True}}
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps({"jsonrpc": "2.0", "method": "recording", "params": header}, separators=(",", ":")) + "\n")
        for number in range(processes):
            shell = number % 2
            pid = 1_000 + number
            began, ended = start + number * 1_000_000, start + number * 1_000_000 + (40 + 5 * shell) * 1_000_000
            parents = [{"pid": 999, "command": "make"}] if shell else [
                {"pid": pid + 1, "command": "sh"}, {"pid": 999, "command": "make"}]
            command = ["sh", "-c", f"cc -c part{number}.c"] if shell else ["cc", "-O2", "-c", f"part{number}.c"]
            file.write(json.dumps({"jsonrpc": "2.0", "method": "exit", "params": {
                "cpu": 0, "seq": number + 1, "index": number + 1, "time": ended, "pid": pid, "tgid": pid, "last": True,
                "exit": {"code": 0},
                "stats": {
                    "ac_comm": command[0], "ac_etime": (ended - began) // 1000, "cpu_run_real_total": 20_000_000,
                    "cpu_run_virtual_total": 20_123_456, "ac_utime": 12_000, "ac_stime": 8_000, "cpu_count": 7,
                    "cpu_delay_total": 3_000_000, "blkio_count": 2, "blkio_delay_total": 1_000_000, "hiwater_rss": 20_000,
                    "read_bytes": 4096, "write_bytes": 8192, "ac_ppid": parents[0]["pid"]},
                "origin": {
                    "command_args": command, "parents": parents, "started": began,
                    "sources": {"command_args": "exec", "parents": "fork", "started": "fork"}}}},
                separators=(",", ":")) + "\n")
