"""Compares a record of `tsctl get --json`, read from standard input, with what the independent reader printed.

usage: compare.py BEFORE AFTER, the outputs of independent_get.py just before and just after. Prints a summary, or each
difference with status 1. Values that grow with time must lie between those two; the record must have every field of the
struct, except delays that the kernel did not count for the task.
"""
import json
import sys

GROWING = {"ac_etime", "ac_tgetime", "cpu_delay_total", "cpu_run_real_total", "cpu_run_virtual_total"}
# Computed from the age whenever they are read, to the second, so they vary by one.
COMPUTED = {"ac_btime", "ac_btime64"}


def read(path):
    with open(path, encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(" ", 1) for line in file)


def device(number):
    """The kernel's encoding: 8 low bits of the minor number, 12 of the major, and the rest of the minor."""
    return f"{number >> 8 & 0xFFF}:{number & 0xFF | number >> 12 & 0xFFF00}"


before, after = read(sys.argv[1]), read(sys.argv[2])
stats = json.load(sys.stdin)["stats"]
problems = [f"{name} is missing" for name in before if name not in stats]
problems += [f"{name} is not in the struct" for name in stats if name not in before]
for name, value in stats.items():
    earlier, later = before.get(name), after.get(name)
    if earlier is None:
        continue
    if name in GROWING:
        right = int(earlier) <= value <= int(later)
    elif name == "ac_exe_dev":
        right = value == device(int(earlier)) == device(int(later))
    elif name in COMPUTED:
        right = min(int(earlier), int(later)) - 1 <= value <= max(int(earlier), int(later)) + 1
    else:
        right = str(value) == earlier == later
    if not right:
        problems.append(f"{name} is {value}, the independent reader has {earlier} and then {later}")
if problems:
    sys.exit("\n".join(problems))
print(f"{len(stats)} fields, version {before['version']}, as the independent reader has them")
