"""Runs random processes, and compares the origins that the daemon reports with what was started.

usage: origin_load.py SOCKET CHILD DIRECTORY SEED PROCESSES

CHILD is the program of origin_child.c, DIRECTORY one for copies of it. Every stage of a process - one execution, one session,
one cgroup - has a command name of its own, by which exit records of all its tasks are recognised, however often pids are used
again. Prints one line: values checked, wrong values, then known and all records, all records of processes that lived for at
least 50 ms with a known command line and without; then a line for each wrong value.
"""
import os
import random
import re
import shutil
import sys
import time

from conversation import Conversation
from origin_plans import coded, hierarchy

path, child, directory, seed, processes = *sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5])
choice = random.Random(seed)
PIECES = ["a", "--option=value", "", " ", "two words", "tab\there", "ünïcödé", "日本語", "'\"\\", "{}[]:,", "new\nline", "*?", "😀"]
PARENT_LIMIT = 8


class Stage:
    """What is true of a process from one name to the next."""

    def __init__(self, arguments, program, cgroup, parents):
        self.name = f"q{os.getpid() & 0xffff:x}.{len(stages):x}"
        self.arguments, self.program, self.cgroup = arguments, program, cgroup
        # The stages in which parents forked, the nearest first.
        self.parents = parents
        self.pid = self.session = None
        stages[self.name] = self


stages = {}


def arguments():
    return [choice.choice(PIECES) if choice.random() < 0.8 else "x" * choice.randrange(1200)
            for _ in range(choice.randrange(1, 8))]


def executes(words, stage, thread=False):
    """Adds an execution; returns the stage after it."""
    program = choice.choice(programs)
    given = arguments()
    if choice.random() < 0.3:
        given[0] = program
    cgroup = stage.cgroup
    if choice.random() < 0.4:
        cgroup = choice.choice(cgroups)
        words += ["c", coded(mount + cgroup + "/cgroup.procs")]
    words += ["X" if thread else "x", coded(program), ",".join(map(coded, given))]
    return named(words, Stage(given, program, cgroup, stage.parents))


def named(words, stage):
    words += ["n", stage.name]
    return stage


def life(words, stage, depth):
    """Adds a random life of a process that has just forked, or executed the first program."""
    global left
    if depth > 0 and choice.random() < 0.8:
        stage = executes(words, stage)
    else:
        stage = named(words, Stage(stage.arguments, stage.program, stage.cgroup, stage.parents))
    for _ in range(choice.randrange(1, 6)):
        what = choice.random()
        if what < 0.15:
            wait = choice.choice([0, 100, 1_000, 60_000])
            words += ["w", str(wait)]
        elif what < 0.25:
            words += ["t", str(choice.randrange(1, 5))]
        elif what < 0.35:
            words += ["s"]
            stage = named(words, Stage(stage.arguments, stage.program, stage.cgroup, stage.parents))
        elif what < 0.45:
            stage = executes(words, stage, thread=choice.random() < 0.3)
        elif what < 0.55:
            words += ["o"]
            left -= 1
        elif what < 0.65:
            words += ["r"]
        elif left > 0 and depth < 10:
            left -= 1
            words.append("f")
            life(words, Stage(stage.arguments, stage.program, stage.cgroup, [stage] + stage.parents), depth + 1)
            words.append("}")
    if choice.random() < 0.7:
        words += ["a"]
    if choice.random() < 0.3:
        words += ["w", "60000"]
    words += ["q", str(choice.randrange(3))]


def ancestors(pid):
    """Returns this process and its parents, as the daemon can see them at the start."""
    found = []
    while pid:
        text = open(f"/proc/{pid}/stat", "rb").read()
        found.append((pid, text[text.index(b"(") + 1:text.rindex(b")")].decode()))
        pid = int(text[text.rindex(b")") + 2:].split()[1])
    return found


class Check:
    def __init__(self):
        self.wrong, self.values, self.records, self.known, self.long, self.long_known = [], 0, 0, 0, 0, 0

    def equal(self, what, record, seen, right):
        self.values += 1
        if seen != right:
            self.wrong.append(f"{what} of {record['stats']['ac_comm']} {record['pid']}: {seen!r}, not {right!r}; "
                              f"{record.get('origin', {}).get('sources')}")

    def take(self, record):
        stage = stages.get(record["stats"].get("ac_comm"))
        if stage is None or stage.pid is None:
            return
        self.records += 1
        origin = record.get("origin", {})
        is_forked = record["tgid"] != stage.pid
        chain = [(parent.pid, parent.name) for parent in ([stage] if is_forked else []) + stage.parents] + own
        if "command_args" in origin:
            self.known += 1
            seen = origin["command_args"]
            if origin.get("truncated"):
                right = b"\0".join(part.encode() for part in stage.arguments) + b"\0"
                self.equal("command_args", record, "\0".join(seen).rstrip("\ufffd"),
                           right[:4096].decode(errors="ignore").rstrip("\0"))
            else:
                self.equal("command_args", record, seen, stage.arguments)
        if "executable" in origin:
            self.equal("executable", record, origin["executable"], stage.program)
        if "cgroup" in origin:
            # What was inherited is the parent's, wherever the child was moved before it executed its program.
            inherited = origin["sources"]["cgroup"] == "fork" and not is_forked
            before = stage.parents[0].cgroup if stage.parents else home or "/"
            self.equal("cgroup", record, origin["cgroup"], before if inherited else stage.cgroup)
        if "session" in origin:
            self.equal("session", record, origin["session"], stage.session)
        if "parents" in origin:
            seen = [(parent["pid"], parent.get("command")) for parent in origin["parents"]]
            right = [(pid, name if index >= len(seen) or seen[index][1] else None)
                     for index, (pid, name) in enumerate(chain[:PARENT_LIMIT])]
            self.equal("parents", record, seen, right)
        if "started" in origin:
            age = record["stats"]["ac_tgetime"] * 1_000
            late = record["time"] - age - origin["started"]
            # The record is read after the end.
            self.values += 1
            if not -100_000_000 < late < 5_000_000_000:
                self.wrong.append(f"started of {record['pid']}: {late} ns before its start")
        if record.get("last") and record["stats"]["ac_tgetime"] >= 50_000 and not is_forked:
            self.long += 1
            self.long_known += "command_args" in origin


mount, home = hierarchy()
home = home.rstrip("/")
base = f"{home}/taskstats-{os.getpid()}"
cgroups = [base, f"{base}/ein Blank", f"{base}/app-ü.service"]
programs = []
for name in ["first", "second program", "dritt€s"]:
    programs.append(os.path.join(directory, name))
    shutil.copy(child, programs[-1])
made = []
reader, writer = os.pipe()
client = Conversation(path)
check = Check()
try:
    for group in cgroups:
        os.mkdir(mount + group)
        made.append(mount + group)
    assert "result" in client.ask("subscribe", origin=True), "no subscription"
    # Every other time, while the daemon still reads what was running before.
    deadline = time.monotonic() + 10
    while seed % 2 == 0 and not client.ask("status")["result"]["daemon"]["origin"]["scanned"]:
        assert time.monotonic() < deadline, "the daemon does not finish its scan"
        time.sleep(0.01)
    own = ancestors(os.getpid())
    left = processes
    trees = []
    while left > 0:
        words = []
        left -= 1
        program = choice.choice(programs)
        given = [program] + arguments()
        first = Stage(given, program, home or "/", [])
        life(words, first, 0)
        trees.append((program, given, " ".join(words)))
    if os.fork() == 0:
        # Keeps the reports, because a pipe has little room.
        os.close(writer)
        with open(os.path.join(directory, "reports"), "wb") as file:
            while data := os.read(reader, 65536):
                file.write(data)
        os._exit(0)
    os.close(reader)
    running = set()
    for program, given, plan in trees:
        pid = os.fork()
        if pid == 0:
            try:
                os.dup2(writer, 3)
                os.set_inheritable(3, True)
                os.execve(program, given, {"PLAN": plan})
            finally:
                os._exit(99)
        running.add(pid)
        while len(running) >= choice.choice([1, 2, 8]):
            ended, _ = os.wait()
            running.discard(ended)
    os.close(writer)
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass
    for line in open(os.path.join(directory, "reports")):
        assert not line.startswith("failed"), line
        name, pid, session = line.split()
        stages[name].pid, stages[name].session = int(pid), int(session)
    client.ask("unsubscribe")
    lost = 0
    for line in client.passed:
        if line.get("method") == "exit":
            check.take(line["params"])
        elif line.get("method") == "lost":
            lost += line["params"]["count"]
finally:
    for group in reversed(made):
        for _ in range(100):
            try:
                os.rmdir(group)
                break
            except OSError:
                time.sleep(0.02)
    os.remove(os.path.join(directory, "reports"))
    for program in programs:
        os.remove(program)
print(check.values, len(check.wrong), check.known, check.records, check.long_known, check.long, lost)
for line in check.wrong[:20]:
    print(line)
