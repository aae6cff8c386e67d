"""Compares what clients see of origins with what they may see.

usage: origin_access.py SOCKET CHILD LEVEL

LEVEL is the daemon's --origin. Prints each case with its outcome, with a tab between them.
"""
import os
import sys

from origin_plans import Client, coded, expect, start

path, child, level = sys.argv[1:4]
OWNER, OTHER = 61001, 61002
UNAVAILABLE = -32005
everything = level == "all"
root, owner = Client(path), Client(path, OWNER)
expect("features", {"origin", "starts"} & set(owner.features), set() if level == "none" else {"origin", "starts"})
filters = {"command_line": {"command_line": "*secret*"}, "own command_line": {"command_line": "*visible*"},
           "cgroup": {"cgroup": "*"}, "unit": {"unit": "*"}, "container": {"container": "a"}}
filtered = {name: Client(path, OWNER) for name in filters}
for name, client in filtered.items():
    client.subscribe(filter=filters[name], scope="process")
root.subscribe(origin=True, scope="process")
owner.subscribe(origin=True, scope="process")
watchers = {}
if level == "none":
    for client in (root, owner):
        answer = client.ask("subscribe", starts=True)
        expect("starts refused", answer["error"]["message"].split(";")[0], "this daemon cannot report starts")
        expect("code of the refusal", answer["error"]["code"], UNAVAILABLE)
        client.subscribe(origin=True, scope="process")
else:
    watchers = {"root": Client(path), "owner": Client(path, OWNER)}
    for client in watchers.values():
        client.subscribe(starts=True)

pids = {
    "own": start(child, ["visible", "argument"], "w 100000 f n below w 100000 } a q 0", OWNER),
    # Executed by root with a secret, it takes the user's ids and forks.
    "changed": start(child, ["prog", "--password=secret"], f"w 100000 u {OWNER} f n heir w 100000 }} a q 0"),
    "other": start(child, ["other's", "secret"], "w 100000 q 0", OTHER),
    "root": start(child, ["root's", "secret"], "w 100000 q 0"),
    # A root process that executes a program as the user.
    "handed over": start(child, ["secret"], f"w 50000 u {OWNER} x {coded(child)} {coded('visible')} w 100000 q 0"),
}
living = start(child, ["living", "visible"], "w 600000000 q 0", OWNER)
hidden = start(child, ["living", "secret"], f"w 50000 u {OWNER} w 600000000 q 0")
for pid in pids.values():
    os.waitpid(pid, 0)
names = {pid: name for name, pid in pids.items()}
seen, all_seen = owner.taken(), root.taken()


def arguments(record):
    return record.get("origin", {}).get("command_args")


def known(value):
    return value if everything else None


for name, right in [("own", ["visible", "argument"]), ("handed over", ["visible"])]:
    record = seen[pids[name]][0]
    expect(f"command_args of {name}", arguments(record), known(right))
    if level != "none":
        # Root's process is the parent.
        expect(f"parents of {name}", record["origin"]["parents"], [])
        expect(f"cgroup of {name}", record["origin"].get("cgroup"), all_seen[pids[name]][0]["origin"]["cgroup"])
expect("others are invisible", [name for name in ("other", "root") if pids[name] in seen], [])
changed = seen[pids["changed"]][0]
expect("command_args of changed", arguments(changed), None)
expect("executable of changed", changed.get("origin", {}).get("executable"), None)
expect("source of changed", changed.get("origin", {}).get("sources", {}).get("command_args"), None)
expect("command_args of changed for root", arguments(all_seen[pids["changed"]][0]), known(["prog", "--password=secret"]))
for comm, parent, right in [("below", "own", ["visible", "argument"]), ("heir", "changed", None)]:
    record = next(record for records in seen.values() for record in records
                  if record["stats"]["ac_comm"] == comm)
    expect(f"command_args of {comm}", arguments(record), known(right) if right else None)
    if level != "none":
        expect(f"parents of {comm}", [found["pid"] for found in record["origin"]["parents"]], [pids[parent]])
        whole = next(record for records in all_seen.values() for record in records
                     if record["stats"]["ac_comm"] == comm)
        expect(f"parents of {comm} for root", [found["pid"] for found in whole["origin"]["parents"]][:2],
               [pids[parent], os.getpid()])


def selected(name):
    return sorted(names.get(pid, "a child") for pid in filtered[name].taken() if pid in names)


expect("filter by a hidden command line", selected("command_line"), [])
expect("filter by a visible command line", selected("own command_line"),
       ["handed over", "own"] if everything else [])
# The cgroup of an own process is no secret.
expect("filter by cgroup", selected("cgroup"), [] if level == "none" else ["changed", "handed over", "own"])
expect("filter by container", selected("container"), [])
if watchers:
    started = {name: [names[pid] for pid in client.taken("start") for _ in client.taken("start")[pid] if pid in names]
               for name, client in watchers.items()}
    lost = watchers["root"].lost("starts")
    expect("starts for root", len(started["root"]) + lost, *range(6, 7 + lost))
    # The first program of `changed` and `handed over` was executed by root.
    expect("starts for the owner", sorted(started["owner"]), ["handed over", "own"])
    shown = [line["params"]["origin"].get("command_args") for line in watchers["owner"].passed
             if line.get("method") == "start"]
    expect("secrets in starts", [found for found in shown if found and "secret" in " ".join(found)], [])
    expect("parents in starts", [line["params"]["origin"].get("parents") for line in watchers["owner"].passed
                                 if line.get("method") == "start" and line["params"]["pid"] in names], [[], []])
answer = owner.ask("get", tgid=living, origin=True)["result"]
expect("get of an own process", arguments(answer), known(["living", "visible"]))
if level != "none":
    expect("parents by get", answer["origin"]["parents"], [])
for pid in (hidden, os.getpid()):
    expect("get of another process", owner.ask("get", tgid=pid, origin=True).get("error", {}).get("data", {}).get("errno"),
           "EPERM")
expect("get for root", arguments(root.ask("get", tgid=hidden, origin=True)["result"]), known(["living", "secret"]))
for pid in (living, hidden):
    os.kill(pid, 9)
    os.waitpid(pid, 0)
