"""Kills a reader at random points while tasks end, and checks what all readers together have written.

usage: resuming.py SOCKET FILE KILLS SEED
       resuming.py read SOCKET FILE

A reader appends "INDEX COUNT PID" for each exit (COUNT is 1) and each loss (PID is 0) to the file, and resumes after the
last line of the reader before it. It ends when it has everything up to its subscription.

Prints: kills, tasks that ended here, lines of exits, lost records, missing and doubled records.
"""
import os
import random
import signal
import subprocess
import sys

from conversation import Conversation


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


def end_tasks(count):
    pids = []
    for _ in range(count):
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        pids.append(pid)
        os.waitpid(pid, 0)
    return pids


def main(path, file, kills, seed):
    choose = random.Random(seed)
    client = Conversation(path)
    first = client.ask("subscribe", fields=["ac_comm"])["result"]["next_index"] - 1
    client.close()
    with open(file, "w") as output:
        print(first, 0, 0, file=output)
    ended = []
    command = [sys.executable, "-B", __file__, "read", path, file]
    for _ in range(kills):
        ended += end_tasks(choose.randrange(200))
        reader = subprocess.Popen(command)
        ended += end_tasks(choose.randrange(600))
        reader.send_signal(signal.SIGKILL)
        reader.wait()
    subprocess.run(command, check=True)

    position, open_losses, missing, doubled, lost, exits = first, 0, 0, 0, 0, 0
    seen = {}
    for index, count, pid in lines_of(file)[1:]:
        if pid:
            exits += 1
            seen[pid] = seen.get(pid, 0) + 1
        else:
            lost += count
        open_losses += count
        if index == position:
            continue
        missing += max(0, index - position - open_losses)
        doubled += max(0, position + open_losses - index)
        position, open_losses = index, 0
    for pid in ended:
        seen[pid] = seen.get(pid, 0) - 1
    missing += max(0, -sum(count for count in seen.values() if count < 0) - lost)
    print(kills, len(ended), exits, lost, missing, doubled)


if sys.argv[1] == "read":
    read(*sys.argv[2:])
else:
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
