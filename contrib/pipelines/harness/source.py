"""A daemon with records that are known: a recording that `tsctl serve` answers from."""

import json
import os
import time

from .processes import Part

INSTANCE = "5eed" * 8
STRUCT_VERSION = 14
# The share of the records that the daemon has before it is killed; it has the others when it runs again.
BEFORE = 0.8


def header(host, start):
    return {
        "format": "taskstats-recording", "version": 1, "tsctl": "0.1.0", "host": host, "start": start,
        "server": "taskstatsd/0.1.0", "protocol": "1.1", "instance": INSTANCE,
        "kernel": {"release": "6.12.43", "taskstats_version": STRUCT_VERSION, "tick_ns": 4000000, "tgid_sums_complete": True},
        "cpus": {"possible": "0-1", "online": "0-1"}, "delay_accounting": True, "you": {"uid": 0, "access": "all"},
        "subscription": {"cpus": "0-1", "scope": "task", "overflow": "drop", "origin": True},
    }


def exit_line(names):
    """The record of a process as a daemon sends it, with @I for the index, @T for the time, and @B for its seconds."""
    stats = {name: 0 for name in names}
    stats.update(version=STRUCT_VERSION, ac_comm="cc1", ac_uid=1000, ac_gid=1000, ac_pid=10007, ac_ppid=812, ac_etime=51230)
    stats.update(ac_tgid=10007, ac_tgetime=51230, ac_exe_dev="254:0", ac_exe_inode="254063", ac_btime="@B")
    stats.update(ac_btime64="@B", cpu_count=7, cpu_delay_total=1742301, cpu_run_virtual_total=41264223)
    stats.update(blkio_count=3, blkio_delay_total=2100417, ac_minflt=2150, hiwater_rss=29960, hiwater_vm=50560)
    origin = {
        "command_args": ["/usr/libexec/gcc/cc1", "-quiet", "-O2", "-o", "/tmp/build/unit-@I.s", "src/unit-@I.c"],
        "executable": "/usr/libexec/gcc/cc1", "cgroup": "/system.slice/build.service", "unit": "build.service",
        "parents": [{"pid": 812, "command": "gcc"}, {"pid": 640, "command": "make"}, {"pid": 1, "command": "systemd"}],
        "started": "@T", "session": 640,
        "sources": {"command_args": "exec", "cgroup": "exec", "parents": "fork", "started": "fork", "session": "exec"},
    }
    params = {
        "cpu": 0, "seq": "@I", "index": "@I", "time": "@T", "pid": 10007, "tgid": 10007, "last": True,
        "exit": {"code": 0}, "stats": stats, "origin": origin}
    text = json.dumps({"jsonrpc": "2.0", "method": "exit", "params": params}, separators=(",", ":"))
    for key in "ITB":
        text = text.replace(f'"@{key}"', f"@{key}")
    return text


class Source:
    """A daemon with so many records, of the last seconds; `serve` plays them at their times."""

    def __init__(self, bench, count, seconds):
        self.bench, self.count = bench, count
        self.socket = bench.path("taskstats.sock")
        self.recording = bench.path("daemon.ndjson")
        self._write(count, seconds)
        os.replace(self.recording, bench.path("all.ndjson"))
        self._keep(int(count * BEFORE))
        self.part = Part(
            "taskstatsd", [bench.program("tsctl"), "serve", self.recording, "--socket", self.socket, "--speed", "1x"],
            bench.path("serve.log"), self.is_listening)

    def is_listening(self):
        return os.path.exists(self.socket)

    def grow(self):
        """Gives the daemon all records, as if the others had ended while it was away."""
        os.replace(self.bench.path("all.ndjson"), self.recording)
        if os.path.exists(self.socket):
            os.unlink(self.socket)

    def ids(self):
        """The ids of all events that must arrive."""
        return {f"{INSTANCE}-{index}" for index in range(1, self.count + 1)}

    def last_id(self):
        return f"{INSTANCE}-{self.count}"

    def _write(self, count, seconds):
        with open(os.path.join(self.bench.repository, "Protocol/schema/stats.schema.json"), encoding="utf-8") as file:
            fields = json.load(file)["properties"]
        names = [name for name, field in fields.items() if field.get("since", 99) <= STRUCT_VERSION]
        start = time.time_ns() - seconds * 1_000_000_000
        step = seconds * 1_000_000_000 // count
        first = header("vm", start)
        first["subscription"]["fields"] = names
        before, *pieces = exit_line(names).split("@")
        self.line_bytes = len(before) + sum(map(len, pieces))
        with open(self.recording, "w", encoding="ascii") as file:
            file.write(json.dumps({"jsonrpc": "2.0", "method": "recording", "params": first}) + "\n")
            for index in range(1, count + 1):
                moment = start + index * step
                values = {"I": str(index), "T": str(moment), "B": str(moment // 1_000_000_000)}
                file.write(before + "".join(values[piece[0]] + piece[1:] for piece in pieces) + "\n")

    def _keep(self, count):
        """Writes the recording that the daemon begins with: the header and the first records."""
        with open(self.bench.path("all.ndjson"), "rb") as every, open(self.recording, "wb") as first:
            for _ in range(count + 1):
                first.write(every.readline())


class Daemon:
    """The daemon itself, with so many processes that end."""

    def __init__(self, bench, count):
        self.bench, self.count = bench, count
        self.socket = bench.path("daemon.sock")
        self.part = Part(
            "taskstatsd",
            [bench.program("taskstatsd"), "--socket", self.socket, "--history", "64M", "--history-origin"],
            bench.path("daemon.log"), lambda: os.path.exists(self.socket))

    def run(self):
        """Runs the processes; their parent is the returned one."""
        script = f"i=0; while [ $i -lt {self.count} ]; do /bin/true; i=$((i + 1)); done; exec sleep infinity"
        return Part("processes", ["sh", "-c", script], self.bench.path("processes.log"))


def record(source):
    """Records a daemon into a directory, with a new file every other second."""
    bench = source.bench
    command = [
        bench.program("tsctl"), "record", "--socket", source.socket, "--directory", bench.path("recordings"), "--rotate",
        "2s"]
    return Part("tsctl record", command, bench.path("record.log"))
