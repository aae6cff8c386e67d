"""Writes exit records to a file like getdelays -w, until its standard input ends.

That is: it writes as many bytes as the netlink attribute is long with its header, but starting after the header, so each
record is followed by four bytes of the reused buffer. Prints "ready" when it is registered on all CPUs, and at the end the
number of records.
"""
import os
import select
import socket
import struct
import sys

GENERIC, CTRL, GETFAMILY, FAMILY_ID, FAMILY_NAME = 16, 16, 3, 1, 2
GET, REGISTER, DEREGISTER, STATS, AGGREGATES = 1, 3, 4, 3, (4, 5)


def attribute(kind, payload):
    length = 4 + len(payload)
    return struct.pack("=HH", length, kind) + payload + b"\0" * (-length % 4)


def send(sock, family, command, attr):
    body = struct.pack("=BBH", command, 1, 0) + attr
    sock.send(struct.pack("=IHHII", 16 + len(body), family, 5, 1, 0) + body)


def attributes(buffer, start, end):
    while start + 4 <= end:
        length, kind = struct.unpack_from("=HH", buffer, start)
        yield kind, start + 4, length
        start += (length + 3) // 4 * 4


def acknowledged(sock):
    while True:
        reply = sock.recv(65536)
        if struct.unpack_from("=H", reply, 4)[0] == 2:
            return struct.unpack_from("=i", reply, 16)[0]


with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, GENERIC) as sock, open(sys.argv[1], "wb") as output:
    sock.bind((0, 0))
    sock.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)
    send(sock, CTRL, GETFAMILY, attribute(FAMILY_NAME, b"TASKSTATS\0"))
    reply = sock.recv(65536)
    family = next(struct.unpack_from("=H", reply, at)[0] for kind, at, _ in attributes(reply, 20, len(reply))
                  if kind == FAMILY_ID)
    acknowledged(sock)
    cpus = open("/sys/devices/system/cpu/possible").read().strip().encode() + b"\0"
    send(sock, family, GET, attribute(REGISTER, cpus))
    if acknowledged(sock):
        sys.exit("cannot register")
    print("ready", flush=True)
    buffer, written, ending = bytearray(65536), 0, False
    while True:
        ready, _, _ = select.select([sock] if ending else [sock, sys.stdin], [], [], 0 if ending else None)
        ending = ending or sys.stdin in ready
        if sock in ready:
            size = sock.recv_into(buffer)
            for kind, start, length in attributes(buffer, 20, size):
                if kind not in AGGREGATES:
                    continue
                for inner, at, inner_length in attributes(buffer, start, start + length - 4):
                    if inner == STATS:
                        output.write(buffer[at:at + inner_length])
                        written += 1
        elif ending:
            break
    send(sock, family, GET, attribute(DEREGISTER, cpus))
    acknowledged(sock)
    print(written)
