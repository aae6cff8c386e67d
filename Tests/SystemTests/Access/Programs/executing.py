"""Queries, as its owner, a process that executes one program after another, each for a few milliseconds.

usage: executing.py SOCKET DIRECTORY PROGRAM GETS

PROGRAM is executes.c. Prints for get by pid and by tgid, separated by tabs: the method, how many of GETS gets returned a
record, and how many were denied.
"""
import os
import shutil
import sys

import targets
from personas import OWNER, Persona

STEPS = 3_000_000
socket, directory, program, gets = sys.argv[1:]
targets.adopt_orphans()
other = os.path.join(directory, "plain")
shutil.copy(program, other)
owner = Persona("owner", directory, socket)
child = os.fork()
if child == 0:
    targets.become(OWNER, OWNER)
    os.execv(program, [program, other, str(STEPS)])
while os.readlink(f"/proc/{child}/exe") not in (program, other):
    pass
for question in ("pid", "tgid"):
    outcomes = owner.ask({"get": {question: child, "fields": ["nvcsw"]}, "times": int(gets)})
    print(question, outcomes.get("yes", 0), outcomes.get("no", 0), sep="\t")
os.kill(child, 9)
os.waitpid(child, 0)
owner.leave()
