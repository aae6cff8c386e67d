"""Connects while the daemon is held and ends before it continues; the child prints its tier.

usage: heir.py SOCKET PID
"""
import json
import os
import signal
import socket
import sys

path, daemon = sys.argv[1], int(sys.argv[2])
os.kill(daemon, signal.SIGSTOP)
ready, go = os.pipe()
connection = socket.socket(socket.AF_UNIX)
if os.fork() == 0:
    # The peer: it is gone when its connection is first inspected, and its child has the connection.
    connection.connect(path)
    if os.fork() == 0:
        os.read(ready, 1)
        os.kill(daemon, signal.SIGCONT)
        print(json.loads(connection.makefile("rb").readline())["params"]["you"]["access"], flush=True)
    os._exit(0)
os.wait()
os.write(go, b"!")
