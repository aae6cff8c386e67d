"""Exceeds every limit of one user at once until SIGTERM, and prints the reports of each limit.

usage: greedy.py SOCKET

Half of its connections send requests without end and read the answers, the other half send and never read, and more connect
and disconnect all the time. Prints "greedy" when it has the maximum number of connections, and at the end, for each limit,
"NAME ALLOWED USED TIMES".
"""
import collections
import json
import selectors
import signal
import sys
import threading

from conversation import Conversation, become, request, told

NOBODY = 65534
path = sys.argv[1]
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
become(NOBODY)
refusals = collections.Counter()


def connect():
    """Returns a connection, or None when it was refused; the reported limit is counted."""
    conversation = Conversation(path)
    if conversation.greeting["method"] == "hello":
        return conversation
    refusals[told(conversation.greeting)] += 1
    conversation.close()
    return None


held = [connect()]
allowed = held[0].greeting["params"]["limits"]["connections_per_uid"]
held += [connect() for _ in range(1, allowed)]
assert None not in held, "a connection within the limits was refused"
assert connect() is None, "a connection too many was let in"
# Room for short-lived connections.
for _ in range(4):
    held.pop().close()
print("greedy", flush=True)
is_over = threading.Event()


def come_and_go():
    while not is_over.is_set():
        conversation = connect()
        if conversation:
            conversation.close()


def pipeline():
    reading, deaf = held[::2], held[1::2]
    selector = selectors.DefaultSelector()
    gets = b"".join(request(number, "get", pid=1) for number in range(200))
    descriptions = b"".join(request(number, "describe") for number in range(200))
    # The unsent part of the last block.
    rest = dict.fromkeys((client.socket for client in held), b"")
    for client in held:
        client.socket.setblocking(False)
        events = selectors.EVENT_WRITE | (selectors.EVENT_READ if client in reading else 0)
        selector.register(client.socket, events, gets if client in reading else descriptions)
    received = dict.fromkeys((client.socket for client in reading), b"")
    while not is_over.is_set():
        for key, events in selector.select(1):
            sock = key.fileobj
            if events & selectors.EVENT_READ:
                *lines, received[sock] = (received[sock] + sock.recv(1 << 16)).split(b"\n")
                for line in lines:
                    if b'"LimitExceeded"' in line:
                        refusals[told(json.loads(line))] += 1
            if events & selectors.EVENT_WRITE:
                block = rest[sock] or key.data
                rest[sock] = block[sock.send(block):]


threads = [threading.Thread(target=work) for work in (come_and_go, pipeline)]
for thread in threads:
    thread.start()
signal.sigwait([signal.SIGTERM])
is_over.set()
for thread in threads:
    thread.join()
for (name, allowed, used), times in sorted(refusals.items()):
    print(name, allowed, used, times)
