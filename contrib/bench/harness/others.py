"""Other tools that observe exits, measured in addition if they are installed."""

import os
import shutil
import signal
import subprocess
import time

from .processes import Child, Failure, wait_until_idle

READY_BYTES = 4096
PATIENCE_SECONDS = 20


class Observer:
    """A command that writes output for every exit, and how to count exits in it."""

    def __init__(self, name, command, line_prefix=None):
        self.name = name
        self.command = command
        self.line_prefix = line_prefix

    def start(self, bench):
        return Watcher(self, os.path.join(bench.directory, "observer.out"))


class Watcher:
    """The running command, with its output in a file."""

    def __init__(self, observer, path):
        self.observer = observer
        self.path = path
        with open(path, "wb") as output:
            self.child = Child(observer.command, stdout=output, stderr=subprocess.DEVNULL)
        self.pid = self.child.pid
        self._wait_until_it_sees()
        self.wait_until_idle()
        self.before = self._records()

    def _wait_until_it_sees(self):
        """Starts children until the output grows by the amount that their exits produce."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while os.path.getsize(self.path) < READY_BYTES:
            if time.monotonic() > deadline or self.child.process.poll() is not None:
                raise Failure(f"{self.observer.name} shows no exits")
            subprocess.run(["true"], check=True)

    def wait_until_idle(self):
        """Waits until the command has processed its backlog."""
        wait_until_idle(self.pid)

    def _records(self):
        if not self.observer.line_prefix:
            return 0
        with open(self.path, "rb") as output:
            return sum(line.startswith(self.observer.line_prefix) for line in output)

    def finish(self, exits):
        """Ends the command and returns how many exits its output lacks, or None if that is unknown."""
        self.child.send(signal.SIGINT)
        self.child.wait()
        return max(0, exits - (self._records() - self.before)) if self.observer.line_prefix else None


def installed_observers(bench):
    """The observers that are installed."""
    if bench.getdelays:
        yield Observer("getdelays -l -d", [bench.getdelays, "-d", "-l", "-m", bench.cpu_list], b"PID\t")
    if shutil.which("forkstat"):
        yield Observer("forkstat -e exit", ["forkstat", "-e", "exit"])
    if shutil.which("bpftrace"):
        program = 'tracepoint:sched:sched_process_exit { printf("%d %d %s\\n", pid, tid, comm); }'
        yield Observer("bpftrace sched_process_exit", ["bpftrace", "-q", "-e", program])
