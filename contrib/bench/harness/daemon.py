"""The measured daemon, on a separate socket."""

import os
import signal
import subprocess

from .processes import Child, Failure, cpu_nanoseconds, resident_bytes


class Daemon:
    """A running taskstatsd that gives root and the group root access to everything."""

    count = 0

    def __init__(self, bench, options=(), prefix=()):
        Daemon.count += 1
        self.socket = os.path.join(bench.directory, f"daemon-{Daemon.count}.sock")
        # When the benchmark is killed with SIGKILL, the daemon ends too.
        command = [*prefix, "setpriv", "--pdeathsig", "TERM", bench.product("taskstatsd"), "--socket", self.socket]
        command += ["--group", "root", *options]
        self.child = Child(command, stderr=subprocess.STDOUT)
        self.pid = self.child.pid
        while "ready" not in (line := self.child.line()):
            if not line:
                raise Failure("taskstatsd did not start; is another one running in the way?")

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.child.send(signal.SIGTERM)
        self.child.wait()

    def cpu(self):
        """Its CPU time so far, in nanoseconds."""
        return cpu_nanoseconds(self.pid)

    def resident(self):
        """Its resident memory, in bytes."""
        return resident_bytes(self.pid)

    @staticmethod
    def understands(bench, option):
        """Whether the daemon has an option."""
        shown = subprocess.run(
            [bench.product("taskstatsd"), "--help"], check=True, capture_output=True, text=True
        )
        return option in shown.stdout
