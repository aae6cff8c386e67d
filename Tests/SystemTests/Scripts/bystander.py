"""Asks two daemons by turns for the statistics of a process of its own, while children of its own end.

usage: bystander.py UID COUNT SOCKET SOCKET

Prints for each daemon "MEDIAN P99 MISSING LOST": how long a get took, in microseconds, how many of its children it
was not told of, and how many losses.
"""
import os
import subprocess
import sys
import time

from conversation import Conversation, become

uid, count, paths = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
become(uid)
# This program has changed its user without exec, and is nobody's to look at; a child is.
child = subprocess.Popen(["sleep", "inf"])
daemons = [(Conversation(path), Conversation(path), []) for path in paths]
for _, stream, _ in daemons:
    assert "result" in stream.ask("subscribe", fields=["ac_comm"])
ended = set()
for number in range(count):
    for asking, _, times in daemons:
        start = time.monotonic_ns()
        answer = asking.ask("get", pid=child.pid)
        times.append((time.monotonic_ns() - start) / 1000)
        assert answer.get("result", {}).get("pid") == child.pid, answer
    if number % 10 == 0:
        pid = os.posix_spawn("/bin/true", ["true"], {})
        os.waitpid(pid, 0)
        ended.add(pid)
    time.sleep(0.002)
child.kill()
for _, stream, times in daemons:
    stream.ask("unsubscribe")
    told = {line["params"]["pid"] for line in stream.passed if line["method"] == "exit"}
    lost = sum(line["params"]["count"] for line in stream.passed if line["method"] == "lost")
    times.sort()
    print(round(times[count // 2]), round(times[count * 99 // 100]), len(ended - told), lost)
