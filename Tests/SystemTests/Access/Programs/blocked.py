"""Holds the daemon at a query of one user's process, and uses it as that user, as another one and as root meanwhile.

usage: blocked.py SOCKET GATE

GATE is what gate.c calls TASKSTATS_GATE. Prints, with tabs between them, what happened and the outcome.
"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../Scripts"))

from conversation import Conversation, told  # noqa: E402
from gatekeeper import BEFORE, PID, Gate  # noqa: E402

path, gate_path = sys.argv[1:]
GETS = 50


class User:
    """A user with a process and two connections."""

    def __init__(self, uid):
        self.pid = os.fork()
        if self.pid == 0:
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            # A program that is executed is dumpable again.
            os.execvp("sleep", ["sleep", "inf"])
        os.setegid(uid)
        os.seteuid(uid)
        self.connections = [Conversation(path), Conversation(path)]
        os.seteuid(0)
        os.setegid(0)

    def get(self, connection=0):
        return self.connections[connection].ask("get", pid=self.pid, fields=["nvcsw"])


def report(what, outcome):
    print(what, outcome, sep="\t", flush=True)


os.setgroups([])
gate = Gate(gate_path)
users = root, other, blocked = User(0), User(70101), User(70102)
# Each of them is dumpable and asleep by now.
deadline = time.monotonic() + 20
for user in users:
    while "error" in user.get():
        assert time.monotonic() < deadline, user.get()
        time.sleep(0.01)
for rounds in range(3):
    gate.arm(blocked.pid, PID, BEFORE)
    first = blocked.connections[0]
    first.last += 1
    first.socket.sendall(b'{"jsonrpc":"2.0","id":%d,"method":"get","params":{"pid":%d}}\n' % (first.last, blocked.pid))
    gate.wait()
    gate.disarm()
    for name, user in (("root", root), ("another user", other)):
        answers = [user.get(index % 2) for index in range(GETS)]
        report(name, sum("result" in answer for answer in answers))
    report("the same user", told(blocked.get(1)))
    gate.let_go()
    answer = first.next()
    report("late answer", answer["id"] == first.last and answer["result"]["pid"] == blocked.pid)
    report("the same user again", "result" in blocked.get(0) and "result" in blocked.get(1))
for user in users:
    os.kill(user.pid, 9)
    os.waitpid(user.pid, 0)
