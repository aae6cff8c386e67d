"""Lets the reading of a user's command lines block, and checks that the tracking of others goes on.

usage: origin_blocked.py SOCKET CHILD DIRECTORY

The kernel reads only anonymous memory for /proc/PID/cmdline, and does not wait for userfaultfd. But it waits for the lock of
the memory. So this mounts a FUSE file system on DIRECTORY, and lets one process read the first page of its only file, which
is not answered until the end. Other processes map the file, opened for direct I/O; that waits for the page, with the lock
held. Prints each case with its outcome, with a tab between them.
"""
import ctypes
import os
import struct
import subprocess
import sys
import threading
import time

from origin_plans import Client, coded, expect, start

path, child, directory = sys.argv[1:4]
ATTACKER, OTHER = 61001, 61002
LOOKUP, FORGET, GETATTR, OPEN, READ, RELEASE, FLUSH, INIT, INTERRUPT = 1, 2, 3, 14, 15, 18, 25, 26, 36
ENOSYS = 38
device = os.open("/dev/fuse", os.O_RDWR)
libc = ctypes.CDLL(None, use_errno=True)
options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other".encode()
if libc.mount(b"taskstats-test", directory.encode(), b"fuse", 0, options) != 0:
    raise SystemExit(f"mount: {os.strerror(ctypes.get_errno())}")
blocked = threading.Event()
released = threading.Event()


def attributes(node):
    mode = 0o40755 if node == 1 else 0o100644
    return struct.pack("<6Q3I7I", node, 8192, 16, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)


def answer(code, node, body):
    if code == INIT:
        return struct.pack("<4I2H2I2HI28x", 7, 31, 4096, 0, 1, 1, 4096, 1, 1, 0, 0)
    if code == LOOKUP:
        return struct.pack("<4Q2I", 2, 0, 3600, 3600, 0, 0) + attributes(2)
    if code == GETATTR:
        return struct.pack("<QII", 3600, 0, 0) + attributes(node)
    if code == OPEN:
        # The first one reads through the cache, the others do not (FOPEN_DIRECT_IO | FOPEN_KEEP_CACHE).
        return struct.pack("<QII", 1, 3 if blocked.is_set() else 0, 0)
    if code in (RELEASE, FLUSH):
        return b""
    return None


def reply(unique, data):
    error = 0 if data is not None else -ENOSYS
    try:
        os.write(device, struct.pack("<IiQ", 16 + len(data or b""), error, unique) + (data or b""))
    except OSError:
        # The request was interrupted.
        pass


def answer_later(unique):
    released.wait()
    reply(unique, b"x" * 4096)


def serve():
    while True:
        try:
            request = os.read(device, 1 << 17)
        except OSError:
            return
        _, code, unique, node = struct.unpack_from("<IIQQ", request)
        if code == READ:
            blocked.set()
            threading.Thread(target=answer_later, args=(unique,), daemon=True).start()
        elif code not in (FORGET, INTERRUPT):
            reply(unique, answer(code, node, request[40:]))


threading.Thread(target=serve, daemon=True).start()
client = Client(path)
attackers = []
try:
    file = coded(os.path.join(directory, "file"))
    attackers.append(start(child, ["reader"], f"M {file}", ATTACKER))
    expect("the page is requested", blocked.wait(10), True)
    attackers += [start(child, ["attacker"], f"m {file}", ATTACKER) for _ in range(3)]
    for pid in attackers[1:]:
        for _ in range(500):
            if b") D " in open(f"/proc/{pid}/stat", "rb").read():
                break
            time.sleep(0.01)
    expect("waiting", [open(f"/proc/{pid}/stat", "rb").read().split(b") ")[1][:1] for pid in attackers[1:]], [b"D"] * 3)
    # Reads what runs, including the attackers.
    client.subscribe(origin=True, starts=True, scope="process")
    pids = {"root": start(child, ["root's"], "w 200000 q 0"),
            "other": start(child, ["other's"], "w 200000 q 0", OTHER),
            "attacker": start(child, ["attacker's"], "w 200000 q 0", ATTACKER)}
    begun = time.monotonic()
    client.ask("status")
    expect("the loop answers", time.monotonic() - begun < 5, True)
    for pid in pids.values():
        os.waitpid(pid, 0)
    seen = client.taken()
    found = {name: seen[pid][0].get("origin", {}).get("command_args") for name, pid in pids.items()}
    expect("others are known", (found["root"], found["other"]), (["root's"], ["other's"]))
    expect("the attacker is not read", found["attacker"], None)
    starts = client.taken("start")
    expect("starts", [len(starts.get(pid, [])) for pid in pids.values()], [1, 1, 1])
    # A query for the same process blocks a thread of its own.
    mine = Client(path)
    mine.socket.sendall(b'{"jsonrpc":"2.0","id":1,"method":"get","params":{"tgid":%d,"origin":true}}\n' % attackers[1])
    time.sleep(0.3)
    begun = time.monotonic()
    expect("a get of another process", client.ask("get", tgid=os.getpid(), origin=True)["result"]["origin"]["session"],
           os.getsid(0))
    expect("it is served", time.monotonic() - begun < 5, True)
    # The blocked readings return, and the attacker's command lines are read again.
    released.set()
    for pid in attackers:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
    attackers = []
    time.sleep(0.5)
    pid = start(child, ["attacker's"], "w 200000 q 0", ATTACKER)
    os.waitpid(pid, 0)
    expect("the attacker is read again", client.taken()[pid][0]["origin"].get("command_args"), ["attacker's"])
finally:
    released.set()
    for pid in attackers:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
    subprocess.run(["umount", "-l", directory], check=True)
    os.close(device)
os._exit(0)
