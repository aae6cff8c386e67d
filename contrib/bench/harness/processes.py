"""Child processes: starting, reading their output, and ending each of them by pid in all cases."""

import json
import os
import select
import signal
import subprocess
import sys
import time

PATIENCE_SECONDS = 120


class Failure(Exception):
    """A program did not behave as the benchmark requires."""


class Child:
    """A running program that prints a JSON object on each line."""

    running = []

    def __init__(self, command, **options):
        self.name = os.path.basename(command[0])
        options.setdefault("stdout", subprocess.PIPE)
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)
        self.pid = self.process.pid
        self.buffer = b""
        Child.running.append(self)

    def line(self, patience=PATIENCE_SECONDS):
        """The next line of its output; "" at the end."""
        descriptor = self.process.stdout.fileno()
        deadline = time.monotonic() + patience
        while b"\n" not in self.buffer:
            if not select.select([descriptor], [], [], max(0, deadline - time.monotonic()))[0]:
                raise Failure(f"{self.name} printed nothing for {patience} seconds")
            more = os.read(descriptor, 65536)
            if not more:
                rest, self.buffer = self.buffer, b""
                return rest.decode()
            self.buffer += more
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode()

    def result(self):
        """The next object that it prints."""
        line = self.line()
        if not line:
            raise Failure(f"{self.name} ended with status {self.wait()}")
        return json.loads(line)

    def send(self, number):
        if self.process.poll() is None:
            self.process.send_signal(number)

    def wait(self):
        """Waits for the program to end and returns its status."""
        status = self.process.wait(PATIENCE_SECONDS)
        if self in Child.running:
            Child.running.remove(self)
        if self.process.stdout:
            self.process.stdout.close()
        return status

    def finish(self, number=signal.SIGTERM):
        """Asks the program to end and returns the object that it prints."""
        self.send(number)
        result = self.result()
        self.wait()
        return result

    def stop(self):
        """Ends the program, with SIGKILL if necessary."""
        self.send(signal.SIGTERM)
        try:
            self.process.wait(3)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.wait()


def stop_all():
    """Ends all programs that still run, in reverse order."""
    for child in reversed(list(Child.running)):
        child.stop()


def run(command):
    """Runs a program to completion and returns the object that it prints."""
    child = Child(command)
    result = child.result()
    status = child.wait()
    if status != 0:
        raise Failure(f"{child.name} ended with status {status}")
    return result


def started(command):
    """Starts a program and waits until it reports that it is ready."""
    child = Child(command)
    if not child.result().get("ready"):
        raise Failure(f"{child.name} is not ready")
    return child


def cpu_nanoseconds(pid):
    """The CPU time of all threads of a process, as the scheduler counts it."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as file:
            total += int(file.read().split()[0])
    return total


def wait_until_idle(pid):
    """Waits until a process has finished its work and no longer uses the CPU."""
    used = -1
    while used != (now := cpu_nanoseconds(pid)):
        used = now
        time.sleep(0.2)


def resident_bytes(pid):
    """The resident memory of a process."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0


def progress(text):
    """Shows the current step on a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def progress_done():
    progress("")
