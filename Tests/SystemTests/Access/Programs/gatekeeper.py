"""The other side of gate.c: holds the daemon before or after it queries the kernel about an id, or inspects it."""
import os
import select
import struct

PID, TGID = 1, 2
BEFORE, AFTER, OPENING = 1, 2, 3
SECONDS = 20


class Gate:
    def __init__(self, path):
        self.file = os.open(path, os.O_RDWR)
        # Opened for reading and writing, so that the fifos have both ends without waiting for the daemon.
        self.at, self.on = (os.open(path + end, os.O_RDWR) for end in (".at", ".on"))

    def arm(self, process, attribute, place):
        os.pwrite(self.file, struct.pack("=III", process, attribute, place), 0)

    def disarm(self):
        self.arm(0, 0, 0)

    def wait(self):
        assert select.select([self.at], [], [], SECONDS)[0], "the daemon never came to the gate"
        os.read(self.at, 1)

    def let_go(self):
        os.write(self.on, b"!")
