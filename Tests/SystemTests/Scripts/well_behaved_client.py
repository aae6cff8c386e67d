"""Acts like an ordinary client until SIGTERM: connects, queries, and receives the exit of a child.

usage: well_behaved_client.py SOCKET UID

Prints "TIMES LONGEST": how often it received each of them, and the longest wait for any of them, in milliseconds.
"""
import os
import signal
import subprocess
import sys
import time

from conversation import Conversation, become

path, uid = sys.argv[1], int(sys.argv[2])
become(uid)
is_over = False


def stop(*_):
    global is_over
    is_over = True


signal.signal(signal.SIGTERM, stop)
# This program has changed its user without exec, so no user may query it; a child can be queried.
child = subprocess.Popen(["sleep", "inf"])
asking, stream = Conversation(path), Conversation(path)
assert "result" in stream.ask("subscribe", fields=["ac_comm"], filter={"ppid": [os.getpid()]})
times, longest = 0, 0.0


def hear_of(pid):
    while True:
        line = stream.next()
        assert line["method"] == "exit", line
        if line["params"]["pid"] == pid:
            return


print("looking", flush=True)
while not is_over:
    begun = time.monotonic()
    Conversation(path).close()
    connected = time.monotonic()
    answer = asking.ask("get", pid=child.pid)
    assert answer.get("result", {}).get("pid") == child.pid, answer
    answered = time.monotonic()
    pid = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(pid, 0)
    ended = time.monotonic()
    hear_of(pid)
    told = time.monotonic()
    times += 1
    longest = max(longest, connected - begun, answered - connected, told - ended)
    time.sleep(0.02)
child.kill()
print(times, round(longest * 1000, 1))
