"""Queries daemons alternately for the statistics of its own process, while its children end.

usage: bystander.py UID[:GROUP] COUNT MILLISECONDS SOCKET...

The milliseconds are the pause after each query.

Prints for each daemon "MEDIAN P99 MISSING LOST": the duration of a get in microseconds, the number of its children without
a record, and the number of reported losses.
"""
import os
import subprocess
import sys
import time

from conversation import Conversation, become

(uid, *groups), count, pause, paths = map(int, sys.argv[1].split(":")), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
become(uid, groups)
# This program has changed its user without exec, so no user may query it; a child can be queried.
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
    time.sleep(pause / 1000)
child.kill()
for _, stream, times in daemons:
    stream.ask("unsubscribe")
    told = {line["params"]["pid"] for line in stream.passed if line["method"] == "exit"}
    lost = sum(line["params"]["count"] for line in stream.passed if line["method"] == "lost")
    times.sort()
    print(round(times[count // 2]), round(times[count * 99 // 100]), len(ended - told), lost)
