"""The programs of a pipeline: starting them, waiting with a deadline, and killing them."""

import contextlib
import os
import signal
import socket
import subprocess
import time

PATIENCE_SECONDS = 120
POLL_SECONDS = 0.005


class Failure(Exception):
    """A pipeline did not behave as it must."""


def wait_until(condition, what, patience=PATIENCE_SECONDS):
    """Waits until a condition holds."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise Failure(f"{what}: not within {patience} s")
        time.sleep(POLL_SECONDS)


def free_port():
    """A TCP port of loopback that is free now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def accepts(port):
    """Whether a program listens on a port of loopback."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


class Part:
    """A program of a pipeline, in a session of its own, which can be killed and started again."""

    running = []

    def __init__(self, name, command, log, is_ready=None, output=None, environment=None):
        self.name, self.command, self.log = name, [str(word) for word in command], log
        self.is_ready, self.output, self.environment = is_ready, output, environment
        self.kills = 0
        self.process = None
        self.start()

    def start(self):
        with open(self.log, "ab") as log, open(self.output or self.log, "ab") as output:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=output, stderr=log, start_new_session=True,
                env=self.environment)
        Part.running.append(self)
        if self.is_ready:
            wait_until(lambda: self.is_ready() or self.has_ended(), f"{self.name} is not ready")
            self.require()

    def has_ended(self):
        return self.process.poll() is not None

    def require(self):
        """Fails if the program has ended by itself."""
        if self.has_ended():
            with open(self.log, encoding="utf-8", errors="replace") as log:
                raise Failure(f"{self.name} ended with status {self.process.returncode}:\n{log.read()[-2000:]}")

    def kill(self):
        """Kills the program and its children (kill -9)."""
        self.require()
        os.killpg(self.process.pid, signal.SIGKILL)
        self._forget()
        self.kills += 1

    def stop(self, number=signal.SIGTERM):
        """Ends the program as an administrator does, and returns its status."""
        if not self.has_ended():
            self.process.send_signal(number)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
        return self._forget()

    def _forget(self):
        status = self.process.wait(PATIENCE_SECONDS)
        Part.running.remove(self)
        return status

    @staticmethod
    def kill_all():
        """Kills what still runs, in reverse order."""
        for part in reversed(list(Part.running)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(part.process.pid, signal.SIGKILL)
            part._forget()


class Child:
    """A program that a part starts, and starts again when it was killed."""

    def __init__(self, name, parent, command):
        self.name, self.parent, self.command, self.kills = name, parent, command, 0

    def require(self):
        self.parent.require()

    def kill(self):
        wait_until(self._kill, f"{self.name} does not run")
        self.kills += 1

    def _kill(self):
        """Kills the program if it runs now; it can end by itself before the signal."""
        session = str(self.parent.process.pid)
        listed = subprocess.run(
            ["pgrep", "-x", "-g", session, "-r", "R,S,D", self.command], capture_output=True, text=True)
        is_killed = False
        for pid in map(int, listed.stdout.split()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                is_killed = True
        return is_killed

    def start(self):
        """Its parent starts it."""


class Kill:
    """A part that is killed and started again when so much has arrived somewhere."""

    def __init__(self, part, progress, share, between=lambda: None):
        self.part, self.progress, self.share, self.between = part, progress, share, between

    def is_due(self):
        return self.progress() >= self.share

    def do(self):
        self.part.kill()
        self.between()
        self.part.start()


def kill_each(kills, parts):
    """Kills each part once, when its time has come; fails if one of the parts ends otherwise."""
    pending = list(kills)

    def step():
        for part in parts:
            part.require()
        for kill in [each for each in pending if each.is_due()]:
            pending.remove(kill)
            kill.do()
        return not pending

    wait_until(step, "not every part was killed")
