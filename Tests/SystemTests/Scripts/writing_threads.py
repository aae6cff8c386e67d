"""Writes 40 MiB from two threads and prints "written"; at SIGUSR1 the threads end and it prints "ended"."""
import os
import signal
import sys
import threading

signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
written = threading.Barrier(3)
end = threading.Event()


def write(path: str) -> None:
    with open(path, "wb", buffering=0) as file:
        for _ in range(20):
            file.write(bytes(1 << 20))
    written.wait()
    end.wait()


threads = [threading.Thread(target=write, args=(os.path.join(sys.argv[1], name),)) for name in ("a", "b")]
for thread in threads:
    thread.start()
written.wait()
print("written", flush=True)
signal.sigwait({signal.SIGUSR1})
end.set()
for thread in threads:
    thread.join()
print("ended", flush=True)
signal.pause()
