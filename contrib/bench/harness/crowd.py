"""R5: queries beside a user at every limit, and by several users beside 1 and 31 unrestrained users."""

import os
import shutil
import signal

from .daemon import Daemon
from .figures import Series
from .processes import Child, Failure, progress
from .report import Section

# The ids of each caller, and the milliseconds between its queries. An ordinary user is promised a prompt answer as long as
# it needs less of the daemon than an equal share, which is 1/32 here: 3 % of a CPU, or some 50 of its queries a second on
# a slow machine.
CALLERS = {"root": ("0", 2), "a member of the group": ("3:0", 2), "another user": ("2", 20)}
# The users take only idle CPU time, so that the figures show the daemon and not the scheduler.
LOW, HIGH = ["nice", "-n", "19"], ["nice", "-n", "-15"]
SCRIPTS = os.path.join("Tests", "SystemTests", "Scripts")
GREEDY = ["--queue-bytes", str(1 << 20), "--queue-bytes-per-user", str(4 << 20), "--requests-per-second", "500"]
SLACK_US = 2_000


def measure(bench):
    section = Section("R5")
    lines = [_beside_greedy(bench, section)]
    for users in (1, 31):
        lines += _beside(bench, section, users)
    section.detail(
        "Queries with unrestrained users, and with no other clients: median of the rounds (least-greatest)",
        ["caller", "users", "p50 µs", "p99 µs", "p50 alone", "p99 alone", "lost"], lines)
    return section


def _beside_greedy(bench, section):
    """The row of an ordinary user beside one that exceeds every limit of one user at once."""
    scripts = os.path.join(bench.programs.root, SCRIPTS)
    with Daemon(bench, GREEDY, prefix=HIGH) as daemon, Daemon(bench, GREEDY, prefix=HIGH) as calm:
        greedy = Child(["python3", os.path.join(scripts, "greedy.py"), daemon.socket])
        if greedy.line() != "greedy":
            raise Failure("the greedy user could not connect")
        series = [Series() for _ in range(5)]
        for _ in range(2 if bench.quick else 5):
            progress("R5: a user at every limit")
            command = [*HIGH, "python3", os.path.join(scripts, "bystander.py"), "1", "300", "2", daemon.socket, calm.socket]
            for value, into in zip(_figures(command), series):
                into.add(value)
        _end(greedy)
    p50, p99, p50_alone, p99_alone, lost = series
    limit = max(1.2 * p99_alone.median, p99_alone.median + SLACK_US)
    section.promise(
        "R5", "query by another user beside one at every limit, p99",
        f"{p99.median / 1e3:.1f} ms ({p99_alone.median / 1e3:.1f} alone)", "<= 1.2 times, or 2 ms more, than alone",
        p99.median <= limit and not sum(lost.values),
        {"p99_us": p99.json(), "p99_alone_us": p99_alone.json()})
    figures = [some.text(0) for some in (p50, p99, p50_alone, p99_alone)]
    return ["another user", "1, at every limit", *figures, sum(lost.values)]


def _beside(bench, section, users):
    """The rows of every caller with that many users."""
    scripts = os.path.join(bench.programs.root, SCRIPTS)
    load = os.path.join(bench.directory, "exit-load")
    shutil.copy(bench.product("exit-load"), load)
    rounds = 2 if bench.quick else 7
    lines = []
    with Daemon(bench, prefix=HIGH) as daemon, Daemon(bench, prefix=HIGH) as calm:
        mob = Child([*LOW, "python3", os.path.join(scripts, "mob.py"), daemon.socket, "50000", str(users), load])
        if mob.line() != "ready":
            raise Failure("the users could not connect")
        series = {caller: [Series() for _ in range(5)] for caller in CALLERS}
        for _ in range(rounds):
            for caller, (ids, pause) in CALLERS.items():
                progress(f"R5: {caller} with {users} users")
                command = [*HIGH, "python3", os.path.join(scripts, "bystander.py"), ids, "200", str(pause)]
                for value, into in zip(_figures([*command, daemon.socket, calm.socket]), series[caller]):
                    into.add(value)
        _end(mob)
    for caller, (p50, p99, p50_alone, p99_alone, lost) in series.items():
        limit = max(5_000, 2 * p99_alone.median)
        lines.append([caller, users, *(some.text(0) for some in (p50, p99, p50_alone, p99_alone)), sum(lost.values)])
        section.promise(
            "R5", f"query by {caller} with {users} unrestrained users, p99", f"{p99.median / 1e3:.1f} ms",
            "<= 5 ms or twice alone", p99.median <= limit and not sum(lost.values),
            {"p99_us": p99.json(), "p99_alone_us": p99_alone.json()})
    return lines


def _end(users):
    """Ends unrestrained users, whose reports do not matter here."""
    users.send(signal.SIGTERM)
    while users.line():
        pass
    if users.wait() != 0:
        raise Failure("a user failed")


def _figures(command):
    """Median and p99 with the users and alone, and the losses of the caller with them."""
    child = Child(command)
    beside, alone = ([int(word) for word in child.line().split()] for _ in range(2))
    if child.wait() != 0:
        raise Failure("a caller was not answered")
    return [*beside[:2], *alone[:2], beside[2] + beside[3]]
