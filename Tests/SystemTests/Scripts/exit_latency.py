"""Ends children and measures how long two daemons take to report them, alternately.

usage: exit_latency.py COUNT SOCKET SOCKET

Measures from when the end of the child is visible until its record is read. Prints for each daemon "MEDIAN P99" in
microseconds.
"""
import os
import sys
import time

from conversation import Conversation

count, paths = int(sys.argv[1]), sys.argv[2:]
streams = [Conversation(path) for path in paths]
times = [[], []]
for stream in streams:
    assert "result" in stream.ask("subscribe", fields=["ac_comm"], filter={"ppid": [os.getpid()]})
for number in range(2 * count):
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    start = time.monotonic_ns()
    measured, other = number % 2, 1 - number % 2
    line = streams[measured].next()
    times[measured].append((time.monotonic_ns() - start) / 1000)
    assert line["params"]["pid"] == streams[other].next()["params"]["pid"] == pid
    time.sleep(0.002)
for some in times:
    some.sort()
    print(round(some[count // 2]), round(some[count * 99 // 100]))
