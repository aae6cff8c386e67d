"""Becomes an ordinary user without exec, which makes the process undumpable, and waits for SIGTERM."""
import os
import signal

NOBODY = 65534
os.setgroups([])
os.setresgid(NOBODY, NOBODY, NOBODY)
os.setresuid(NOBODY, NOBODY, NOBODY)
print("hidden", flush=True)
signal.pause()
