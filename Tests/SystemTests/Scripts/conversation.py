"""A minimal client of the daemon for the other programs here, and their way of becoming another user."""
import json
import os
import socket


def become(uid, groups=()):
    os.setgroups(groups)
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def request(number, method, **params):
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode() + b"\n"


def told(line):
    """Returns the limit in a line: its name, its maximum and the use; None for a line without one."""
    data = line.get("error", {}).get("data") or line.get("params", {})
    return (data["limit"], data["allowed"], data["used"]) if "limit" in data else None


class Conversation:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.lines = self.socket.makefile("rb")
        self.last = 0
        self.passed = []
        self.greeting = self.next()

    def next(self):
        return json.loads(self.lines.readline())

    def ask(self, method, **params):
        """Sends a request and waits for the answer; earlier lines are added to `passed`."""
        self.last += 1
        self.socket.sendall(request(self.last, method, **params))
        while True:
            line = self.next()
            if line.get("id") == self.last:
                return line
            self.passed.append(line)

    def close(self):
        self.lines.close()
        self.socket.close()
