"""Builds the measured release binaries and the small C programs that measure them."""

import os
import shutil
import subprocess

from .processes import Failure

SHARED = {
    "storm": ["bench"],
    "floor": ["bench", "taskstats"],
    "netlink-get": ["bench", "taskstats"],
    "relay": ["bench", "taskstats"],
    "sink": ["bench", "client"],
    "many-sinks": ["bench", "client"],
    "get-client": ["bench", "client"],
    "exit-probe": ["bench", "client"],
    "spawn-times": ["bench"],
    "past": ["bench"],
}
FLAGS = ["-std=c11", "-O2", "-Wall", "-Wextra", "-pthread"]


class Programs:
    """The paths of the programs: `programs.sink` is the path of sink, and so on."""

    def __init__(self, root):
        self.root = root
        self.tools = os.path.join(root, ".build", "bench")
        self.sources = os.path.join(root, "contrib", "bench", "tools")
        self._products = None

    def _swift(self, *more):
        return ["swift", "build", "-c", "release", "--static-swift-stdlib", "--package-path", self.root, *more]

    @property
    def products(self):
        """The directory of the release binaries."""
        if self._products is None:
            shown = subprocess.run(
                self._swift("--show-bin-path"), check=True, capture_output=True, text=True
            )
            self._products = shown.stdout.strip()
        return self._products

    def build(self):
        """Builds everything that is not up to date."""
        subprocess.run([os.path.join(self.root, "contrib", "prepare")], check=True)
        for product in ("taskstatsd", "tsctl", "taskstats-exporter", "taskstats-bench", "exit-load"):
            subprocess.run(self._swift("--quiet", "--product", product), check=True)
        compiler = shutil.which("cc") or shutil.which("clang")
        if not compiler:
            raise Failure("no C compiler: install gcc or clang")
        os.makedirs(self.tools, exist_ok=True)
        for program, shared in SHARED.items():
            sources = [os.path.join(self.sources, f"{name}.c") for name in [program, *shared]]
            output = os.path.join(self.tools, program)
            if self._is_older(output):
                subprocess.run([compiler, *FLAGS, "-o", output, *sources], check=True)

    def _is_older(self, output):
        if not os.path.exists(output):
            return True
        built = os.path.getmtime(output)
        return any(os.path.getmtime(entry.path) > built for entry in os.scandir(self.sources))

    def tool(self, name):
        return os.path.join(self.tools, name)

    def product(self, name):
        return os.path.join(self.products, name)
