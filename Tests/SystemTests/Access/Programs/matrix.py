"""The access matrix: queries the daemon as every persona for every target.

usage: matrix.py SOCKET DIRECTORY PROGRAM

DIRECTORY is readable for every user; PROGRAM is target.c. Prints for each persona "tier", its name, its tier and the
daemon's data that it saw in `status`, and for each pair "cell", persona, target, and the outcomes of reading /proc/PID/io,
of get by pid and by tgid, and of waiting for the exit record; separated by tabs.
"""
import os
import sys

import targets
from personas import PERSONAS, Persona

socket, directory, program = sys.argv[1:]
KTHREADD = 2
targets.adopt_orphans()
file = targets.files(directory, program)
stay = [file["plain"], "stay"]
gone, freed = targets.ended_pid(stay), targets.ended_pid(stay)

personas = [Persona(name, directory, socket) for name in PERSONAS]
processes = targets.start(file, freed)
ids = {name: process.id for name, process in processes.items()}
ids |= {"kernel thread": KTHREADD, "gone": gone, "the client itself": None}

serving = [persona for persona in personas if persona.you["access"] != "none"]
for persona in personas:
    persona.say({"ask": ids})
outcomes = {persona.name: persona.hear() for persona in personas}
statuses = {persona.name: persona.ask("status") for persona in serving}

for name, process in processes.items():
    if name == "a thread of it":
        process.end_thread()
    process.end()
    if name == "zombie":
        os.waitpid(process.id, 0)
exits = {persona.name: persona.ask("exits") for persona in serving}

for persona in personas:
    status = statuses.get(persona.name)
    shows = "refused" if status is None else "daemon" if "daemon" in status else "own"
    print("tier", persona.name, persona.you["access"], shows, sep="\t")
    for target, outcome in outcomes[persona.name].items():
        seen = exits.get(persona.name)
        record = "refused" if seen is None else seen.get(str(ids[target]), "none")
        print("cell", persona.name, target, outcome["io"], outcome["pid"] or "refused", outcome["tgid"] or "refused",
              record, sep="\t")
    persona.leave()
