"""Opens many connections and keeps them, and closes one on request.

usage: crowd.py SOCKET COUNT

Prints "ADMITTED REFUSED OTHERS NAME ALLOWED USED": the connections that were admitted, those refused for a limit with that
limit, and those that ended in another way. At SIGUSR1 it closes one connection, reconnects until it is admitted, and prints
how many milliseconds that took; at SIGTERM it ends.
"""
import collections
import resource
import signal
import sys
import time

from conversation import Conversation, told

signals = [signal.SIGUSR1, signal.SIGTERM]
signal.pthread_sigmask(signal.SIG_BLOCK, signals)
path, count = sys.argv[1], int(sys.argv[2])
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
admitted, refusals, others = [], collections.Counter(), 0
# Ends it when a client is neither admitted nor refused.
signal.alarm(60)
for _ in range(count):
    try:
        conversation = Conversation(path)
    except (OSError, ValueError):
        others += 1
        continue
    if conversation.greeting["method"] == "hello":
        admitted.append(conversation)
    else:
        refusals[told(conversation.greeting)] += 1
signal.alarm(0)
(limit, allowed, used), = refusals.keys() or [("none", 0, 0)]
print(len(admitted), refusals.total(), others, limit, allowed, used, flush=True)
while signal.sigwait(signals) == signal.SIGUSR1:
    admitted.pop().close()
    start = time.monotonic()
    while Conversation(path).greeting["method"] != "hello":
        pass
    print(round((time.monotonic() - start) * 1000), flush=True)
