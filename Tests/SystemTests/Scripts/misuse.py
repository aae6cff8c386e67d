"""Performs every valid or invalid client action on connections, in every order of a number of steps.

usage: misuse.py SOCKET UID LENGTH

Each order is tried in three ways: waiting for each answer, sending all at once, and sending all at once and disconnecting
without reading. The received lines must match the model, and at the end the connection must be in the model's state: open
with its subscription, or closed. Prints "ORDERS CONNECTIONS LINES".
"""
import collections
import json
import os
import select
import socket
import sys
import time

from conversation import become, request
from misuse_model import Model, steps

path, uid, longest = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
PATIENCE_SECONDS = 20
SHUTS = {"shut writing": socket.SHUT_WR, "shut reading": socket.SHUT_RD}
counts = collections.Counter()


class Connection:
    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE_SECONDS)
        self.socket.connect(path)
        self.lines = self.socket.makefile("rb")
        counts["connections"] += 1

    def is_let_in(self):
        """Reads hello; false for a connection refused by the rate limit."""
        greeting = json.loads(self.lines.readline())
        if greeting["method"] == "hello":
            return True
        assert greeting["params"]["limit"] == "connections_per_second", greeting
        self.close()
        return False

    def send(self, data):
        try:
            self.socket.sendall(data)
        except BrokenPipeError:
            pass

    def next(self, told):
        """Returns the next line except records, which may come only where `told` says so; None at the end."""
        while True:
            try:
                text = self.lines.readline()
            except ConnectionResetError:
                return None
            if not text:
                return None
            assert text.endswith(b"\n"), f"a line cut off: {text[-80:]}"
            line = json.loads(text)
            counts["lines"] += 1
            if line.get("method") not in ("exit", "lost"):
                return line
            assert told, f"a record without a subscription: {text[:80]}"

    def expect(self, owed):
        for what in owed:
            line = self.next(what.told)
            assert line is not None, f"the end in place of {what}"
            if what.notification:
                assert line.get("method") == what.notification, f"{line} in place of {what}"
            else:
                error = line.get("error", {}).get("data", {}).get("name")
                assert "id" in line and (line["id"], error) == (what.id, what.error), f"{line} in place of {what}"

    def expect_record(self, pid):
        while True:
            line = json.loads(self.lines.readline())
            if line["method"] == "exit" and line["params"]["pid"] == pid:
                return

    def expect_hang_up(self):
        poll = select.poll()
        poll.register(self.socket, 0)
        assert poll.poll(PATIENCE_SECONDS * 1000), "the daemon does not let go"

    def close(self):
        self.lines.close()
        self.socket.close()


def connect():
    while True:
        connection = Connection()
        if connection.is_let_in():
            return connection
        time.sleep(0.1)


def try_out(order, at_once):
    connection, model, shut = connect(), Model(uid), set()
    data, owed = b"", []
    for step in order:
        if step in SHUTS:
            connection.send(data)
            data = b""
            if step == "shut reading":
                connection.expect(owed)
                owed = []
            connection.socket.shutdown(SHUTS[step])
            shut.add(step)
            continue
        more, lines = model.take(step)
        data, owed = data + more, owed + lines
        if not at_once:
            connection.send(data)
            data = b""
        if "shut reading" in shut:
            owed = []
        elif not at_once:
            connection.expect(owed)
            owed = []
    connection.send(data)
    connection.expect(owed)
    expect_state(connection, model, shut)
    connection.close()


def expect_state(connection, model, shut):
    if shut == set(SHUTS):
        return
    if "shut reading" in shut:
        # The next answer cannot be sent.
        connection.send(b"\n" + request(0, "status"))
        return connection.expect_hang_up()
    told = model.cpus is not None
    if not model.is_closing and not shut:
        if model.is_half:
            data, owed = model.take("no text")
            connection.send(data)
            connection.expect(owed)
        if not model.is_closing:
            connection.send(request("last", "status"))
            state = connection.next(told)["result"]["connection"]
            assert ("cpus" in state) == told and (model.cpus != "0" or state["cpus"] == "0"), state
            return
    if not model.is_closing and told:
        pid = os.posix_spawn("/bin/true", ["true"], {})
        os.waitpid(pid, 0)
        return connection.expect_record(pid)
    line = connection.next(told)
    assert line is None, f"{line} in place of the end"


def vanish(order):
    connection, model = Connection(), Model(uid)
    data = b""
    for step in order:
        if step in SHUTS:
            connection.send(data)
            data = b""
            connection.socket.shutdown(SHUTS[step])
        else:
            data += model.take(step)[0]
    connection.send(data)
    connection.close()


def orders(length, begun=()):
    """Returns every order of that many steps; nothing can be sent after the sending side is shut."""
    if len(begun) == length:
        yield begun
        return
    for step in [*steps(uid), *SHUTS]:
        if step in SHUTS and step in begun or step not in SHUTS and "shut writing" in begun:
            continue
        yield from orders(length, (*begun, step))


# Tasks end on a CPU that every subscription includes.
os.sched_setaffinity(0, {0})
become(uid)
for length in range(longest + 1):
    for order in orders(length):
        counts["orders"] += 1
        try:
            try_out(order, at_once=False)
            try_out(order, at_once=True)
            vanish(order)
        except (AssertionError, OSError, ValueError, KeyError, TypeError) as error:
            sys.exit(f"{' > '.join(order)}: {type(error).__name__}: {error}")
print(counts["orders"], counts["connections"], counts["lines"])
