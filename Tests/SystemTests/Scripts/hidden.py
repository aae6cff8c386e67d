"""Becomes an ordinary user without exec, which leaves a process that is not dumpable, and waits for SIGTERM."""
import os
import signal

NOBODY = 65534
os.setgroups([])
os.setresgid(NOBODY, NOBODY, NOBODY)
os.setresuid(NOBODY, NOBODY, NOBODY)
print("hidden", flush=True)
signal.pause()
