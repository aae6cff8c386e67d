"""hostile_scraper.py HOST:PORT KIND: misbehaves towards an HTTP server, prints "ready" while it does, and "done" at the end.

It runs as an unprivileged user, until a signal ends it, for at most a minute or a bounded number of steps.
"""

import encodings.idna  # noqa: F401, which connecting imports, when files may be unreadable
import os
import socket
import sys
import time

NOBODY = 65534
os.setgroups([])
os.setresgid(NOBODY, NOBODY, NOBODY)
os.setresuid(NOBODY, NOBODY, NOBODY)
host, port = sys.argv[1].rsplit(":", 1)
kind = sys.argv[2]


def connection() -> socket.socket:
    peer = socket.create_connection((host, int(port)), timeout=10)
    peer.settimeout(10)
    return peer


def send(peer: socket.socket, data: bytes) -> bool:
    try:
        peer.sendall(data)
        return True
    except OSError:
        return False


END = time.monotonic() + 60


def has_ended() -> bool:
    return time.monotonic() > END


def slow():
    """Many requests, a byte at a time, replaced when they are closed."""
    peers = []
    while not has_ended():
        while len(peers) < 200:
            peer = connection()
            send(peer, b"GET /metrics HTTP/1.1\r\nHost: x\r\nX: ")
            peers.append(peer)
        yield
        peers = [peer for peer in peers if send(peer, b"x")]
        time.sleep(0.05)


def many():
    """10,000 connections that send nothing."""
    peers = []
    for number in range(10_000):
        peers.append(connection())
        if len(peers) > 800:
            peers.pop(0).close()
        if number % 500 == 0:
            yield
    time.sleep(30)


def endless(data: bytes):
    """Requests without an end, of up to 64 MiB."""
    for _ in range(20):
        peer = connection()
        send(peer, b"GET /")
        for _ in range(1024):
            if not send(peer, data):
                break
        peer.close()
        yield


def silent():
    """Complete requests whose responses are not read."""
    peers = []
    while not has_ended():
        while len(peers) < 40:
            peer = connection()
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            send(peer, b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 100)
            peers.append(peer)
        yield
        peers = peers[10:]
        time.sleep(0.2)


def garbage():
    """Bytes that are no requests, bodies, and other methods."""
    for text in [
        b"\x00" * 1000, b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00", b"POST /metrics HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\nx",
        b"GET /metrics HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET " + b"/a" * 5000 + b" HTTP/1.1\r\n\r\n", b"GET /metrics HTTP/1.1\r\n" + b"A: b\r\n" * 2000 + b"\r\n",
        b"GET /metrics HTTP/9.9\r\nAccept: " + b",;q=" * 2000 + b"\r\n\r\n", b"CONNECT x:1 HTTP/1.1\r\n\r\n",
    ] * 50:
        peer = connection()
        send(peer, text)
        peer.close()
        yield


KINDS = {
    "slow": slow, "many": many, "line": lambda: endless(b"a" * 65536),
    "headers": lambda: endless(b" HTTP/1.1\r\n" + b"A: " + b"b" * 65000 + b"\r\n"), "silent": silent, "garbage": garbage,
}
is_first = True
for _ in KINDS[kind]():
    if is_first:
        print("ready", flush=True)
        is_first = False
print("done", flush=True)
