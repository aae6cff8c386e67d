"""Does everything that ordinary users can do to a daemon, as one user or as many, until SIGTERM.

usage: mob.py SOCKET FIRST_UID USERS EXIT_LOAD

Every user holds nearly as many connections as it may have. A fifth of these query a process without end and read the
answers; the others send the most expensive requests, subscribe to different fields and never read, request descriptions and
never read, and change subscriptions without end. Meanwhile the user connects as often as it can, and ends tasks as fast as
it can, on one CPU after the other. Prints "ready" when every user is connected, and at the end, for each limit, "NAME
ALLOWED USED TIMES", over all users.
"""
import collections
import ctypes
import itertools
import json
import os
import selectors
import signal
import subprocess
import sys
import threading

from conversation import Conversation, become, request, told

path, first_uid, users, exit_load = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
PR_SET_PDEATHSIG = 1
FIELDS = ["ac_comm", "ac_uid", "ac_gid", "ac_pid", "ac_etime", "ac_utime", "ac_stime", "cpu_count", "nvcsw", "ac_flag"]
EXPENSIVE = [
    request(1, "subscribe", cpus="0," * 256), request(2, "subscribe", cpus="0-N:1/2," * 1000),
    request(3, "get", **{f"k{number}": 1 for number in range(800)}), request(4, "get", cgroup="/" + "a/" * 2000),
    request(5, "get", cgroup="/" + "\u00e9" * 1300), request(6, "x" * 8000), request(7, "get", pid=[1] * 3000),
    request(8, "subscribe", filter={"uid": list(range(10**9, 10**9 + 256))}), request(9, "unsubscribe"),
]


class User:
    def __init__(self, uid):
        become(uid)
        self.refusals = collections.Counter()
        self.is_over = threading.Event()
        self.target = subprocess.Popen(["sleep", "inf"])
        self.held = [connection for _ in range(29) if (connection := self.connect())]
        # Then it is refused, because a user may have at most 32 connections.
        further = [connection for _ in range(4) if (connection := self.connect())]
        for connection in further:
            connection.close()

    def connect(self):
        connection = Conversation(path)
        if connection.greeting["method"] == "hello":
            return connection
        self.refusals[told(connection.greeting)] += 1
        connection.close()
        return None

    def come_and_go(self):
        while not self.is_over.is_set():
            try:
                if connection := self.connect():
                    connection.close()
            except (OSError, ValueError):
                pass

    def end_tasks(self):
        for cpu in itertools.cycle(range(os.sysconf("SC_NPROCESSORS_ONLN"))):
            if self.is_over.is_set():
                return
            subprocess.run([exit_load, "storm", str(cpu), "1", "2000"], stdout=subprocess.DEVNULL, check=True)

    def block(self, number):
        """Returns what a connection sends repeatedly."""
        match number % 5:
            case 0: return b"".join(request(id, "get", pid=self.target.pid) for id in range(200))
            case 1: return b"".join(EXPENSIVE)
            case 2: return request(1, "subscribe", fields=FIELDS[:1 + number % 10])
            case 3: return b"".join(request(id, "describe") for id in range(200))
            case 4: return b"".join(request(id, "subscribe") + request(id, "unsubscribe") for id in range(100))

    def pipeline(self):
        selector = selectors.DefaultSelector()
        rest, received = {}, {}
        for number, connection in enumerate(self.held):
            sock = connection.socket
            sock.setblocking(False)
            reads = number % 5 in (0, 1, 4)
            selector.register(sock, selectors.EVENT_WRITE | (selectors.EVENT_READ if reads else 0), number)
            rest[sock], received[sock] = self.block(number), b""
        while not self.is_over.is_set():
            for key, events in selector.select(0.1):
                sock, number = key.fileobj, key.data
                try:
                    if events & selectors.EVENT_READ:
                        self.read(sock, received)
                    if events & selectors.EVENT_WRITE:
                        rest[sock] = rest[sock][sock.send(rest[sock]):]
                        if not rest[sock] and number % 5 == 2:
                            # One subscription, which is never read.
                            selector.unregister(sock)
                        elif not rest[sock]:
                            rest[sock] = self.block(number)
                except BlockingIOError:
                    pass
                except (BrokenPipeError, ConnectionResetError):
                    selector.unregister(sock)

    def read(self, sock, received):
        data = sock.recv(1 << 16)
        if not data:
            raise ConnectionResetError
        *lines, received[sock] = (received[sock] + data).split(b"\n")
        for line in lines:
            if b'"LimitExceeded"' in line:
                self.refusals[told(json.loads(line))] += 1

    def run(self, ready):
        os.write(ready, b"!")
        threads = [threading.Thread(target=work) for work in (self.come_and_go, self.end_tasks, self.pipeline)]
        for thread in threads:
            thread.start()
        signal.sigwait([signal.SIGTERM])
        self.is_over.set()
        for thread in threads:
            thread.join()
        self.target.kill()
        self.target.wait()
        print(json.dumps([[*limit, times] for limit, times in self.refusals.items()]), flush=True)


signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
connected, ready = os.pipe()
outputs, children = [], []
for number in range(users):
    output, printing = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(printing, 1)
        os.closerange(printing, printing + 1)
        user = User(first_uid + number)
        # Ends with the other users, also when a failed test kills them all; a change of the uid forgets this.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        user.run(ready)
        os._exit(0)
    os.close(printing)
    children.append(child)
    outputs.append(output)
os.close(ready)
count = 0
while count < users:
    data = os.read(connected, users)
    assert data, "a user could not connect"
    count += len(data)
print("ready", flush=True)
signal.sigwait([signal.SIGTERM])
for child in children:
    os.kill(child, signal.SIGTERM)
total = collections.Counter()
for child, output in zip(children, outputs):
    with open(output, encoding="ascii") as file:
        for line in file:
            for name, allowed, used, times in json.loads(line):
                total[name, allowed, used] += times
    assert os.waitpid(child, 0)[1] == 0, "a user failed"
for (name, allowed, used), times in sorted(total.items()):
    print(name, allowed, used, times)
