"""As an ordinary user, passes TCP sockets whose last close lingers to a daemon, and closes its own copies.

lingering.py SOCKET SECONDS CONNECTIONS [urgent]

Each TCP socket has unacknowledged data and a peer that never reads, and lingers for SECONDS. With "urgent" the message
that carries it is urgent data, which a peek does not see unless it is inline. Prints "CONNECTION RESULT" for each
connection, where RESULT is "sent" or the name of the error, then "done"; then waits to be killed.
"""
import array
import errno
import os
import signal
import socket
import struct
import sys

NOBODY = 65534
path, seconds, connections = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
flags = socket.MSG_OOB if "urgent" in sys.argv[4:] else 0
os.setgroups([])
os.setresgid(NOBODY, NOBODY, NOBODY)
os.setresuid(NOBODY, NOBODY, NOBODY)

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
listener.bind(("127.0.0.1", 0))
listener.listen(connections)


def lingering():
    sock = socket.socket()
    sock.connect(listener.getsockname())
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, seconds))
    sock.setblocking(False)
    try:
        while True:
            sock.send(bytes(65536))
    except BlockingIOError:
        return sock


passed = [lingering() for _ in range(connections)]
kept = []
for number, sock in enumerate(passed):
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [sock.fileno()]))]
    client = socket.socket(socket.AF_UNIX)
    kept.append(client)
    # At once, as a daemon that refuses the connection reads it only now.
    client.connect(path)
    try:
        client.sendmsg([b"x"], rights, flags)
        result = "sent"
    except OSError as error:
        result = errno.errorcode[error.errno]
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 0, 0))
    try:
        # The following text makes a reader go past an urgent byte.
        client.send(b"y\n")
    except BrokenPipeError:
        pass
    # The last reference to the passed descriptor is now in the daemon's socket.
    sock.close()
    print(number, result, flush=True)
print("done", flush=True)
signal.pause()
