"""Prints what the running kernel has, as JSON, without this project's code.

release, struct (the version of struct taskstats), bytes (its size), the CPUs, and whether the kernel has SO_PASSRIGHTS,
SO_PEERPIDFD, PIDFD_GET_INFO, the filter of the proc connector, and kernel.task_delayacct.
"""
import errno
import fcntl
import json
import os
import select
import socket
import struct
import subprocess

NETLINK_CONNECTOR, GENERIC = 11, 16
SO_PEERPIDFD, SO_PASSRIGHTS = 77, 83
PIDFD_GET_INFO = 0xC040FF0B
PROC_EVENT_FORK, PROC_EVENT_EXIT = 0x1, 0x80000000


def has_option(option):
    with socket.socketpair(socket.AF_UNIX)[0] as sock:
        try:
            sock.getsockopt(socket.SOL_SOCKET, option)
        except OSError as error:
            if error.errno != errno.ENOPROTOOPT:
                raise
            return False
        return True


def has_pidfd_info():
    try:
        fcntl.ioctl(os.pidfd_open(os.getpid()), PIDFD_GET_INFO, bytes(struct.pack("=Q", 1)) + bytes(56))
    except OSError as error:
        if error.errno not in (errno.ENOTTY, errno.EINVAL):
            raise
        return False
    return True


def connector_filters():
    """Asks for exits only, and reports whether the start of a process is reported all the same."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, NETLINK_CONNECTOR) as sock:
        sock.bind((0, 1))

        def send(command, events):
            body = struct.pack("=IIIIHHII", 1, 1, 0, 0, 8, 0, command, events)
            sock.send(struct.pack("=IHHII", 16 + len(body), 3, 0, 0, os.getpid()) + body)

        send(1, PROC_EVENT_EXIT)
        child = subprocess.Popen(["true"])
        child.wait()
        seen = set()
        while select.select([sock], [], [], 1)[0]:
            # Headers of netlink and the connector; then what, cpu, time, and for an exit the pid.
            data = sock.recv(4096)
            seen.add(struct.unpack_from("=I", data, 36)[0])
            if seen >= {PROC_EVENT_EXIT} and struct.unpack_from("=I", data, 52)[0] == child.pid:
                break
        send(2, 0)
    # Kernels before 6.6 do not know the longer message: they ignore it, or report everything.
    return PROC_EVENT_EXIT in seen and PROC_EVENT_FORK not in seen


def attributes(data):
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        yield kind & 0x3FFF, data[4:length]
        data = data[(length + 3) // 4 * 4:]


def taskstats():
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, GENERIC) as sock:
        sock.bind((0, 0))

        def ask(family, command, kind, payload):
            attribute = struct.pack("=HH", 4 + len(payload), kind) + payload + bytes(-len(payload) % 4)
            body = struct.pack("=BBH", command, 1, 0) + attribute
            sock.send(struct.pack("=IHHII", 16 + len(body), family, 1, 1, 0) + body)
            return dict(attributes(sock.recv(65536)[20:]))

        family = struct.unpack("=H", ask(GENERIC, 3, 2, b"TASKSTATS\0")[1])[0]
        record = dict(attributes(ask(family, 1, 1, struct.pack("=I", os.getpid()))[4]))[3]
        return struct.unpack_from("=H", record)[0], len(record)


def text(path):
    with open(path, encoding="ascii") as file:
        return file.read().strip()


version, size = taskstats()
print(json.dumps({
    "release": os.uname().release,
    "struct": version,
    "bytes": size,
    "possible": text("/sys/devices/system/cpu/possible"),
    "online": text("/sys/devices/system/cpu/online"),
    "passrights": has_option(SO_PASSRIGHTS),
    "peerpidfd": has_option(SO_PEERPIDFD),
    "pidfd_info": has_pidfd_info(),
    "connector_filter": connector_filters(),
    "delayacct_switch": os.path.exists("/proc/sys/kernel/task_delayacct"),
}))
