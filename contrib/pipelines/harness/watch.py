"""`tsctl watch` as the pipelines start it."""

from .processes import Part


def command(source, cursor):
    return [
        source.bench.program("tsctl"), "watch", "--socket", source.socket, "--format", "ndjson", "--origin", "--reconnect",
        "--cursor", cursor]


def watch(source, output):
    """Appends the records of a daemon to a file."""
    bench = source.bench
    return Part("tsctl watch", command(source, bench.path("cursor")), bench.path("watch.log"), output=output)
