"""exporter_load.py SEED DIRECTORY: starts processes of random kinds, with many names, in two waves, and waits for them."""

import os
import random
import shutil
import subprocess
import sys
import time

THREADS = "import threading\nfor _ in range(3): threading.Thread(target=lambda: sum(range(20000))).start()"

generator = random.Random(int(sys.argv[1]))
directory = sys.argv[2]
for wave in range(2):
    running = []
    for number in range(60):
        name = os.path.join(directory, f"w{wave}n{number}")
        kind = generator.choice(["true", "true", "dash", "sleep", "python3", "false"])
        shutil.copy(shutil.which(kind), name) if kind != "python3" else os.symlink(sys.executable, name)
        arguments = {
            "dash": ["-c", f"i=0; while [ $i -lt {generator.randrange(40000)} ]; do i=$((i + 1)); done; kill -{generator.choice([0, 9, 11])} $$"],
            "sleep": [str(generator.random() / 2)], "python3": ["-S", "-E", "-c", THREADS],
        }.get(kind, [])
        for _ in range(generator.randrange(1, 4)):
            running.append(subprocess.Popen([name, *arguments]))
        if generator.random() < 0.2:
            running.pop(generator.randrange(len(running))).wait()
    for process in running:
        process.wait()
    # Groups become idle in between.
    time.sleep(1.2)
