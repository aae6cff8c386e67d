"""Checks a statement of Protocol/README.md on a running daemon, and fails with the difference.

usage: facts.py SOCKET NAME
"""
import ctypes
import json
import os
import socket
import sys
import threading

NOBODY = 65534
PR_SET_DUMPABLE = 4
PR_SET_NAME = 15
libc = ctypes.CDLL(None)
path, name = sys.argv[1:]


class Client:
    def __init__(self, uid=0):
        os.setegid(uid)
        os.seteuid(uid)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        os.seteuid(0)
        os.setegid(0)
        self.socket.settimeout(30)
        self.reader = self.socket.makefile("rb")
        self.hello = self.line()
        self.events = []

    def line(self):
        return json.loads(self.reader.readline())

    def call(self, method, **params):
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        while True:
            line = self.line()
            if "id" in line:
                return line["result"] if "result" in line else line["error"]["data"]["name"]
            self.events.append(line)

    def records(self):
        """Returns the tasks that have ended so far."""
        self.call("unsubscribe")
        return [event["params"] for event in self.events if event["method"] == "exit"]


def child(body, uid=NOBODY):
    """A process of an ordinary user that is as dumpable as one started by a shell."""
    pid = os.fork()
    if pid == 0:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
        body()
        os._exit(0)
    return pid


def use_threads(count):
    threads = [threading.Thread(target=sum, args=(range(100_000),)) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def leave_threads(count):
    """Threads that end with the process."""
    for _ in range(count):
        threading.Thread(target=threading.Event().wait, daemon=True).start()
    os._exit(0)


def expect(found, wanted, what):
    if found != wanted:
        sys.exit(f"{what}: {found!r}, not {wanted!r}")


def zombie():
    """Returns the tasks that ended and were not waited for."""
    root, owner = Client(), Client(NOBODY)
    for threads in (0, 3):
        root.call("subscribe", fields=["cpu_count", "ac_exitcode"])
        pid = child(lambda: (use_threads(threads), os._exit(3)))
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        task, process = (root.call("get", **{key: pid}, fields=["cpu_count", "ac_exitcode"])["stats"] for key in ("pid", "tgid"))
        refusals = [owner.call("get", **{key: pid}) for key in ("pid", "tgid")]
        os.waitpid(pid, 0)
        expect(refusals, ["PermissionDenied"] * 2, "get by the owner")
        records = [record for record in root.records() if record["tgid"] == pid]
        record = next(record for record in records if record["pid"] == pid)
        sums = next(record for record in records if record["last"]).get("tgid_stats")
        expect(task["ac_exitcode"], 3 << 8, "the exit status in get by pid")
        if task["cpu_count"] < record["stats"]["cpu_count"] or task["cpu_count"] == 0:
            sys.exit(f"get by pid: {task}, the record: {record}")
        expect(process.get("cpu_count"), sums["cpu_count"] if threads else None, "get by tgid")
        expect(sums is not None, threads > 0, "tgid_stats")


def exec_by_thread():
    """The thread that executes a program takes the process's id; the first thread has a record, its own id has none."""
    client = Client()
    client.call("subscribe", fields=["ac_comm"])
    reader, writer = os.pipe()
    os.set_inheritable(writer, False)

    def execute():
        os.write(writer, threading.get_native_id().to_bytes(4, "little"))
        os.execv("/bin/sleep", ["sleep", "0"])

    def run():
        thread = threading.Thread(target=execute)
        thread.start()
        thread.join()

    pid = child(run)
    thread = int.from_bytes(os.read(reader, 4), "little")
    os.waitpid(pid, 0)
    records = [record for record in client.records() if record["tgid"] == pid]
    found = [(record["pid"], record["last"]) for record in records]
    expect(found, [(pid, False), (pid, True)], f"the records of process {pid} and thread {thread}")
    expect(records[1]["stats"]["ac_comm"], "sleep", "the name in the last record")


def last():
    """One record of a process has last; those of its threads on other CPUs can come after it."""
    client = Client()
    client.call("subscribe", fields=["ac_comm"])
    for _ in range(1_000):
        pid = child(lambda: leave_threads(30))
        os.waitpid(pid, 0)
        client.call("status")
        marks = [event["params"]["last"] for event in client.events if event["params"].get("tgid") == pid]
        client.events = []
        expect(marks.count(True), 1, "records with last") if len(marks) == 31 else None
        if True in marks[:-1]:
            return
    sys.exit("no record came after that with last")


def command_name():
    """A name has 15 bytes, not characters; if it is not UTF-8, its bytes are in ac_comm_hex too."""
    client = Client()
    client.call("subscribe", fields=["ac_comm"])
    name = "é" * 8
    pid = child(lambda: libc.prctl(PR_SET_NAME, name.encode(), 0, 0, 0))
    os.waitpid(pid, 0)
    stats = next(record["stats"] for record in client.records() if record["pid"] == pid)
    wanted = {"ac_comm": "é" * 7 + "\ufffd", "ac_comm_hex": name.encode()[:15].hex()}
    expect(stats, wanted, "the name")


def time_in_doubles():
    """A double holds only multiples of 256 ns."""
    client = Client()
    client.call("subscribe", fields=["ac_comm"])
    use_threads(100)
    times = [record["time"] for record in client.records()]
    expect({int(float(time)) % 256 for time in times}, {0}, "what remains of 256 ns")
    expect(any(time % 256 for time in times), True, "a time between two doubles")


def before_hello():
    """Requests need not wait for hello; its line still comes first."""
    early = socket.socket(socket.AF_UNIX)
    early.connect(path)
    early.sendall(b'{"jsonrpc":"2.0","id":1,"method":"unsubscribe"}\n' * 3)
    early.shutdown(socket.SHUT_WR)
    lines = [json.loads(line) for line in early.makefile("rb")]
    expect([line.get("method", "answer") for line in lines], ["hello"] + ["answer"] * 3, "the lines")


def stalled():
    """The stream of a client that is disconnected because it reads nothing can end within a line, without closing."""
    client, observer = Client(), Client()
    client.call("subscribe")
    while observer.call("status")["daemon"]["clients"] > 1:
        # Many records at once, so that the kernel accepts only a part of what the daemon sends.
        os.waitpid(child(lambda: leave_threads(400)), 0)
    data = client.reader.read()
    *lines, rest = data.split(b"\n")
    expect({json.loads(line)["method"] for line in lines}, {"exit"}, "the lines")
    if not rest:
        sys.exit("the stream ends with a line")


def next_sequence():
    """seq starts where the answer to subscribe says, and no number is unaccounted for; counters of a CPU stay."""
    first, second, observer = Client(), Client(), Client()
    cpu = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cpu})

    def received():
        counters = observer.call("status")["daemon"]["cpus"]
        return sum(counter["received"] for counter in counters if counter["cpu"] == cpu)

    def sequence(client):
        records = [record["seq"] for record in client.records() if record["cpu"] == cpu]
        client.events = []
        return records

    before = received()
    expect(first.call("subscribe", cpus=f"{cpu}")["next_seq"], {f"{cpu}": 1}, "next_seq of a CPU that is registered now")
    use_threads(10)
    start = second.call("subscribe", cpus=f"{cpu}")["next_seq"][f"{cpu}"]
    use_threads(10)
    end = first.call("subscribe", cpus=f"{cpu}")["next_seq"][f"{cpu}"]
    expect(sequence(second)[:end - start], list(range(start, end)), "seq of the second client")
    expect(sequence(first)[:end - 1], list(range(1, end)), "seq of the first client")
    if received() - before < end - 1:
        sys.exit(f"a CPU without subscribers counts {received() - before}, not at least {end - 1}")
    before = received()
    expect(first.call("subscribe", cpus=f"{cpu}")["next_seq"], {f"{cpu}": 1}, "next_seq of a CPU that is registered again")
    use_threads(5)
    found = sequence(first)
    expect(found, list(range(1, received() - before + 1)), "seq after the CPU was registered again")


FACTS = {
    "zombie": zombie, "exec": exec_by_thread, "last": last, "name": command_name, "time": time_in_doubles,
    "before-hello": before_hello, "stalled": stalled, "next-seq": next_sequence,
}
FACTS[name]()
