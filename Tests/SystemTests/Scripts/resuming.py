"""Kills a reader at random points while tasks end, and checks what all readers together have written.

usage: resuming.py reader SOCKET FILE KILLS SEED
       resuming.py recorder SOCKET DIRECTORY KILLS SEED TSCTL
       resuming.py shipper SOCKET DIRECTORY KILLS SEED
       resuming.py read SOCKET FILE
       resuming.py ship SOCKET DIRECTORY [last]

A reader appends "INDEX COUNT PID" for each exit (COUNT is 1) and each loss (PID is 0) to the file, and resumes after the
last line of the reader before it. It ends when it has everything up to its subscription. A recorder is `tsctl record`,
whose files `tsctl history` shows. A shipper delivers at least once: it adds batches of the same lines to the file
`sink`, and stores its cursor in the file `cursor` only when they are flushed. So the next shipper delivers again what
a killed one had delivered since; lines with the same index count once if they are the same.

Prints: kills, tasks that ended here, lines of exits, lost records, missing and doubled records; of shippers also the
lines that were delivered again.
"""
import collections
import json
import os
import random
import signal
import subprocess
import sys

from conversation import Conversation

# The lines that a shipper delivers together, and how many batches it delivers before it stores its cursor.
BATCH_LINES = 20
BATCHES_PER_CURSOR = 5


def lines_of(path):
    with open(path, "rb") as file:
        text = file.read()
    # What a killed reader was writing.
    whole = text[: text.rfind(b"\n") + 1]
    if len(whole) < len(text):
        os.truncate(path, len(whole))
    return [tuple(map(int, line.split())) for line in whole.splitlines()]


def read(path, file):
    client = Conversation(path)
    since = {"instance": client.greeting["params"]["instance"], "index": lines_of(file)[-1][0]}
    answer = client.ask("subscribe", fields=["ac_comm"], since=since)
    assert "result" in answer, answer
    with open(file, "ab", buffering=0) as output:
        while True:
            line = client.next()
            params = line["params"]
            if line["method"] == "live":
                return
            pid = params["pid"] if line["method"] == "exit" else 0
            count = 1 if pid else params["count"]
            output.write(b"%d %d %d\n" % (params["index"], count, pid))


def ship(path, directory, is_last=""):
    """Delivers what happened after the cursor, in batches, until it is killed; the last shipper ends when it is live."""
    client = Conversation(path)
    with open(directory + "/cursor", encoding="ascii") as file:
        cursor = json.load(file)
    answer = client.ask("subscribe", fields=["ac_comm"], since=cursor)
    assert "result" in answer, answer
    lines_of(directory + "/sink")
    batch, batches = [], 0
    with open(directory + "/sink", "ab") as sink:
        while True:
            line = client.next()
            params, is_live = line["params"], line["method"] == "live"
            if not is_live:
                pid = params["pid"] if line["method"] == "exit" else 0
                batch.append(b"%d %d %d\n" % (params["index"], 1 if pid else params["count"], pid))
            if len(batch) < BATCH_LINES and not is_live:
                continue
            sink.writelines(batch)
            sink.flush()
            batch, batches = [], batches + 1
            if batches % BATCHES_PER_CURSOR == 0 or is_live:
                store(directory + "/cursor", {**cursor, "index": params["index"]})
            if is_live and is_last:
                return


def store(path, cursor):
    with open(path + ".new", "w", encoding="ascii") as file:
        json.dump(cursor, file)
    os.replace(path + ".new", path)


def end_tasks(count):
    pids = []
    for _ in range(count):
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        pids.append(pid)
        os.waitpid(pid, 0)
    return pids


def next_index(path):
    client = Conversation(path)
    index = client.ask("subscribe", fields=["ac_comm"])["result"]["next_index"]
    client.close()
    return index


def run(command, kills, seed):
    """Kills that many processes of the command, and returns the tasks that ended meanwhile."""
    choose = random.Random(seed)
    ended = []
    for _ in range(kills):
        ended += end_tasks(choose.randrange(200))
        reader = subprocess.Popen(command)
        ended += end_tasks(choose.randrange(600))
        reader.send_signal(signal.SIGKILL)
        reader.wait()
    return ended


def report(kills, ended, first, lines, *others):
    position, open_losses, missing, doubled, lost, exits = first, 0, 0, 0, 0, 0
    seen = collections.Counter()
    for index, count, pid in lines:
        if pid:
            exits += 1
            seen[pid] += 1
        else:
            lost += count
        open_losses += count
        if index == position:
            continue
        missing += max(0, index - position - open_losses)
        doubled += max(0, position + open_losses - index)
        position, open_losses = index, 0
    seen.subtract(ended)
    missing += max(0, -sum(count for count in seen.values() if count < 0) - lost)
    print(kills, len(ended), exits, lost, missing, doubled, *others)


def readers(path, file, kills, seed):
    first = next_index(path) - 1
    with open(file, "w") as output:
        print(first, 0, 0, file=output)
    command = [sys.executable, "-B", __file__, "read", path, file]
    ended = run(command, kills, seed)
    subprocess.run(command, check=True)
    report(kills, ended, first, lines_of(file)[1:])


def shippers(path, directory, kills, seed):
    os.mkdir(directory)
    client = Conversation(path)
    first = next_index(path) - 1
    store(directory + "/cursor", {"instance": client.greeting["params"]["instance"], "index": first})
    client.close()
    open(directory + "/sink", "xb").close()
    command = [sys.executable, "-B", __file__, "ship", path, directory]
    ended = run(command, kills, seed)
    subprocess.run([*command, "last"], check=True)
    delivered = lines_of(directory + "/sink")
    # The union; two different lines with one index stay two.
    different = sorted(set(delivered))
    report(kills, ended, first, different, len(delivered) - len(different))


def recorders(path, directory, kills, seed, tsctl):
    command = [tsctl, "record", "--directory", directory, "--socket", path]
    # The first one begins where it is started; it ends by itself, with a file.
    starter = subprocess.Popen([*command, "--count", "50"], stderr=subprocess.DEVNULL)
    while starter.poll() is None:
        end_tasks(10)
    ended = run(command, kills, seed)
    subprocess.run([*command, "--count", str(len(ended))], stderr=subprocess.DEVNULL, timeout=60, check=False)
    shown = subprocess.run([tsctl, "history", "--directory", directory, "--json"], capture_output=True, check=False)
    if shown.returncode != 0:
        sys.exit(shown.stderr.decode())
    lines = []
    for text in shown.stdout.splitlines():
        line = json.loads(text)
        if "lost" in line:
            lines.append((line["lost"]["index"], line["lost"]["count"], 0))
        else:
            lines.append((line["index"], 1, line["pid"]))
    report(kills, [], lines[0][0] - 1, lines)


mode, arguments = sys.argv[1], sys.argv[2:]
if mode == "read":
    read(*arguments)
elif mode == "ship":
    ship(*arguments)
elif mode == "shipper":
    shippers(arguments[0], arguments[1], int(arguments[2]), int(arguments[3]))
elif mode == "reader":
    readers(arguments[0], arguments[1], int(arguments[2]), int(arguments[3]))
else:
    recorders(arguments[0], arguments[1], int(arguments[2]), int(arguments[3]), arguments[4])
