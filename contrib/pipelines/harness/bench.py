"""A test of a pipeline: its options, its temporary directory, and the count at the end."""

import argparse
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from .processes import Failure, Part

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]


class Bench:
    def __init__(self, options):
        self.repository = REPOSITORY
        self.records = options.records
        self.options = options
        self.directory = tempfile.mkdtemp(prefix="taskstats-pipeline-")
        # Programs that give up root, such as PostgreSQL, must reach their files.
        os.chmod(self.directory, 0o755)

    def path(self, name):
        """The path of a file in the temporary directory."""
        return os.path.join(self.directory, name)

    def program(self, name):
        """The path of a built program: that of TASKSTATS_PROGRAMS, or of the release build."""
        programs = os.environ.get("TASKSTATS_PROGRAMS") or REPOSITORY / ".build/release"
        path = os.path.join(programs, name)
        if not os.path.exists(path):
            raise Failure(f"{path} does not exist; build with: swift build -c release --static-swift-stdlib")
        return path

    def environment(self, base=os.environ):
        """An environment in which the built programs are found."""
        return {**base, "PATH": f"{os.path.dirname(self.program('tsctl'))}:{base['PATH']}"}

    def seconds(self):
        """The time in which the records end: 20,000 per second, but long enough to kill each part in between."""
        return max(4, self.records // 20_000)

    def write(self, name, text):
        path = self.path(name)
        pathlib.Path(path).write_text(text, encoding="utf-8")
        return path


def check(counts, wanted):
    """Compares what arrived, and how often, with what ended; returns the result as text, or fails."""
    # Records are numbered from 1, so a loss of what is up to number 0 has none.
    losses = {each for each in counts if "-lost-" in each and not each.endswith("-lost-0") or "-gap-" in each}
    missing = wanted - counts.keys()
    unknown = {each for each in counts if "-lost-" not in each and "-gap-" not in each} - wanted
    repeated = sum(count - 1 for count in counts.values())
    if missing or unknown or losses:
        raise Failure(
            f"{len(missing)} missing, as {sorted(missing)[:3]}; {len(unknown)} unknown, as {sorted(unknown)[:3]}; "
            f"{len(losses)} losses reported, as {sorted(losses)[:3]}")
    return f"{len(wanted):,} records, 0 missing, 0 doubled ({repeated:,} came again with the same id)"


def configured(path, replacements):
    """The text of a configuration, with other values in each place that is given; each must occur."""
    text = pathlib.Path(path).read_text(encoding="utf-8")
    for old, new in replacements.items():
        if old not in text:
            raise Failure(f"{path} does not contain {old}")
        text = text.replace(old, str(new))
    return text


def killed(parts):
    """The names of the killed parts, as text."""
    survivors = [part.name for part in parts if part.kills == 0]
    if survivors:
        raise Failure(f"not killed: {', '.join(survivors)}")
    return "killed " + ", ".join(part.name for part in parts)


def main(name, run, records=5_000, arguments=()):
    """Runs a test and prints its line; status 1 if it fails."""
    parser = argparse.ArgumentParser(description=f"Tests the pipeline {name} with the real programs.")
    parser.add_argument("--records", type=int, default=records, help="number of records (default: %(default)s)")
    parser.add_argument("--keep", action="store_true", help="keep the temporary directory")
    for words, settings in arguments:
        parser.add_argument(*words, **settings)
    bench = Bench(parser.parse_args())
    began = time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        result = run(bench)
        print(f"{name}: {result}; {time.monotonic() - began:.1f} s", flush=True)
    except (Failure, subprocess.CalledProcessError, KeyboardInterrupt) as failure:
        bench.options.keep = True
        print(f"{name}: failed: {str(failure) or 'it was ended'}; its files: {bench.directory}", file=sys.stderr)
        sys.exit(1)
    finally:
        Part.kill_all()
        if not bench.options.keep:
            shutil.rmtree(bench.directory, ignore_errors=True)
