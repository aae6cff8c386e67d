"""As an ordinary user, binds generic netlink port ids of another process, and counts the arriving messages.

Prints "ready", binds the free ports on SIGUSR1 and prints "bound" with their number; on SIGUSR2 and, at the end, on SIGTERM
it prints how many messages arrived since the last count.
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
signals = [signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM]
signal.pthread_sigmask(signal.SIG_BLOCK, signals)
sockets = [(int(port), socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, GENERIC)) for port in sys.argv[1:]]
bound = []


def bind():
    for port, sock in sockets:
        try:
            sock.bind((port, 0))
            sock.setblocking(False)
            bound.append(sock)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise


def received():
    count = 0
    for sock in bound:
        while True:
            try:
                sock.recv(65536)
                count += 1
            except BlockingIOError:
                break
    return count


print("ready", flush=True)
while True:
    wanted = signal.sigwait(signals)
    if wanted == signal.SIGUSR1:
        bind()
        print("bound", len(bound), flush=True)
    else:
        print(received(), flush=True)
        if wanted == signal.SIGTERM:
            break
