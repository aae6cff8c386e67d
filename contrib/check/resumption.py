"""Plays a recording to adapters of Protocol/conformance with tsctl serve, which ends the connection again and again.

    TSCTL=.build/debug/tsctl python3 contrib/check/resumption.py ADAPTER...

Each record must arrive once and in order, apart from those that are reported as lost, and `live` must follow the last.
"""
import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from test_taskstats import Recording  # noqa: E402

RECORDS, LOST, VANISH_AFTER, SECONDS = 2500, 5, 100, 60

for adapter in sys.argv[1:]:
    options = ["--vanish-after", str(VANISH_AFTER), "--lose", f"queue:{LOST}@333"]
    with Recording(RECORDS, *options) as recording, subprocess.Popen(
            shlex.split(adapter), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
            env={**os.environ, "TASKSTATS_SOCKET": recording.path}) as client:
        assert client.stdin and client.stdout
        signal.alarm(SECONDS)
        client.stdin.write(f'follow {{"since":{Recording.START}}}\n')
        events = []
        for line in client.stdout:
            events.append(json.loads(line))
            if events[-1]["event"] == "live":
                break
        client.kill()
    indices = [event["index"] for event in events if event["event"] == "exit"]
    lost = sum(event["count"] for event in events if event["event"] == "lost")
    connections = 1 + sum(event["event"] == "reconnected" for event in events)
    print(f"{adapter}: {len(indices)} records and {lost} lost ones over {connections} connections")
    expected = [index for index in range(1, RECORDS + 1) if not 333 <= index < 333 + LOST]
    if lost != LOST or indices != expected or connections < RECORDS // VANISH_AFTER:
        missing = sorted(set(expected) - set(indices))
        sys.exit(f"resumption: {adapter}: expected each record once; missing {missing[:9]}, lost {lost}")
