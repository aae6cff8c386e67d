"""Clients that are slow, never read, disconnect within a line, or leave before hello.

usage: rude.py SOCKET UID

Prints each kind of behaviour that was answered correctly, with its duration in milliseconds. Clients that are slow or never
read stay from the output of "held" until SIGTERM.
"""
import array
import json
import os
import select
import signal
import socket
import sys
import time

from conversation import Conversation, become, request

path, uid = sys.argv[1], int(sys.argv[2])
PATIENCE_SECONDS = 120
STATUS = request(1, "status")
GET = request(2, "get", pid=1, fields=["ac_comm"])


def connect():
    """Returns an admitted connection; an ordinary user has a rate limit."""
    while True:
        conversation = Conversation(path)
        conversation.socket.settimeout(PATIENCE_SECONDS)
        if conversation.greeting["method"] == "hello":
            return conversation
        assert conversation.greeting["params"]["limit"] == "connections_per_second", conversation.greeting
        conversation.close()
        time.sleep(0.1)


def plain():
    """Returns a connection without reading hello."""
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(PATIENCE_SECONDS)
    sock.connect(path)
    return sock


def expect_answer(conversation, id):
    line = conversation.next()
    assert line.get("id") == id, line


def expect_end(conversation):
    rest = conversation.lines.read()
    assert rest == b"", rest


def expect_hang_up(conversation):
    poll = select.poll()
    poll.register(conversation.socket, 0)
    assert poll.poll(PATIENCE_SECONDS * 1000), "the daemon does not let go"


def half_lines():
    """Send half a request each and stay; the other half completes it."""
    clients = [connect() for _ in range(4)]
    for number, client in enumerate(clients):
        client.socket.sendall(STATUS[:1 + number * 10])

    def finish():
        for number, client in enumerate(clients):
            client.socket.sendall(STATUS[1 + number * 10:])
            expect_answer(client, 1)
            client.close()
    return finish


def slow_writers():
    """Send one byte each in turn, of requests with both line ends; each is answered once."""
    clients = [connect() for _ in range(4)]
    for byte in STATUS[:-1] + b"\r\n" + GET:
        for client in clients:
            client.socket.sendall(bytes([byte]))
    for client in clients:
        expect_answer(client, 1)
        expect_answer(client, 2)
        client.socket.shutdown(socket.SHUT_WR)
        expect_end(client)
        client.close()


def deaf():
    """Send requests until no more are accepted, without reading, and stay. One reads in the end: no answer is missing."""
    clients = [connect() for _ in range(4)]
    question, sent = request(3, "describe"), []
    for client in clients:
        client.socket.setblocking(False)
        count, rest = 0, b""
        poll = select.poll()
        poll.register(client.socket, select.POLLOUT)
        # A socket is full when it accepts nothing for this long.
        while poll.poll(300):
            rest = rest or question * 64
            taken = client.socket.send(rest)
            count, rest = count + taken, rest[taken:]
        sent.append(count)
        client.socket.settimeout(PATIENCE_SECONDS)

    def finish():
        reader, whole = clients[0], sent[0] // len(question)
        reader.socket.shutdown(socket.SHUT_WR)
        answers = sum(line.startswith(b'{"jsonrpc":"2.0","id":3,') for line in reader.lines)
        assert answers == whole, f"{answers} answers to {whole} questions"
        for client in clients:
            client.close()
    return finish


def vanishing():
    """Disconnect at once, within a line, with unread answers, with a subscription."""
    for number in range(120):
        sock = plain()
        for data in (b"", STATUS[:20], GET * 50, request(1, "subscribe") + STATUS[:9])[number % 4:][:1]:
            try:
                sock.sendall(data)
            except BrokenPipeError:
                pass
        sock.close()


def shut_writing():
    """Complete requests are answered, half a line is not, and a subscription continues."""
    for sent, ids in ((b"", []), (STATUS[:20], []), (STATUS + GET, [1, 2]), (GET + STATUS[:-1], [2])):
        client = connect()
        client.socket.sendall(sent)
        client.socket.shutdown(socket.SHUT_WR)
        for id in ids:
            expect_answer(client, id)
        expect_end(client)
        client.close()
    client = connect()
    client.socket.sendall(request(1, "subscribe", fields=["ac_comm"], filter={"ppid": [os.getpid()]}))
    client.socket.shutdown(socket.SHUT_WR)
    expect_answer(client, 1)
    for _ in range(3):
        pid = os.posix_spawn("/bin/true", ["true"], {})
        os.waitpid(pid, 0)
        assert client.next()["params"]["pid"] == pid
    client.close()


def shut_reading():
    """Clients that cannot be answered are disconnected."""
    client = connect()
    client.socket.shutdown(socket.SHUT_RD)
    client.socket.sendall(STATUS)
    expect_hang_up(client)
    client.close()
    client = connect()
    client.ask("subscribe", filter={"ppid": [os.getpid()]})
    client.socket.shutdown(socket.SHUT_RD)
    os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)
    expect_hang_up(client)
    client.close()


def smuggling():
    """Pass descriptors and urgent bytes: none arrives, and where the kernel allows sending them the client is cut off."""
    client = connect()
    null = [os.open("/dev/null", os.O_RDONLY) for _ in range(200)]
    rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", null))
    try:
        client.socket.sendmsg([STATUS], [rights])
        assert b'"closing"' in client.lines.readline()
        client.close()
        client = connect()
    except PermissionError:
        pass
    client.socket.sendall(STATUS)
    expect_answer(client, 1)
    try:
        client.socket.send(b"!", socket.MSG_OOB)
    except OSError:
        # This kernel does not support urgent bytes on these sockets.
        pass
    client.socket.sendall(b"\n")
    expect_answer(client, None)
    client.close()
    for descriptor in null:
        os.close(descriptor)


signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
become(uid)
staying = []
for behave in (half_lines, slow_writers, vanishing, shut_writing, shut_reading, smuggling, deaf):
    begun = time.monotonic()
    try:
        staying.append(behave())
    except (AssertionError, OSError, ValueError, KeyError) as error:
        sys.exit(f"{behave.__name__}: {type(error).__name__}: {error}")
    print(behave.__name__, round((time.monotonic() - begun) * 1000), flush=True)
print("held", flush=True)
signal.sigwait([signal.SIGTERM])
for finish in filter(None, staying):
    finish()
