"""Starts processes that follow plans (origin_child.c), and collects what the daemon reports about them."""
import json
import os
import time

from conversation import Conversation


def hierarchy():
    """Returns the hierarchy that the daemon reports, and the path of this process in it."""
    lines = dict(line.split(":", 2)[1:] for line in open("/proc/self/cgroup").read().splitlines())
    own = lines.get("name=systemd", lines.get(""))
    wanted = ("cgroup", "name=systemd") if "name=systemd" in lines else ("cgroup2", "")
    for line in open("/proc/self/mounts"):
        _, mount, kind, options = line.split()[:4]
        if kind == wanted[0] and (not wanted[1] or wanted[1] in options.split(",")):
            return mount, own
    raise SystemExit("no hierarchy is mounted")


def coded(text):
    return (text if isinstance(text, bytes) else text.encode()).hex()


def start(program, arguments, plan, user=None, reports=os.open(os.devnull, os.O_WRONLY)):
    """Starts a process with a plan, and returns its id; a user executes the program itself."""
    pid = os.fork()
    if pid == 0:
        try:
            if user is not None:
                os.setgroups([])
                os.setresgid(user, user, user)
                os.setresuid(user, user, user)
            os.dup2(reports, 3)
            os.set_inheritable(3, True)
            os.execve(program, arguments, {"PLAN": plan})
        finally:
            os._exit(99)
    return pid


class Client(Conversation):
    """A client that notes its longest line; as another user if one is given."""

    def __init__(self, path, user=None):
        self.longest = 0
        try:
            if user is not None:
                os.setgroups([])
                os.setegid(user)
                os.seteuid(user)
            super().__init__(path)
        finally:
            os.seteuid(0)
            os.setegid(0)
        self.features = self.greeting["params"]["features"]

    def next(self):
        line = self.lines.readline()
        self.longest = max(self.longest, len(line))
        return json.loads(line)

    def subscribe(self, **params):
        """Subscribes, and waits until the daemon knows what was running before, if it says so."""
        answer = self.ask("subscribe", **params)
        assert "result" in answer, answer
        deadline = time.monotonic() + 10
        while True:
            origin = self.ask("status")["result"].get("daemon", {}).get("origin")
            if origin is None or not origin["listening"] or origin["scanned"]:
                return
            assert time.monotonic() < deadline, "the daemon does not finish its scan"
            time.sleep(0.01)

    def taken(self, method="exit"):
        """Returns the notifications so far, by process."""
        # Starts are gathered for a moment, and lost ones are counted later.
        time.sleep(0.3)
        self.ask("status")
        found = {}
        for line in self.passed:
            if line.get("method") == method:
                found.setdefault(line["params"].get("tgid"), []).append(line["params"])
        return found

    def lost(self, where):
        return sum(line["params"]["count"] for line in self.passed
                   if line.get("method") == "lost" and line["params"]["where"] == where)


def expect(name, value, *right):
    """Prints the outcome of a case; any of the values is right."""
    print(name, "ok" if value in right else f"wrong: {value!r}, not {right!r}", sep="\t", flush=True)
