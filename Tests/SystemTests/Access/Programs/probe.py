"""A client of the daemon that executes commands, and tries the same access without the daemon.

usage: probe.py SOCKET

Prints the contents of `hello`. Reads lines of JSON and answers each with one:
  {"ask": {NAME: ID}}           the outcome for each: of opening and reading /proc/ID/io, and of get by pid and tgid;
                                the ID null is its own
  {"flips": ID, "gets": N}      the number of each outcome of N gets by pid, and the written bytes where it was a
                                record
  {"get": {...}, "times": N}    the outcomes of the same get
  {"cgroups": [PATH]}           the outcome for each: of opening it, and of get
  "status"                      the names of its keys
  "exits"                       ends the subscription, and returns the I/O counters of each exit record
Outcomes are "yes", "no" (permission), "gone", or else the name of the error.
"""
import collections
import errno
import json
import os
import socket
import sys

NAMES = {"PermissionDenied": "no", "NoSuchTask": "gone"}
PROC = {"EACCES": "no", "EPERM": "no", "ENOENT": "gone", "ESRCH": "gone"}


class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.lines = self.socket.makefile("rb")
        self.greeting = json.loads(self.lines.readline())
        self.exits = {}

    def ask(self, method, **params):
        self.socket.sendall(request(method, **params))
        while True:
            line = json.loads(self.lines.readline())
            if "id" in line:
                return line
            self.note(line)

    def note(self, line):
        assert line["method"] == "exit", line
        params = line["params"]
        # The sums of a process are withheld too if a record of one of its threads comes after that of the last one.
        withheld = "io" in params.get("redacted", [])
        assert withheld != ("read_char" in params["stats"]), line
        self.exits[params["pid"]] = "withheld" if withheld else "whole"

    def get(self, **what):
        return result(self.ask("get", **what))


def request(method, **params):
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode() + b"\n"


def result(answer):
    """Returns the outcome of a get, and the record if there is one."""
    if "error" in answer:
        name = answer["error"]["data"]["name"]
        return NAMES.get(name, name), None
    return "yes", answer["result"]["stats"]


def outcome(attempt):
    try:
        attempt()
        return "yes"
    except OSError as error:
        name = errno.errorcode[error.errno]
        return PROC.get(name, name)


def read_io(process):
    with open(f"/proc/{process}/io", "rb") as file:
        assert file.read()


def read_directory(path):
    os.close(os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW))


def of_process(process):
    number = os.getpid() if process == "self" else process
    return {
        "io": outcome(lambda: read_io(process)),
        "pid": asking and asking.get(pid=number)[0],
        "tgid": asking and asking.get(tgid=number)[0],
    }


def flips(process, count):
    """Keeps many gets in flight, so that the daemon spends most of the time in its checks."""
    outcomes, written = collections.Counter(), collections.Counter()
    most = 100
    for start in range(0, count, most):
        requests = [request("get", pid=process, fields=["write_char"])] * min(most, count - start)
        asking.socket.sendall(b"".join(requests))
        for _ in requests:
            answer, stats = result(json.loads(asking.lines.readline()))
            outcomes[answer] += 1
            if stats:
                written[stats["write_char"] % 65536] += 1
    return {"outcomes": outcomes, "written": written}


def handle(command):
    if command == "status":
        status = asking.ask("status")["result"]
        return sorted(status) + sorted(status["connection"])
    if command == "exits":
        watching.ask("unsubscribe")
        return watching.exits
    if "ask" in command:
        return {name: of_process(process or "self") for name, process in command["ask"].items()}
    if "flips" in command:
        return flips(command["flips"], command["gets"])
    if "get" in command:
        return collections.Counter(asking.get(**command["get"])[0] for _ in range(command["times"]))
    return {path: {"open": outcome(lambda path=path: read_directory(path)), "cgroup": asking.get(cgroup=path)[0]}
            for path in command["cgroups"]}


asking = Client(sys.argv[1])
you = asking.greeting["params"]["you"]
if you["access"] == "none":
    asking = None
else:
    watching = Client(sys.argv[1])
    watching.ask("subscribe", fields=["ac_uid", "read_char"])
print(json.dumps(you), flush=True)
for line in sys.stdin:
    print(json.dumps(handle(json.loads(line))), flush=True)
