"""Executes programs, and compares the reported starts with them.

usage: origin_starts.py SOCKET CHILD [PID-OF-THE-DAEMON]

Each process executes a different number of programs. With the daemon's pid, it is stopped meanwhile, until its receive
buffer has overflowed. Prints the numbers of executions, of starts, of missing ones, of surplus ones, of lost starts, of other
losses, and of missing sequence numbers.
"""
import os
import signal
import sys
import time

from origin_plans import Client, coded, start

path, child = sys.argv[1:3]
daemon = int(sys.argv[3]) if len(sys.argv) > 3 else None
client = Client(path)
client.subscribe(starts=True, scope="process")
executed = {}
if daemon:
    os.kill(daemon, signal.SIGSTOP)
try:
    if daemon:
        # Forks and ends take the room of the events.
        os.waitpid(start(child, [child], "o " * 9_000), 0)
    for number in range(60):
        count = number % 12
        pid = start(child, [child, "first"], f"l {count} {coded(child)} t 3 q 0")
        executed[pid] = executed.get(pid, 0) + count + 1
        os.waitpid(pid, 0)
finally:
    if daemon:
        os.kill(daemon, signal.SIGCONT)
if daemon:
    # After a loss, starts are reported again.
    time.sleep(0.5)
    for _ in range(10):
        pid = start(child, [child, "last"], "w 1000 q 0")
        executed[pid] = executed.get(pid, 0) + 1
        os.waitpid(pid, 0)
starts = client.taken("start")
missing = sum(max(0, count - len(starts.get(pid, []))) for pid, count in executed.items())
# Processes of others can use an id again.
surplus = sum(max(0, len(starts.get(pid, [])) - count) for pid, count in executed.items())
gaps, last = 0, {}
for line in client.passed:
    if line.get("method") == "start":
        cpu, number = line["params"]["cpu"], line["params"]["seq"]
        gaps += number - last.get(cpu, number - 1) - 1
        last[cpu] = number
print(sum(executed.values()), sum(len(starts.get(pid, [])) for pid in executed), missing, surplus, client.lost("starts"),
      client.lost("queue"), gaps)
