"""Sends randomly mutated requests, and checks every answer with its own validator.

usage: mutants.py SOCKET UID SEED LINES

Every line gets one answer, in turn; a line that is not JSON is refused as such, whatever its contents, and only a request
is answered with a result; the eighth bad line in a row ends the connection, and nothing else does. Most connections send a
good request in time; the others are cut off. Prints "LINES CONNECTIONS" and the number of each error, as JSON.
"""
import collections
import json
import pathlib
import random
import socket
import sys
import time

from conversation import become, request
from strict_json import judge

path, uid, seed, total = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
PATIENCE_SECONDS = 20
BLOCK_LINES = 64
BAD_LINES = 8
# The number of lines after which a connection is replaced.
CONNECTION_LINES = 4_096
EXAMPLES = pathlib.Path(__file__).parents[3] / "Protocol" / "examples"
SEEDS = [
    request(1, "get", pid=1), request(2, "get", tgid=1, fields=["ac_comm", "cpu"]), request(3, "get", cgroup="/sys/fs/cgroup"),
    request(4, "subscribe"), request(5, "unsubscribe"), request(6, "status"), request(7, "describe"),
    request("eight", "subscribe", cpus="0-N:1/2,1", scope="process", overflow="disconnect", fields=["io", "ac_comm"],
            filter={"uid": [0, 1], "gid": [0], "ppid": [1], "comm": "[!a-z]*\\*", "exit": "failed", "min_elapsed_us": 1}),
]
TOKENS = [
    b'"', b"\\", b"\\u0000", b"\\ud800", b"\\udc00", b"{", b"}", b"[", b"]", b",", b":", b"0", b"-", b"-0", b"1.0", b"1e400",
    b"9223372036854775807", b"9223372036854775808", b"-9223372036854775809", b"null", b"true", b"NaN", b" ", b"\r", b"\n",
    b"\x00", b"\x7f", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf0\x9f\xa6\x80", b"\xef\xbb\xbf", b'"id":', b'"params":{',
    b'"pid":2147483647', b'"cpus":"all"', b'"fields":["io"]', b'"method":"status"', b"[" * 17, b'{"a":' * 17,
]
# What a subscription sends between the answers.
NOTIFICATIONS = tuple(b'{"jsonrpc":"2.0","method":"%s"' % method for method in (b"exit", b"start", b"lost", b"live"))
chance = random.Random(seed)
heard = collections.Counter()
connections = 0


def corpus():
    lines = list(SEEDS)
    for file in sorted(EXAMPLES.glob("*.ndjson")):
        for text in file.read_text().splitlines():
            turn = json.loads(text)
            if turn["from"] == "client" and "line" in turn:
                # Byte for byte, as in the file.
                lines.append(text[text.index('"line":') + 7:-1].encode() + b"\n")
    return [line.rstrip(b"\n") for line in lines]


def mutated(lines):
    line = bytearray(chance.choice(lines))
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3, 8))):
        start = chance.randrange(len(line) + 1)
        end = min(len(line), start + chance.choice((0, 1, 2, 4, 8, 32)))
        match chance.randrange(8):
            case 0 if start < len(line): line[start] ^= 1 << chance.randrange(8)
            case 1 if start < len(line): line[start] = chance.randrange(256)
            case 2: del line[start:end]
            case 3: line[start:start] = line[start:end]
            case 4: line[start:end] = chance.choice(TOKENS)
            case 5: line[start:start] = chance.choice(TOKENS)
            case 6:
                other = chance.choice(lines)
                line[start:] = other[chance.randrange(len(other) + 1):]
            case 7 if chance.random() < 0.01 and end > start:
                line[start:start] = line[start:end] * (chance.randrange(1, 20_000) // (end - start))
    return bytes(line)


def block(lines, is_careful):
    """Returns complete lines; a mutation may have split one."""
    sent = []
    for number in range(BLOCK_LINES):
        if is_careful and number % 4 == 0:
            sent.append(request(number, "unsubscribe").rstrip())
        # Not more new lines in one than may be bad in a row.
        sent += mutated(lines).split(b"\n")[:2]
    return sent


class Connection:
    def __init__(self):
        while True:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(PATIENCE_SECONDS)
            self.socket.connect(path)
            self.answers = self.socket.makefile("rb")
            greeting = json.loads(self.answers.readline())
            if greeting["method"] == "hello":
                break
            assert greeting["params"]["limit"] == "connections_per_second", greeting
            self.close()
            time.sleep(0.1)
        self.bad_in_a_row = 0
        self.may_be_bad = 0

    def close(self):
        self.answers.close()
        self.socket.close()

    def exchange(self, lines):
        """Sends lines and checks their answers; returns how many were answered, and whether the connection is still open."""
        try:
            self.socket.sendall(b"".join(line + b"\n" for line in lines))
        except BrokenPipeError:
            pass
        for number, line in enumerate(lines):
            answer = self.next()
            if "id" not in answer:
                self.check_end(answer, line)
                return number, False
            self.check(line, answer)
        return len(lines), True

    def next(self):
        while True:
            text = self.answers.readline()
            assert text.endswith(b"\n"), f"cut off: {text[-80:]}"
            if not text.startswith(NOTIFICATIONS):
                assert text.isascii() and text[:-1].decode().isprintable(), text
                return json.loads(text)

    def check(self, line, answer):
        error = answer.get("error", {}).get("data", {})
        name = error.get("name", "result")
        heard[name] += 1
        names, value = judge(line)
        if names:
            ids = (None,) if name == "ParseError" else value
            assert name in names and (ids is None or answer["id"] in ids), f"{line[:300]} is answered with {answer}"
        elif name == "result":
            assert isinstance(value, dict) and value["id"] == answer["id"], f"{line[:300]} is answered with {answer}"
            assert set(value) <= {"jsonrpc", "id", "method", "params"} and value["jsonrpc"] == "2.0", line[:300]
        else:
            assert name not in ("ParseError", "InternalError"), f"{line[:300]} is answered with {answer}"
            assert answer["id"] is None or answer["id"] == value["id"], f"{line[:300]} is answered with {answer}"
        surely = name in ("ParseError", "InvalidRequest", "MethodNotFound")
        self.bad_in_a_row = self.bad_in_a_row + 1 if surely else 0
        self.may_be_bad = self.may_be_bad + 1 if surely or name == "InvalidParams" else 0
        assert self.bad_in_a_row <= BAD_LINES, "bad lines without an end"

    def check_end(self, line, sent):
        assert line.get("method") == "closing", line
        reason = line["params"]["reason"]
        heard["closing"] += 1
        if "overflow" not in reason:
            assert "8 bad lines" in reason and self.may_be_bad >= BAD_LINES, f"{line} before the answer to {sent[:300]}"


lines, sent = corpus(), 0
become(uid)
try:
    while sent < total:
        connection, is_careful, goes_on, begun = Connection(), chance.random() < 0.1, True, sent
        connections += 1
        while goes_on and sent < total and sent - begun < CONNECTION_LINES:
            count, goes_on = connection.exchange(block(lines, is_careful))
            sent += count
        connection.close()
except AssertionError as error:
    sys.exit(f"seed {seed}, line {sent}: {error}")
print(sent, connections)
print(json.dumps(heard))
