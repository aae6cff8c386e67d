"""Starts waiting threads, prints "ready" when all run, and ends at SIGTERM.

usage: threads.py COUNT
"""
import signal
import sys
import threading

threading.stack_size(65536)
count = int(sys.argv[1])
started = threading.Barrier(count + 1)
for _ in range(count):
    threading.Thread(target=lambda: (started.wait(), threading.Event().wait()), daemon=True).start()
started.wait()
print("ready", flush=True)
signal.pause()
