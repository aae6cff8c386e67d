"""Clients that are killed at random points: in the midst of a request, before its answer, while they read or do not read.

After each round the CPUs that the daemon has registered must be those that living clients asked for. Prints how many
clients were killed and the longest time, in milliseconds, until that was so.

usage: mayflies.py SOCKET CLIENTS SEED
"""
import json
import os
import random
import signal
import sys
import time

from conversation import Conversation, request

path, total, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
chance = random.Random(seed)
masks = [cpus for cpus in (["0"], ["1"], ["0", "1"]) if int(cpus[-1]) < os.cpu_count()]


def live(mask, sent, report):
    """A client: sends so much of its request; says when it was answered; reads on, or not."""
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
    os.close(report)
    if sent in (None, 10_000):
        assert os.read(answered, 1) == b"!", "a client was refused"
    os.close(answered)
    return pid


observer = Conversation(path)


def registered():
    return observer.ask("status")["result"]["daemon"]["registered_cpus"]


def wanted(living):
    cpus = sorted({int(cpu) for mask in living.values() for cpu in mask})
    return "0-1" if cpus == [0, 1] else ",".join(map(str, cpus))


def settle(living):
    begun = time.monotonic()
    while registered() != wanted(living):
        assert time.monotonic() - begun < 10, f"{registered()} are registered, {wanted(living)} are wanted"
    return time.monotonic() - begun


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
    for pid in dying:
        os.kill(pid, signal.SIGKILL)
    for pid in dying:
        os.waitpid(pid, 0)
        living.pop(pid, None)
    killed += len(dying)
    longest = max(longest, settle(living))
print(json.dumps({"killed": killed, "longest_ms": round(1000 * longest, 1), "registered": registered()}))
