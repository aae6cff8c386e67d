"""H3 and H4: what a recorder costs on disk and in time, and how fast a window of its files is found."""

import json
import os
import random
import re
import select
import shutil
import signal
import subprocess
import time

from .daemon import Daemon
from .figures import Series
from .processes import Child, Failure, cpu_nanoseconds, progress, started
from .project import create
from .report import Section

NANOSECONDS = 1_000_000_000
DAYS = 7
PER_SECOND = 50
START = 1_790_000_000 * NANOSECONDS
WINDOW_SECONDS = 300


def measure(bench):
    section = Section("H")
    days = 1 if bench.quick else DAYS
    records = days * 86_400 * PER_SECOND
    templates = _templates(bench)
    directory = os.path.join(bench.directory, "history")
    try:
        _record(bench, section, templates, directory, records)
        _search(bench, section, directory, days, records)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return section


def _templates(bench):
    """The handshake of a daemon and the exits of a build, as files that `past` reads."""
    files = 300
    project = create(os.path.join(bench.directory, "past-project"), files)
    recording = os.path.join(bench.directory, "past.ndjson")
    with Daemon(bench) as daemon:
        progress("H3: make -j4")
        command = [bench.product("tsctl"), "record", recording, "--socket", daemon.socket]
        recorder = Child(command, stderr=subprocess.DEVNULL)
        while not os.path.exists(recording):
            time.sleep(0.05)
        subprocess.run(["make", "-s", "-j4", "-C", project], check=True)
        recorder.send(signal.SIGINT)
        recorder.wait()
    with open(recording, encoding="utf-8") as file:
        lines = file.readlines()
    header = json.loads(lines[0])["params"]
    exits = [line for line in lines if line.startswith('{"jsonrpc":"2.0","method":"exit"')]
    if len(exits) < 4 * files:
        raise Failure(f"only {len(exits)} exits of make were recorded")
    hello = {key: header[key] for key in ("protocol", "server", "instance", "kernel", "cpus", "delay_accounting", "you")}
    hello["limits"] = {
        "request_bytes": 8192, "depth": 16, "line_bytes": 65536, "queue_bytes": 8 << 20, "connections_per_uid": 32}
    hello["features"] = ["get", "subscribe", "fields", "filter", "next_seq", "origin"]
    path = os.path.join(bench.directory, "past.templates")
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps({"jsonrpc": "2.0", "method": "hello", "params": hello}, separators=(",", ":")) + "\n")
        file.writelines(map(_with_index, exits))
    return path


def _with_index(line):
    """The line with an index, whose digits `past` replaces."""
    line = re.sub(r'"index":\d+,', "", line, count=1)
    return re.sub(r'"seq":(\d+),', r'"seq":\1,"index":1000000000,', line, count=1)


def _record(bench, section, templates, directory, records):
    path = os.path.join(bench.directory, "past.sock")
    progress(f"H3: recording {records:,} exits")
    step = NANOSECONDS // PER_SECOND
    past = started([bench.tool("past"), path, templates, str(records), str(START), str(step)])
    recorder = Child(
        [bench.product("tsctl"), "record", "--socket", path, "--directory", directory, "--max-size", "100G",
         "--max-age", "3650d"], stderr=subprocess.DEVNULL)
    begun = time.monotonic()
    while not select.select([past.process.stdout], [], [], 0.5)[0]:
        if time.monotonic() - begun > 1_200:
            raise Failure("the recorder takes too long")
    sent = past.result()["sent"]
    # Everything was received when the answer to the end was; what remains is written then.
    used = _cpu_at_end(recorder)
    past.wait()
    stored = sum(entry.stat().st_size for entry in os.scandir(directory))
    size, cost = stored / sent, used / sent / 1e3
    section.promise(
        "H3", f"recording of a build with origins, {sent:,} exits: bytes per record", f"{size:.1f}", "<= 70", size <= 70,
        {"bytes": size})
    section.promise(
        "H3", "CPU of the recorder and its compressor per record", f"{cost:.2f} µs", "<= 3 µs", cost <= 3, {"us": cost})


def _cpu_at_end(recorder):
    """Ends the recorder, and returns the CPU time that it used, in nanoseconds."""
    before = cpu_nanoseconds(recorder.pid)
    recorder.send(signal.SIGINT)
    _, _, usage = os.wait4(recorder.pid, 0)
    recorder.process.returncode = 0
    recorder.wait()
    return max(before, int((usage.ru_utime + usage.ru_stime) * NANOSECONDS))


def _search(bench, section, directory, days, records):
    first = Series()
    generator = random.Random(7)
    for _ in range(10):
        progress("H4: searching")
        since = START // NANOSECONDS + generator.randrange(days * 86_400 - WINDOW_SECONDS)
        _forget(directory)
        begun = time.monotonic()
        child = Child(
            [bench.product("tsctl"), "history", "--directory", directory, "--json", "--since", f"@{since}", "--until",
             f"@{since + WINDOW_SECONDS}"], stderr=subprocess.DEVNULL)
        line = json.loads(child.line())
        first.add((time.monotonic() - begun) * 1e3)
        if not 0 <= line["time"] - since * NANOSECONDS <= NANOSECONDS // PER_SECOND:
            raise Failure(f"the first exit of the window is {line['time']}")
        child.stop()
    section.promise(
        "H4", f"first line of a 5-minute window in {days} days, {records:,} records, cold cache, longest of 10",
        f"{max(first.values):.0f} ms", "<= 1,000 ms", max(first.values) <= 1_000, first.json())


def _forget(directory):
    """Removes the files from the page cache, so that they are read from disk."""
    for entry in os.scandir(directory):
        descriptor = os.open(entry.path, os.O_RDONLY)
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)
