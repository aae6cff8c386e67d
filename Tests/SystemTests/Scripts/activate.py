"""Starts a program with a listening socket, like a service manager (sd_listen_fds(3)).

usage: activate.py KIND PATH COMMAND...   where KIND is "listening", "bound" (does not listen) or "two" (passed twice)
"""
import os
import socket
import sys

FIRST = 3
kind, path, command = sys.argv[1], sys.argv[2], sys.argv[3:]
sock = socket.socket(socket.AF_UNIX)
sock.bind(path)
os.chmod(path, 0o600)
if kind != "bound":
    sock.listen()
count = 2 if kind == "two" else 1
for number in range(FIRST, FIRST + count):
    if sock.fileno() == number:
        os.set_inheritable(number, True)
    else:
        os.dup2(sock.fileno(), number)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(count), LISTEN_FDNAMES=":".join(["taskstats"] * count))
os.execvp(command[0], command)
