"""Starts a process of an ordinary user with so many groups that its status is cut within CapPrm after 65,536 bytes.

Prints its pid, and ends it at SIGTERM.
"""
import signal
import subprocess

NOBODY, CUT = 65534, 65536


def start(long, short):
    """Starts a process with this many groups of ten digits, and of nine."""
    groups = [*range(10**9, 10**9 + long), *range(10**8, 10**8 + short)]
    return subprocess.Popen(["sleep", "inf"], user=NOBODY, group=NOBODY, extra_groups=groups)


def capabilities(process):
    """Returns the offset of the permitted capabilities in its status."""
    with open(f"/proc/{process.pid}/status", "rb") as file:
        return file.read().index(b"CapPrm:\t") + len(b"CapPrm:\t")


signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
first = start(0, 0)
missing = CUT - 4 - capabilities(first)
first.kill()
first.wait()
# A group of ten digits takes eleven bytes, one of nine takes ten.
short = -missing % 11
process = start((missing - 10 * short) // 11, short)
assert 0 < CUT - capabilities(process) < 16, capabilities(process)
print(process.pid, flush=True)
signal.sigwait([signal.SIGTERM])
process.kill()
process.wait()
