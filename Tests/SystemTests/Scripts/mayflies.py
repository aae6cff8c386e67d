"""Clients killed at random points: within a request, before its answer, while they read or do not read.

After each round the CPUs registered by the daemon must be those of the remaining clients, according to the daemon and to
the kernel's list of its sockets. Prints how many clients were killed and the longest time, in milliseconds, until that was
so.

usage: mayflies.py SOCKET PID CLIENTS SEED
"""
import json
import os
import random
import signal
import sys
import time

from conversation import Conversation, request

path, daemon_pid, total, seed = sys.argv[1], *map(int, sys.argv[2:])
chance = random.Random(seed)
children = set()
masks = [cpus for cpus in (["0"], ["1"], ["0", "1"]) if int(cpus[-1]) < os.cpu_count()]


def live(mask, sent, report):
    """A client: sends a part of its request, reports the answer, and reads on or not."""
    daemon = Conversation(path)
    reads_on = sent is None
    daemon.socket.sendall(request(1, "subscribe", cpus=",".join(mask))[:sent])
    while daemon.next().get("id") != 1:
        pass
    os.write(report, b"!")
    while reads_on:
        daemon.next()
    signal.pause()


def begin(mask, sent):
    answered, report = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            live(mask, sent, report)
        finally:
            os._exit(1)
    children.add(pid)
    os.close(report)
    if sent in (None, 10_000):
        assert os.read(answered, 1) == b"!", "a client was refused"
    os.close(answered)
    return pid


observer = Conversation(path)


def registered():
    return observer.ask("status")["result"]["daemon"]["registered_cpus"]


def netlink_sockets():
    """Returns the number of netlink sockets of the daemon: one for each registered CPU, and the permanent ones."""
    held = {os.readlink(entry.path) for entry in os.scandir(f"/proc/{daemon_pid}/fd") if os.path.islink(entry.path)}
    with open("/proc/net/netlink") as listing:
        return sum(f"socket:[{line.split()[9]}]" in held for line in listing)


always = netlink_sockets()


def wanted(living):
    return sorted({int(cpu) for mask in living.values() for cpu in mask})


def listed(cpus):
    return "0-1" if cpus == [0, 1] else ",".join(map(str, cpus))


def settle(living):
    begun = time.monotonic()
    cpus = wanted(living)
    while registered() != listed(cpus) or netlink_sockets() != always + len(cpus):
        assert time.monotonic() - begun < 10, (
            f"{registered()} are registered with {netlink_sockets() - always} sockets, {listed(cpus)} are wanted")
    return time.monotonic() - begun


def kill(pids):
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    for pid in pids:
        os.waitpid(pid, 0)
        children.discard(pid)


def live_and_die():
    """Runs rounds until enough were killed and none is left; returns their number, and the longest time to settle."""
    living, killed, longest = {}, 0, 0.0
    while killed < total or living:
        last = killed >= total
        passing = []
        for _ in range(0 if last else 16):
            mask = chance.choice(masks)
            sent = chance.choice([None, 10_000, chance.randrange(75), 10_001])
            pid = begin(mask, sent)
            if sent in (None, 10_000):
                living[pid] = mask
            else:
                passing.append(pid)
        dying = passing + [pid for pid in living if last or chance.random() < 0.6]
        chance.shuffle(dying)
        kill(dying)
        living = {pid: mask for pid, mask in living.items() if pid in children}
        killed += len(dying)
        longest = max(longest, settle(living))
    return killed, longest


try:
    killed, longest = live_and_die()
finally:
    # Clients that are not killed wait forever, and keep standard output open.
    kill(list(children))
print(json.dumps({"killed": killed, "longest_ms": round(1000 * longest, 1), "registered": registered()}))
