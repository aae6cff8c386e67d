"""Repeatedly queries a process that alternates between its owner's rights and more.

usage: flips.py SOCKET DIRECTORY PROGRAM GETS

PROGRAM is flip.c. For each kind of set-id file it prints, separated by tabs: the kind, how many of GETS gets returned a
record, were denied, or had another result, and how many records were from a time at which the process had more rights.
"""
import sys

import targets
from personas import Persona

socket, directory, program, gets = sys.argv[1:]
targets.adopt_orphans()
file = targets.files(directory, program)
owner = Persona("owner", directory, socket)
for kind in ("set-uid root", "set-uid other", "set-gid"):
    process = targets.Process([file["plain"], file["plain"], file[kind]])
    seen = owner.ask({"flips": process.pid, "gets": int(gets)})
    outcomes, written = seen["outcomes"], seen["written"]
    others = sum(count for name, count in outcomes.items() if name not in ("yes", "no"))
    leaks = sum(count for rest, count in written.items() if rest != "0")
    print(kind, outcomes.get("yes", 0), outcomes.get("no", 0), others, leaks, sep="\t")
    process.end()
owner.leave()
