"""Measures what a storm of processes leaves to a CPU on which the daemon reads them in real time.

usage: origin_storm.py SOCKET CHILD DAEMON SECONDS

The daemon runs on CPU 0, the storm on all others. Prints, in per cent of the time: the CPU time of a busy loop on CPU 0, that
of the daemon's busiest thread, and whether one was seen in real time; then the number of started programs.
"""
import os
import sys
import time

from origin_plans import Client, coded, start

path, child, daemon, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
TICKS = os.sysconf("SC_CLK_TCK")


def used(pid, thread):
    """Returns the CPU time of a thread in seconds, and its scheduling policy."""
    fields = open(f"/proc/{pid}/task/{thread}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS, int(fields[38])


def threads():
    return {thread: used(daemon, thread) for thread in os.listdir(f"/proc/{daemon}/task")}


def stolen():
    """Returns the time in seconds that CPU 0 did not run at all, because its host ran others."""
    with open("/proc/stat") as file:
        return int(next(line for line in file if line.startswith("cpu0 ")).split()[8]) / TICKS


client = Client(path)
client.subscribe(starts=True, filter={"comm": "none"})
others = os.sched_getaffinity(0) - {0}
busy = os.fork()
if busy == 0:
    os.sched_setaffinity(0, {0})
    # The others on this CPU, which are not the subject of this, wait.
    os.nice(-19)
    while True:
        pass
os.sched_setaffinity(0, others)
end = time.monotonic() + seconds
storms = []
for _ in range(3 * len(others)):
    pid = os.fork()
    if pid == 0:
        os.nice(-15)
        while time.monotonic() < end:
            # Long arguments, which take long to read.
            os.waitpid(start(child, ["storm " * 680], f"l 100 {coded(child)} o o o q 0"), 0)
        os._exit(0)
    storms.append(pid)
stolen_before = stolen()
before, loop, begun, real_time = threads(), used(busy, busy)[0], time.monotonic(), False
os.nice(-10)
while time.monotonic() < end:
    time.sleep(0.02)
    real_time = real_time or any(policy == 1 for _, policy in threads().values())
passed = time.monotonic() - begun - (stolen() - stolen_before)
share = max(100 * (time_used - before.get(thread, (0, 0))[0]) / passed for thread, (time_used, _) in threads().items())
loop = 100 * (used(busy, busy)[0] - loop) / passed
os.kill(busy, 9)
for pid in storms + [busy]:
    os.waitpid(pid, 0)
print(int(loop), int(share), int(real_time), Client(path).ask("status")["result"]["daemon"]["origin"]["starts"])
