"""As an ordinary user, binds generic netlink port ids that somebody else had, and counts what arrives on them.

Says "ready", takes the ports that are free on SIGUSR1, says "bound", and prints the count on SIGTERM.
"""
import errno
import os
import signal
import socket
import sys

NOBODY = 65534
GENERIC = 16
os.setgroups([])
os.setresgid(NOBODY, NOBODY, NOBODY)
os.setresuid(NOBODY, NOBODY, NOBODY)
signals = [signal.SIGUSR1, signal.SIGTERM]
signal.pthread_sigmask(signal.SIG_BLOCK, signals)
sockets = [(int(port), socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, GENERIC)) for port in sys.argv[1:]]
print("ready", flush=True)

signal.sigwait([signal.SIGUSR1])
bound = []
for port, sock in sockets:
    try:
        sock.bind((port, 0))
        sock.setblocking(False)
        bound.append(sock)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
print("bound", flush=True)

signal.sigwait([signal.SIGTERM])
received = 0
for sock in bound:
    while True:
        try:
            sock.recv(65536)
            received += 1
        except BlockingIOError:
            break
print(received)
