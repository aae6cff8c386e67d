"""Reproduces conversations of Protocol/examples with a daemon, and causes the events that they show.

usage: replay.py SOCKET DAEMON_PID EXAMPLE...

Each of the daemon's lines must arrive at its position with the shape of the example: the same keys, of the same types, with
the same words where the protocol defines them. Numbers and free text may differ. Lines of other tasks that end meanwhile
are skipped. Prints for each conversation how many of the daemon's lines arrived, and names those that this machine cannot
produce, such as the omissions of an old kernel.
"""
import ctypes
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time

NOBODY, NEW_PID_NAMESPACE = 65534, 0x20000000
# Only a defect and an exhausted kernel cause these.
RARE_ERRORS = {"InternalError", "KernelError"}
# The daemon of these conversations must allow this many requests per second, or fewer.
REQUESTS_PER_SECOND = 100
# The queue limit of the daemon with little room.
QUEUE_BYTES = 65_536
# Their values are defined by the protocol, not by the machine.
FIXED = {"scope", "overflow", "fields", "filter", "where", "access", "redacted", "protocol", "methods", "notifications",
         "features", "jsonrpc", "method", "data.name"}


# Keys that depend on delay accounting and on faults of the kernel.
OMISSIONS = {"uncounted", "implausible"}
COUNTED = ("blkio_", "swapin_", "freepages_", "thrashing_", "compact_", "wpcopy_", "irq_")


class NotHere(Exception):
    """This machine cannot produce the line."""


def shape(value, name="", known=None):
    """Returns the parts that must be equal; for statistics, the fields known to every kernel concerned."""
    if name in FIXED:
        return value
    if name == "origin" and isinstance(value, dict) and "sources" in value:
        # What is known depends on the process and the machine.
        return "origin"
    if name == "code":
        return value if value < 0 else "integer"
    if name == "next_seq":
        return {type(part).__name__ for part in value.values()}
    if isinstance(value, dict):
        members = {key: part for key, part in value.items()
                   if not (name.endswith("stats") and known and key not in known) and key not in OMISSIONS}
        return {key: shape(part, "data.name" if (name, key) == ("data", "name") else key, known)
                for key, part in members.items()}
    if isinstance(value, list):
        return [shape(value[0], "", known)] if value else []
    return type(value).__name__


def error_name(line):
    return line.get("error", {}).get("data", {}).get("name")


def request_line(method, params=None):
    """A request that is not part of the conversation."""
    request = {"jsonrpc": "2.0", "id": "ours", "method": method, "params": params or {}}
    return json.dumps(request).encode() + b"\n"


def end_threads(count):
    for _ in range(count):
        thread = threading.Thread(target=lambda: None)
        thread.start()
        thread.join()


class Replay:
    def __init__(self, path, daemon, example):
        self.path, self.daemon, self.said, self.missing = path, daemon, 0, []
        self.helpers = []
        self.lines = [json.loads(line) for line in example.read_text().splitlines()]
        daemons = [line["line"] for line in self.lines if line["from"] == "daemon"]
        text = json.dumps(daemons)
        # Only a client that sees only its own processes is refused another's, has redactions, or gets no daemon
        # counters.
        self.has_own_counters = '"connection"' in text and '"daemon"' not in text
        words = ('"redacted"', '"PermissionDenied"', '"own"')
        self.uid = NOBODY if self.has_own_counters or any(word in text for word in words) else 0

    def run(self):
        self.connect()
        blocks = []
        for line in self.lines:
            if line["from"] == "client":
                blocks.append((line, []))
            elif blocks:
                blocks[-1][1].append(line["line"])
            else:
                self.expect(line["line"])
        for line, answers in blocks:
            request = line.get("line", line.get("text"))
            text = line["text"] if "text" in line else json.dumps(self.adapt(request), separators=(",", ":"))
            # Tasks that end before the daemon reads a request come before its answer.
            position = next((index for index, answer in enumerate(answers) if "id" in answer), 0)
            for answer in answers[:position]:
                self.bring_about(answer)
            kept = self.kept(answers)
            for answer in kept:
                self.bring_about(answer)
            is_refused = any(error_name(answer) == "LimitExceeded" for answer in answers)
            # More than a slow daemon regains while it answers, but fewer than the refusals after which it would throttle.
            before = request_line("status") * (REQUESTS_PER_SECOND * 19 // 10) if is_refused else b""
            self.socket.sendall(before + text.encode() + b"\n")
            for index, answer in enumerate(answers):
                try:
                    if index > position and answer not in kept:
                        self.bring_about(answer)
                    self.expect(answer)
                except NotHere as reason:
                    self.missing.append(str(reason))
            if is_refused:
                time.sleep(1)  # After a second without it may all be done again.

    @staticmethod
    def kept(answers):
        """Returns the exits of the past, which precede the line that says so."""
        live = next((index for index, answer in enumerate(answers) if answer.get("method") == "live"), 0)
        return [answer for answer in answers[:live] if answer.get("method") == "exit"]

    def connect(self):
        os.setgroups([])
        os.setresgid(self.uid, self.uid, 0)
        os.setresuid(self.uid, self.uid, 0)
        first = self.lines[0].get("line", {})
        self.too_many = "limit" in first.get("params", {}) and first.get("method") == "closing"
        if self.too_many:
            # The clients that were there before.
            self.others = [socket.socket(socket.AF_UNIX) for _ in range(first["params"]["allowed"])]
            for other in self.others:
                other.connect(self.path)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        self.socket.connect(self.path)
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)
        self.reader = self.socket.makefile("rb")
        if not self.too_many and not any("params" in line["line"] and line["line"].get("method") == "hello"
                   for line in self.lines if line["from"] == "daemon"):
            hello = self.receive()
            self.version = hello["params"]["kernel"]["taskstats_version"]
            self.known = self.members_up_to(self.version)
        else:
            self.version, self.known = 0, None
        if self.has_own_counters:
            self.call("subscribe", {"cpus": "0"})
        elif '"subscribers":2' in json.dumps(self.lines, separators=(",", ":")):
            self.other = socket.socket(socket.AF_UNIX)
            self.other.connect(self.path)
            self.other.sendall(b'{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"origin":true}}\n')
            self.other.recv(65536)
            self.other.recv(65536)

    def call(self, method, params=None):
        self.socket.sendall(request_line(method, params))
        while True:
            message = self.receive()
            if message.get("id") == "ours":
                return message["result"]

    def members_up_to(self, version):
        """Returns the fields that both this kernel and that of the examples (version 16) have, whatever it counts."""
        fields = self.call("describe")["fields"]
        names = {field["name"] for field in fields if field["since"] <= min(version, 16)}
        return {name for name in names if not name.startswith(COUNTED)} | {"ac_comm_hex"}

    def receive(self):
        line = self.reader.readline()
        if not line:
            raise SystemExit("the daemon closed the connection")
        return json.loads(line)

    # The client's lines, adapted to this machine.

    def adapt(self, request):
        params = request.get("params", {}) if isinstance(request, dict) else {}
        numbers = re.findall(r"\d+", params["cpus"]) if isinstance(params.get("cpus"), str) else []
        if any(int(number) >= (os.cpu_count() or 1) for number in numbers):
            params["cpus"] = "all"
        if params.get("pid") == 812:
            params["pid"] = self.named("café 🦀".encode(), 0)
        if params.get("pid") == 813:
            params["pid"] = self.named(b'\xff\n"\\\x7f', -20)
        if "cgroup" in params:
            params["cgroup"] = cgroup_mount("cgroup2" if "user.slice" in params["cgroup"] else "cgroup")
        return request

    def named(self, name, nice):
        """Returns a task with that name and niceness."""
        ready, begun = os.pipe()
        child = os.fork()
        if child == 0:
            os.setpriority(os.PRIO_PROCESS, 0, nice)
            pathlib.Path("/proc/self/comm").write_bytes(name)
            os.write(begun, b"1")
            signal.pause()
        os.read(ready, 1)
        self.helpers.append(child)
        return child

    # The daemon's lines.

    def bring_about(self, line):
        method, params = line.get("method"), line.get("params", {})
        if method == "exit" and "origin" not in params:
            self.end(params)
        elif method == "start":
            # Long enough for the daemon to read it; the exit line is that of the same process.
            subprocess.run(["/bin/sleep", "0.3"], check=True)
        elif method == "closing" or (method == "lost" and params["where"] == "queue"):
            self.overflow()
        elif method == "lost" and params["where"] == "kernel":
            os.kill(self.daemon, signal.SIGSTOP)
            for cpu in os.sched_getaffinity(0):
                subprocess.run(["taskset", "-c", str(cpu), "sh", "-c", "for n in $(seq 40); do /bin/true; done"], check=True)
            os.kill(self.daemon, signal.SIGCONT)

    def overflow(self):
        """Ends threads until more is for this client, which does not read, than may be queued for it."""
        clients, everywhere = self.status()["clients"], os.sched_getaffinity(0)
        # On the CPU that every subscription includes.
        os.sched_setaffinity(0, {0})
        for _ in range(200):
            end_threads(500)
            now = self.status()
            if now["clients"] < clients or now["queued_bytes"] > QUEUE_BYTES - 4_096:
                break
        else:
            raise SystemExit("the queue is never full")
        end_threads(500)
        os.sched_setaffinity(0, everywhere)

    def status(self):
        """Returns the daemon's hello for a separate client."""
        with socket.socket(socket.AF_UNIX) as other:
            other.connect(self.path)
            with other.makefile("rb") as lines:
                lines.readline()
                other.sendall(request_line("status"))
                return json.loads(lines.readline())["result"]["daemon"]

    def end(self, params):
        """Ends a task like that of an exit line."""
        if "tgid" not in params and self.version >= 12:
            raise NotHere("the record of a kernel with struct version 8")
        child = os.fork()
        if child:
            os.waitpid(child, 0)
            return
        # The CPU determines which clients receive it; and only threads that end on one CPU are certain to arrive in
        # order.
        everywhere = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {params["cpu"] if params["cpu"] in everywhere else max(everywhere)})
        os.setgroups([])
        os.setresgid(self.uid, self.uid, self.uid)
        os.setresuid(self.uid, self.uid, self.uid)
        if "tgid_stats" in params or not params["last"]:
            end_threads(1)
        if "signal" in params["exit"]:
            os.kill(os.getpid(), params["exit"]["signal"])
        os._exit(params["exit"]["code"])

    def expect(self, line):
        """Waits for a line of that shape."""
        wanted = shape(line, "", self.known)
        while True:
            message = self.receive()
            if message.get("id") == "ours":
                continue
            found = shape(message, "", self.known)
            if "id" in line and "id" in message:
                if line["id"] != message["id"]:
                    raise SystemExit(f"the answer to {message['id']} in place of that to {line['id']}")
                name = error_name(line)
                if name in RARE_ERRORS and name != error_name(message):
                    raise NotHere(name)
                if "methods" in line.get("result", {}):
                    wanted, found = line, message
                if wanted != found:
                    raise SystemExit(f"expected the shape of\n{json.dumps(line)}\ngot\n{json.dumps(message)}")
            elif wanted != found:
                if message.get("method") in ("exit", "lost", "start"):
                    continue
                raise SystemExit(f"expected the shape of\n{json.dumps(line)}\ngot\n{json.dumps(message)}")
            self.said += 1
            return

    def finish(self):
        for helper in self.helpers:
            os.kill(helper, signal.SIGKILL)
            os.waitpid(helper, 0)


def cgroup_mount(kind):
    for mount in pathlib.Path("/proc/self/mounts").read_text().splitlines():
        words = mount.split()
        if words[2] == kind:
            return words[1]
    raise NotHere(f"{kind} is not mounted")


def replay(path, daemon, example):
    run = Replay(path, daemon, example)
    try:
        run.run()
    except NotHere as reason:
        run.missing.append(str(reason))
    finally:
        run.finish()
    print(f"{example.stem}: {run.said} lines" + "".join(f", not {reason}" for reason in run.missing), flush=True)


def main():
    path, daemon = sys.argv[1], int(sys.argv[2])
    for name in sys.argv[3:]:
        # A separate process for each, as one of them moves to another pid namespace.
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            example = pathlib.Path(name)
            if example.stem == "hello-none":
                if ctypes.CDLL(None, use_errno=True).unshare(NEW_PID_NAMESPACE) != 0:
                    sys.exit("unshare failed")
                child = os.fork()
                if child:
                    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            replay(path, daemon, example)
            sys.exit(0)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0:
            sys.exit(f"{name}: failed")


main()
