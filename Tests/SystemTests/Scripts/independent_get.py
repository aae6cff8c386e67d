"""Queries the kernel for the statistics of a task over a raw netlink socket and prints "name value" for each field.

An independent reader: its layout of struct taskstats follows from the C types of the fields and the alignment rules, not
from the project's field table. Reads struct versions from 4 on, except 15, which no kernel of Debian has.
"""
import socket
import struct
import sys

GENERIC, CTRL, GETFAMILY, FAMILY_ID, FAMILY_NAME = 16, 16, 3, 1, 2
TASKSTATS_GET, PID, STATS, AGGR_PID = 1, 1, 3, 4

WAITS = "cpu blkio swapin freepages thrashing compact wpcopy irq".split()
# The names in the order of the struct, from version 4 on. A number is the version that added those after it.
MEMBERS = """version:H ac_exitcode:I ac_flag:B ac_nice:b =8 cpu_count cpu_delay_total blkio_count blkio_delay_total
swapin_count swapin_delay_total cpu_run_real_total cpu_run_virtual_total ac_comm:32s =8 ac_sched:B ac_pad:3s =8
ac_uid:I ac_gid:I ac_pid:I ac_ppid:I ac_btime:I =8 ac_etime ac_utime ac_stime ac_minflt ac_majflt coremem virtmem
hiwater_rss hiwater_vm read_char write_char read_syscalls write_syscalls read_bytes write_bytes
cancelled_write_bytes 5 nvcsw nivcsw 6 ac_utimescaled ac_stimescaled cpu_scaled_run_real_total 7 freepages_count
freepages_delay_total 9 thrashing_count thrashing_delay_total 10 ac_btime64 11 compact_count compact_delay_total
12 ac_tgid:I ac_tgetime ac_exe_dev ac_exe_inode 13 wpcopy_count wpcopy_delay_total
14 irq_count irq_delay_total 16""".split()
MEMBERS += [f"{wait}_delay_{end}" for wait in WAITS for end in ("max", "min")]
MEMBERS += ["17"] + [f"{wait}_delay_max_ts:qq" for wait in WAITS]


def align(offset, size):
    return (offset + size - 1) // size * size


def attribute(kind, payload):
    length = 4 + len(payload)
    return struct.pack("=HH", length, kind) + payload + b"\0" * (align(length, 4) - length)


def attributes(data):
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        yield kind & 0x3FFF, data[4:length]
        data = data[align(length, 4):]


def ask(sock, family, command, attr):
    body = struct.pack("=BBH", command, 1, 0) + attr
    sock.send(struct.pack("=IHHII", 16 + len(body), family, 1, 1, 0) + body)
    reply = sock.recv(65536)
    if struct.unpack_from("=H", reply, 4)[0] == 2:
        sys.exit(f"errno {-struct.unpack_from('=i', reply, 16)[0]}")
    return dict(attributes(reply[20:]))


def decode(data):
    version = struct.unpack_from("=H", data)[0]
    if version == 15 or version < 4:
        sys.exit(f"unknown layout: version {version}")
    values, offset = {}, 0
    for member in MEMBERS:
        if member.isdigit():
            if version < int(member):
                break
            continue
        if member.startswith("="):
            offset = align(offset, int(member[1:]))
            continue
        name, _, code = member.partition(":")
        code = code or "Q"
        size = struct.calcsize("=" + code)
        offset = align(offset, 1 if code.endswith("s") else min(size, 8))
        found = struct.unpack_from("=" + code, data, offset)
        # A struct __kernel_timespec, in nanoseconds.
        values[name] = found[0] * 10**9 + found[1] if code == "qq" else found[0]
        offset += size
    # The struct ends here, up to its alignment, unless the kernel is newer than this reader.
    if version <= 17 and align(offset, 8) != len(data):
        sys.exit(f"version {version} has {len(data)} bytes, this reader knows {align(offset, 8)}")
    values["ac_comm"] = values["ac_comm"].split(b"\0")[0].decode("utf-8", "replace")
    del values["ac_pad"]
    return values


with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, GENERIC) as sock:
    sock.bind((0, 0))
    family = struct.unpack("=H", ask(sock, CTRL, GETFAMILY, attribute(FAMILY_NAME, b"TASKSTATS\0"))[FAMILY_ID])[0]
    reply = ask(sock, family, TASKSTATS_GET, attribute(PID, struct.pack("=I", int(sys.argv[1]))))
    for name, value in decode(dict(attributes(reply[AGGR_PID]))[STATS]).items():
        print(name, value)
