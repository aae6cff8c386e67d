"""Confronts the daemon with processes whose arguments, cgroups and behaviour are unusual.

usage: origin_bad.py SOCKET CHILD

Prints each case with its outcome, with a tab between them.
"""
import ctypes
import os
import sys
import time

from origin_plans import Client, coded, expect, hierarchy, start

path, child = sys.argv[1:3]
LINE_LIMIT = 65_536
client = Client(path)
client.subscribe(origin=True, starts=True, scope="process")


def origin(pid):
    # Processes of others can have the same id.
    records = [record for record in client.taken().get(pid, []) if record["stats"]["ac_ppid"] == os.getpid()]
    return records[-1].get("origin", {}) if records else {}


def run(arguments, plan="w 100000 q 0"):
    pid = start(child, arguments, plan)
    os.waitpid(pid, 0)
    return origin(pid)


found = run([b"a", b"\xff\xfe", b"\xc3", b"valid \xc3\xa4"])
expect("invalid UTF-8", found.get("command_args"), ["a", "\ufffd\ufffd", "\ufffd", "valid ä"])
controls = bytes(range(1, 32)) + b"\x7f\"\\"
expect("control characters", run([b"a", controls]).get("command_args"), ["a", controls.decode()])
many = run([b"a"] + [b"\x01" * 131_000] * 15)
expect("2 MiB are truncated", (many.get("truncated"), len("".join(many.get("command_args", [])))), (True, 4095))
many = run([b"\xff"] * 4_000)
expect("4,000 invalid arguments", (many.get("truncated"), len(many.get("command_args", []))), (True, 2048))
expect("300,000 empty arguments", len(run([b"a"] + [b""] * 200_000).get("command_args", [])), 4_095)
expect("a line is short", client.longest <= LINE_LIMIT, True)

# Without any argument; the kernel adds an empty one.
pid = os.fork()
if pid == 0:
    libc = ctypes.CDLL(None)
    environment = (ctypes.c_char_p * 2)(b"PLAN=w 100000 q 0", None)
    libc.execve(child.encode(), (ctypes.c_char_p * 1)(None), environment)
    os._exit(99)
os.waitpid(pid, 0)
expect("no argument", origin(pid).get("command_args"), [""])

title = "server: worker [idle] " + "ü" * 20
pid = start(child, ["server", "x" * 200], f"w 100000 T {coded(title)} w 30000000 q 0")
time.sleep(0.3)
answer = client.ask("get", tgid=pid, origin=True)["result"]["origin"]["command_args"]
# The rest is blanks, and the environment: the kernel shows it because the end has no terminator any more.
expect("a title", answer[0][:len(title)], title)
os.kill(pid, 9)
os.waitpid(pid, 0)
expect("a title at the end", origin(pid).get("command_args"), ["server", "x" * 200])

mount, home = hierarchy()
base = f"{home.rstrip('/')}/taskstats-bad-{os.getpid()}"
made = []
names = ['quotes "\' and \\', "new\nline", "forged\n1:name=systemd:", "forged\n0::", "x" * 255]
try:
    for group in [base] + [f"{base}/{name}" for name in names] + [f"{base}/{names[2]}/init.scope"]:
        try:
            os.mkdir(mount + group)
            made.append(group)
        except OSError as error:
            # Current kernels refuse newlines.
            assert "\n" in group, error
    for group in made:
        pid = start(child, ["grouped"], f"c {coded(mount + group + '/cgroup.procs')} x {coded(child)} {coded('b')} "
                    "w 100000 q 0")
        os.waitpid(pid, 0)
        # On machines with several hierarchies, a newline makes the text ambiguous.
        certain = "\n" not in group or open("/proc/self/cgroup").read().startswith("0::")
        expect(f"cgroup {group[len(base):]!r}"[:60], origin(pid).get("cgroup"), *[group] + ([] if certain else [None]))
finally:
    for group in reversed(made):
        for _ in range(100):
            try:
                os.rmdir(mount + group)
                break
            except OSError:
                time.sleep(0.02)

rounds = 2_000
pid = start(child, ["loop"], f"l {rounds} {coded(child)} w 100000 q 0")
os.waitpid(pid, 0)
found = origin(pid)
expect("command_args after a loop of executions", found.get("command_args"), ["loop", "0"])
starts = client.taken("start").get(pid, [])
lost = client.lost("starts")
expect("starts of the loop", len(starts) <= rounds + 1 and len(starts) + lost >= rounds + 1, True)
# The kernel shows the arguments of the next program shortly before it reports that execution.
wrong = [line for number, line in enumerate(starts) if line["origin"].get("command_args")
         not in (None, ["loop"], ["loop", str(rounds - number)], ["loop", str(rounds - number - 1)])]
expect("command_args in the loop", wrong if lost == 0 else [], [])



def parent(pid):
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[1])
    except FileNotFoundError:
        return None


kernel = [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and parent(pid) == 2]
for pid in [2] + kernel[:5]:
    answer = client.ask("get", tgid=pid, origin=True)["result"]["origin"]
    expect("command_args of a kernel thread", answer.get("command_args"), None)
    expect("parents of a kernel thread", [found["pid"] for found in answer["parents"]], [] if pid == 2 else [2])
expect("the last line is short", client.longest <= LINE_LIMIT, True)
