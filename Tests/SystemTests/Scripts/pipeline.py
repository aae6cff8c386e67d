"""Sends many requests without waiting for answers, half-closes, reads to the end, and prints the order of answers.

usage: pipeline.py SOCKET COUNT METHOD
"""
import json
import socket
import sys
import threading

path, count, method = sys.argv[1], int(sys.argv[2]), sys.argv[3]
with socket.socket(socket.AF_UNIX) as sock:
    sock.connect(path)

    def send():
        for number in range(count):
            sock.sendall(b'{"jsonrpc":"2.0","id":%d,"method":"%s"}\n' % (number, method.encode()))
        sock.shutdown(socket.SHUT_WR)

    sender = threading.Thread(target=send)
    sender.start()
    ids = [json.loads(line).get("id") for line in sock.makefile("rb")]
    sender.join()
print("greeting and all answers in order" if ids == [None, *range(count)] else f"{len(ids)} lines: {ids[:5]}...")
