"""Connects repeatedly as a user, and closes each connection: connections.py SOCKET UID COUNT

Prints at the end how many were admitted as clients.
"""
import os
import socket
import sys

path, uid, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
os.setgroups([])
os.setresgid(uid, uid, uid)
os.setresuid(uid, uid, uid)
admitted = 0
for _ in range(count):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        # A daemon that does not answer is blocked.
        client.settimeout(10)
        line = client.recv(65536)
        admitted += b'"method":"hello"' in line and b'"access":"none"' not in line
print(admitted)
