"""A PostgreSQL server of its own."""

import glob
import os
import pathlib
import shutil
import subprocess
import time

from .processes import Failure, Part, wait_until

SCHEMA = pathlib.Path(__file__).resolve().parents[1] / "postgresql/schema.sql"


def programs():
    """The directory of the newest installed version."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"))
    if not found:
        raise Failure("PostgreSQL is not installed (Debian: postgresql)")
    return os.path.dirname(found[-1])


class Postgres:
    """A server on a Unix socket in the temporary directory, with the database `taskstats` and its tables."""

    def __init__(self, bench):
        self.bench, self.directory = bench, bench.path("postgres")
        self.looked, self.seen = 0.0, 0
        os.mkdir(self.directory)
        # PostgreSQL does not run as root.
        prefix = []
        if os.geteuid() == 0:
            shutil.chown(self.directory, "postgres", "postgres")
            prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        data = f"{self.directory}/data"
        subprocess.run(
            [*prefix, f"{programs()}/initdb", "-D", data, "-A", "trust", "-U", "taskstats", "--no-sync"], check=True,
            stdout=subprocess.DEVNULL, cwd=self.directory)
        words = [*prefix, f"{programs()}/postgres", "-D", data, "-k", self.directory, "-c", "listen_addresses="]
        # In place of systemd: a killed server cannot start before its last process has noticed.
        script = f"cd {self.directory}; until {' '.join(words)}; do sleep 0.1; done"
        self.part = Part("postgres", ["sh", "-c", script], bench.path("postgres.log"), self.is_ready)
        self.sql("create database taskstats", database="postgres")
        self.sql(f"\\i {SCHEMA}")

    @property
    def environment(self):
        return {**os.environ, "PGHOST": self.directory, "PGUSER": "taskstats"}

    def run(self, text, database="taskstats", **options):
        return subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database], input=text, text=True,
            capture_output=True, env=self.environment, **options)

    def sql(self, text, **options):
        """The rows of a query, as lists of text."""
        result = self.run(text, **options)
        if result.returncode != 0:
            raise Failure(f"psql: {result.stderr}")
        return [line.split("|") for line in result.stdout.splitlines()]

    def is_ready(self):
        return self.run("select 1", "postgres").returncode == 0

    def count(self):
        """The number of records, not older than 0.1 s; that of before while the server is away."""
        if time.monotonic() - self.looked > 0.1:
            result = self.run("select count(*) from exits")
            self.seen = int(result.stdout) if result.returncode == 0 else self.seen
            self.looked = time.monotonic()
        return self.seen

    def wait(self, count):
        wait_until(lambda: self.count() >= count, f"{count} records in PostgreSQL")
