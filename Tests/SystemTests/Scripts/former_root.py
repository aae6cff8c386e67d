"""Registers all CPUs as root, becomes an ordinary user, and prints on SIGTERM how many exit records arrived.

It represents other programs that register and then drop their privileges. Uses no code of the project.
usage: former_root.py CPULIST
"""
import os
import signal
import socket
import struct
import sys

NOBODY = 65534
GENERIC, CONTROL, GET_FAMILY, FAMILY_NAME, FAMILY_ID = 16, 16, 3, 2, 1
GET, REGISTER = 1, 3
REQUEST_WITH_ACK = 5
ERROR = 2


def attribute(kind, data):
    length = 4 + len(data)
    return struct.pack("HH", length, kind) + data + b"\0" * (-length % 4)


def request(family, command, attributes, sequence):
    payload = struct.pack("BBH", command, 1, 0) + attributes
    return struct.pack("IHHII", 16 + len(payload), family, REQUEST_WITH_ACK, sequence, 0) + payload


def family_id(sock):
    sock.send(request(CONTROL, GET_FAMILY, attribute(FAMILY_NAME, b"TASKSTATS\0"), 1))
    answer = sock.recv(65536)
    sock.recv(65536)
    offset = 20
    while offset < len(answer):
        length, kind = struct.unpack_from("HH", answer, offset)
        if kind == FAMILY_ID:
            return struct.unpack_from("H", answer, offset + 4)[0]
        offset += (length + 3) & ~3
    sys.exit("no family")


signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, GENERIC)
sock.bind((0, 0))
family = family_id(sock)
sock.send(request(family, GET, attribute(REGISTER, sys.argv[1].encode() + b"\0"), 2))
while True:
    answer = sock.recv(65536)
    if struct.unpack_from("H", answer, 4)[0] == ERROR:
        if struct.unpack_from("i", answer, 16)[0] != 0:
            sys.exit("refused")
        break
os.setgroups([])
os.setresgid(NOBODY, NOBODY, NOBODY)
os.setresuid(NOBODY, NOBODY, NOBODY)
print("registered", flush=True)
signal.sigwait([signal.SIGTERM])
sock.setblocking(False)
count = 0
while True:
    try:
        sock.recv(65536)
        count += 1
    except BlockingIOError:
        break
print(count)
