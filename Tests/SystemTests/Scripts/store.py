"""The descriptor store of a service manager (sd_pid_notify_with_fds(3)), which starts a program with its contents.

usage: store.py keep NOTIFY DOOR          keeps descriptors that arrive on the socket NOTIFY, until it ends
       store.py names DOOR                prints the names of the stored descriptors
       store.py run DOOR COMMAND...       runs a program with the descriptors, and with NOTIFY_SOCKET
"""
import os
import select
import socket
import sys

FIRST = 3
MOST = 253


def keep(notify_path, door_path):
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(notify_path)
    notify.setblocking(False)
    door = socket.socket(socket.AF_UNIX)
    door.bind(door_path)
    door.listen()
    kept = []

    def receive():
        while True:
            try:
                text, descriptors, _, _ = socket.recv_fds(notify, 4096, MOST)
            except BlockingIOError:
                return
            lines = dict(line.split("=", 1) for line in text.decode().split("\n"))
            name = lines.get("FDNAME", "stored")
            if lines.get("FDSTORE") == "1":
                assert lines["FDPOLL"] == "0" and len(descriptors) == 1
                kept.extend((name, descriptor) for descriptor in descriptors)
            elif lines.get("FDSTOREREMOVE") == "1":
                for entry in [entry for entry in kept if entry[0] == name]:
                    os.close(entry[1])
                    kept.remove(entry)

    print("ready", flush=True)
    while True:
        ready, _, _ = select.select([notify, door], [], [])
        receive()
        if door in ready:
            connection, _ = door.accept()
            names = ":".join(name for name, _ in kept)
            socket.send_fds(connection, [f"{notify_path}\n{names}".encode()], [entry[1] for entry in kept])
            connection.close()


def ask(door_path):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(door_path)
    text, descriptors, _, _ = socket.recv_fds(connection, 65536, MOST)
    notify_path, names = text.decode().split("\n")
    return notify_path, names, descriptors


def run(door_path, command):
    notify_path, names, descriptors = ask(door_path)
    os.environ["NOTIFY_SOCKET"] = notify_path
    if descriptors:
        # Above the target numbers, so that none is overwritten.
        high = [os.dup2(descriptor, FIRST + MOST + index) for index, descriptor in enumerate(descriptors)]
        for descriptor in descriptors:
            os.close(descriptor)
        for index, descriptor in enumerate(high):
            os.dup2(descriptor, FIRST + index, inheritable=True)
            os.close(descriptor)
        os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(descriptors)), LISTEN_FDNAMES=names)
    os.execvp(command[0], command)


kind = sys.argv[1]
if kind == "keep":
    keep(sys.argv[2], sys.argv[3])
elif kind == "names":
    print(*sorted(filter(None, ask(sys.argv[2])[1].split(":"))))
else:
    run(sys.argv[2], sys.argv[3:])
