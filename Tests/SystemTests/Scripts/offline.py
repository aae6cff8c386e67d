"""Takes a CPU offline, and brings it back at SIGUSR1, when terminated, and when the parent ends.

usage: offline.py CPU
"""
import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1
path = f"/sys/devices/system/cpu/cpu{sys.argv[1]}/online"


def switch(state):
    with open(path, "w") as file:
        file.write(state)


signals = [signal.SIGUSR1, signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
signal.pthread_sigmask(signal.SIG_BLOCK, signals)
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
try:
    switch("0")
    print("offline", flush=True)
    signal.sigwait(signals)
finally:
    switch("1")
print("online", flush=True)
