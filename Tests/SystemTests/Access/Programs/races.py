"""Changes between the daemon's checks of a process, each made while the daemon is held at the gate.

usage: races.py SOCKET DIRECTORY PROGRAM GATE ROUNDS

PROGRAM is target.c, GATE the TASKSTATS_GATE of gate.c. Prints "change", the change, the kind of get, where the daemon was
held, and the outcome, separated by tabs; changes that give a number to another process are made ROUNDS times, all others
once.
"""
import errno
import os
import signal
import sys

import targets
from gatekeeper import AFTER, BEFORE, PID, TGID, Gate
from personas import OTHER, OWNER, Persona

socket, directory, program, gate_path, rounds = sys.argv[1:]
targets.adopt_orphans()
file = targets.files(directory, program)
gate = Gate(gate_path)
owner = Persona("owner", directory, socket)
stay = [file["plain"], "stay"]


class Turner(targets.Process):
    """Executes a set-uid file on SIGUSR1, and is back on the next one."""

    def __init__(self, other):
        super().__init__([file["plain"], "turn", file[other]])


def nothing(process):
    return process


def turn(process):
    process.signal(signal.SIGUSR1)
    return process


def hide(process):
    process.signal(signal.SIGUSR2)
    return process


def end(process):
    process.end()
    return None


def give_to(uid):
    def change(process):
        process.end()
        return targets.Successor(stay, process.pid, uid)
    return change


def arm(process, stop):
    (attribute, place, _), _ = stop
    gate.arm(process.pid, attribute, place)


def ask(process, question, stops):
    """Queries a process, makes the change at each stop, and returns the process that has the number then."""
    stops = list(stops)
    arm(process, stops[0])
    owner.say({"get": {question: process.pid, "fields": ["nvcsw"]}, "times": 1})
    for index, ((_, _, passed), change) in enumerate(stops):
        for _ in range(passed):
            gate.wait()
            gate.let_go()
        gate.wait()
        process = change(process)
        if index + 1 < len(stops):
            arm(process, stops[index + 1])
        else:
            gate.disarm()
        gate.let_go()
    (outcome,) = owner.hear()
    return outcome, process


def report(change, question, place, outcome):
    print("change", change, question, place, outcome, sep="\t")


CHANGES = {
    "none": (nothing, lambda: Turner("set-uid root")),
    "runs a set-uid program": (turn, lambda: Turner("set-uid root")),
    "runs another user's set-uid program": (turn, lambda: Turner("set-uid other")),
    "runs a set-gid program": (turn, lambda: Turner("set-gid")),
    "is not dumpable any more": (hide, lambda: Turner("set-uid root")),
    "ends": (end, lambda: Turner("set-uid root")),
    "its number is another user's": (give_to(OTHER), lambda: targets.Process(stay)),
    "its number is root's": (give_to(0), lambda: targets.Process(stay)),
    "its number is another process of its owner": (give_to(OWNER), lambda: targets.Process(stay)),
}
# Which kernel query the daemon is held before or after, and how many such queries it passes first: the first query by
# pid precedes the first check.
PLACES = {
    "pid": {"before": (PID, BEFORE, 1), "after": (PID, AFTER, 1)},
    "tgid": {"before": (PID, BEFORE, 1), "between": (TGID, BEFORE, 0), "after": (TGID, AFTER, 0)},
}


def attempt(question, stop, change, make):
    while True:
        process = make()
        try:
            outcome, process = ask(process, question, [(stop, change)])
        except OSError as error:
            # Another process on this machine was given the number.
            if error.errno != errno.EEXIST:
                raise
            gate.disarm()
            gate.let_go()
            owner.hear()
            continue
        if process:
            process.end()
        return outcome


for question, places in PLACES.items():
    for place, stop in places.items():
        for name, (change, make) in CHANGES.items():
            for _ in range(int(rounds) if "number" in name else 1):
                report(name, question, place, attempt(question, stop, change, make))

# The daemon queries a changing process up to ATTEMPTS times; the sums need one more query before it notices the change.
ATTEMPTS = 6
for other in ("set-uid root", "set-uid other", "set-gid"):
    for question, passed in {"pid": 1, "tgid": 2}.items():
        stops = [((PID, BEFORE, 1), turn), ((PID, AFTER, 0), turn)]
        stops += [((PID, BEFORE, passed), turn), ((PID, AFTER, 0), turn)] * (ATTEMPTS - 1)
        outcome, process = ask(Turner(other), question, stops)
        report(f"is {other} only when the kernel is asked", question, "around", outcome)
        process.end()
owner.leave()
