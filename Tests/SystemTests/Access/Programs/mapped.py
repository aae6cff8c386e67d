"""Queries processes of an ordinary user that end with a lingering socket mapped, while root queries another process.

usage: mapped.py SOCKET PROGRAM UID SECONDS

PROGRAM is mapped.c. Prints, with tabs between them, how many processes ended, how often root was answered, and the longest
time that root waited for an answer, in milliseconds.
"""
import os
import random
import socket
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../Scripts"))

from conversation import Conversation, request  # noqa: E402

path, program, uid, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
LINGER, AT_ONCE, GETS = 15, 20, 30
end = time.monotonic() + seconds
times = []


def probe():
    root = Conversation(path)
    while time.monotonic() < end:
        begun = time.monotonic()
        root.ask("get", pid=1, fields=["nvcsw"])
        times.append(time.monotonic() - begun)
        time.sleep(0.002)


os.setgroups([])
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
listener.bind(("127.0.0.1", 0))
listener.listen(1024)
prober = threading.Thread(target=probe)
prober.start()
os.setegid(uid)
os.seteuid(uid)
attacker = Conversation(path)
os.seteuid(0)
os.setegid(0)
ended = 0
while time.monotonic() < end:
    children = [
        subprocess.Popen(
            [program, str(listener.getsockname()[1]), str(LINGER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            user=uid, group=uid, extra_groups=[])
        for _ in range(AT_ONCE)
    ]
    for child in children:
        assert child.stdout.read(5) == b"ready"
    for child in children:
        gets = b"".join(request(id, "get", pid=child.pid, fields=["ac_comm"]) for id in range(GETS))
        child.stdin.write(struct.pack("=I", random.randrange(100, 2000)))
        child.stdin.flush()
        attacker.socket.sendall(gets)
        for _ in range(GETS):
            attacker.next()
        child.wait()
        ended += 1
    listener.setblocking(False)
    try:
        while True:
            listener.accept()[0].close()
    except BlockingIOError:
        listener.setblocking(True)
prober.join()
print(ended, len(times), round(max(times) * 1000), sep="\t")
