"""Makes a daemon that waits in a system call crash: crash.py PID SOCKET

Its return address has no valid code any more, and a connection makes the call return.
"""
import socket
import sys

pid, path = sys.argv[1:]
with open(f"/proc/{pid}/syscall") as file:
    address = int(file.read().split()[-1], 16)
with open(f"/proc/{pid}/mem", "r+b", buffering=0) as memory:
    memory.seek(address)
    # On x86 this writes to the address of the call's result, on ARM it is no valid instruction.
    memory.write(bytes(8))
with socket.socket(socket.AF_UNIX) as client:
    client.connect(path)
