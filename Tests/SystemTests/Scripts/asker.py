"""Queries its own statistics repeatedly until SIGTERM and the next record; reconnects when cut off.

An answer is a record, or an error with a name. Prints the number of each; anything else ends it.

usage: asker.py SOCKET
"""
import collections
import json
import os
import signal
import socket
import sys

heard = collections.Counter()
request = b'{"jsonrpc":"2.0","id":1,"method":"get","params":{"pid":%d,"fields":["ac_pid"]}}\n' % os.getpid()


def ask_until_cut_off():
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(sys.argv[1])
        lines = sock.makefile("rb")
        greeting = lines.readline()
        assert not greeting or json.loads(greeting)["method"] in ("hello", "closing"), greeting
        while True:
            sock.sendall(request)
            line = lines.readline()
            if not line.endswith(b"\n"):
                return
            answer = json.loads(line)
            if answer.get("method") == "closing":
                return
            if "result" in answer:
                assert answer["result"]["stats"]["ac_pid"] == os.getpid(), answer
                heard["records"] += 1
                if is_over:
                    raise SystemExit
            else:
                heard[answer["error"]["data"]["name"]] += 1


def stop(*_):
    global is_over
    is_over = True


is_over = False
signal.signal(signal.SIGTERM, stop)
print("ready", flush=True)
try:
    while True:
        heard["connections"] += 1
        try:
            ask_until_cut_off()
        except (BrokenPipeError, ConnectionResetError):
            pass
except SystemExit:
    print(json.dumps(heard))
