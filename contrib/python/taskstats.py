#!/usr/bin/env python3
"""A client of taskstatsd in one file, which needs only the standard library of Python 3.9 or later.

    with taskstats.Client() as client:
        print(client.get(pid=1)["cpu_delay_total"])

    for event in taskstats.watch(scope="process", filter={"exit": "failed"}):
        if isinstance(event, taskstats.Exit):
            print(event.pid, event.stats["ac_comm"], event.exit)
        elif isinstance(event, taskstats.Lost):
            print(event.count, "records are missing here")

Written from Protocol/README.md alone. It ignores additions of later 1.x protocols.
"""
from __future__ import annotations

import argparse
import contextlib
import dataclasses
import itertools
import json
import os
import socket
import sys
import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Iterator, Mapping, Optional, Sequence, Union

SOCKET = os.environ.get("TASKSTATS_SOCKET", "/run/taskstats.sock")
Stats = Mapping[str, Union[int, str]]
# Nanoseconds since 1970, a duration such as "10min", or {"instance": ..., "index": ...}.
Since = Union[int, str, Mapping[str, Any]]


KINDS = {
    -32700: "ParseError", -32600: "InvalidRequest", -32601: "MethodNotFound", -32602: "InvalidParams",
    -32603: "InternalError", -32001: "PermissionDenied", -32002: "NoSuchTask", -32003: "LimitExceeded",
    -32004: "KernelError", -32005: "Unavailable",
}


class TaskstatsError(Exception):
    """An error from the daemon. Match on `kind`; `data` holds further keys (errno, member, limit).

    `name` is the daemon's own, which can be one of a later version; `kind` is always one that this version knows, or
    the name if the code is unknown as well.
    """

    def __init__(self, error: Mapping[str, Any]) -> None:
        self.code: int = error.get("code", 0)
        self.message: str = error.get("message", "")
        self.data: Mapping[str, Any] = error.get("data", {})
        self.name: str = self.data.get("name", "")
        self.kind: str = self.name if self.name in KINDS.values() else KINDS.get(self.code, self.name)
        super().__init__(f"{self.name}: {self.message}")


class Disconnected(ConnectionError):
    """The connection has ended; `reason` is the daemon's reason, if it sent one."""

    def __init__(self, reason: Optional[str] = None) -> None:
        self.reason = reason
        super().__init__(reason or "taskstatsd closed the connection")


@dataclass(frozen=True)
class Exit:
    """A task exited. Values that the kernel does not report are None, or missing from `stats`."""

    cpu: int
    seq: int
    time: int  # nanoseconds since 1970
    pid: int
    stats: Stats
    tgid: Optional[int] = None
    last: Optional[bool] = None  # whether the process ended with this task
    exit: Optional[Mapping[str, Any]] = None  # {"code": N} or {"signal": N, "name": S, "core": B}
    redacted: Sequence[str] = ()
    tgid_stats: Optional[Stats] = None
    # Statistics that lack waits because delay accounting was off: "stats", "tgid_stats".
    uncounted: Sequence[str] = ()
    # Impossibly long waits, which are left out of the statistics under that key, with the kernel's values.
    implausible: Mapping[str, Stats] = dataclasses.field(default_factory=dict)
    index: Optional[int] = None  # the number of the record among all of this instance of the daemon


@dataclass(frozen=True)
class Lost:
    """Records are missing at this point of the stream."""

    # "kernel": lost on this CPU for all subscribers; "queue": lost for this client, which read too slowly;
    # "starts": starts of programs; "history": the daemon does not keep these records
    where: str
    count: Optional[int] = None  # None: not known, which only happens for "history"
    cpu: Optional[int] = None
    index: Optional[int] = None  # up to this index every record was delivered or reported as lost


@dataclass(frozen=True)
class Live:
    """Everything that the daemon kept was delivered; what follows happened later. Sent once after a `since`."""

    index: int


@dataclass(frozen=True)
class Closing:
    """The daemon ends the connection, with a reason."""

    reason: str


@dataclass(frozen=True)
class Reconnected:
    """A new connection replaces one that ended.

    With `is_resumed` the records in between follow: those that the daemon keeps, and a `Lost` for the others. Without
    it, exits in between were neither kept nor counted.
    """

    instance: str
    is_new_instance: bool  # sequence numbers and counters have been reset
    is_resumed: bool = False


Event = Union[Exit, Lost, Live, Closing, Reconnected]


class Connection:
    """One connection, which sends and receives lines; `hello` is the daemon's first message."""

    def __init__(self, path: str) -> None:
        self._ids = itertools.count(1)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._lines = self._socket.makefile("rb")
        try:
            self._socket.connect(path)
            first = self.receive()
            if first.get("method") != "hello":
                raise Disconnected(first.get("params", {}).get("reason"))
            self.hello: Mapping[str, Any] = first["params"]
            if self.hello["protocol"].split(".")[0] != "1":
                raise Disconnected(f"protocol {self.hello['protocol']} is not supported")
            if self.hello["you"]["access"] == "none":
                raise Disconnected(self.hello["you"].get("reason"))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Ends the connection, and wakes up threads that wait for its lines."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._lines.close()
        self._socket.close()

    def receive(self) -> Mapping[str, Any]:
        line = self._lines.readline()
        if not line.endswith(b"\n"):
            raise Disconnected()
        message: Mapping[str, Any] = json.loads(line)
        return message

    def call(self, method: str, params: Mapping[str, Any]) -> Any:
        """The answer to a request, on a connection without a subscription."""
        number = next(self._ids)
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        try:
            self._socket.sendall(json.dumps(request, separators=(",", ":")).encode() + b"\n")
        except BrokenPipeError:
            pass  # Why it was closed may still be there to be read.
        while True:
            message = self.receive()
            if message.get("method") == "closing":
                raise Disconnected(message["params"]["reason"])
            if "method" not in message and message.get("id") in (number, None):
                if "error" in message:
                    raise TaskstatsError(message["error"])
                return message["result"]


class Client:
    """A connection for queries. Not thread-safe."""

    def __init__(self, path: str = SOCKET) -> None:
        self.path = path
        self._connection = Connection(path)

    @property
    def hello(self) -> Mapping[str, Any]:
        """The daemon, its host, and the access of this client."""
        return self._connection.hello

    def get(
        self, *, pid: Optional[int] = None, tgid: Optional[int] = None, cgroup: Optional[str] = None,
        fields: Optional[Sequence[str]] = None,
    ) -> Stats:
        """The statistics of a task, a process or a cgroup; give exactly one of the three."""
        stats: Stats = self.get_result(pid=pid, tgid=tgid, cgroup=cgroup, fields=fields)["stats"]
        return stats

    def get_result(
        self, *, pid: Optional[int] = None, tgid: Optional[int] = None, cgroup: Optional[str] = None,
        fields: Optional[Sequence[str]] = None,
    ) -> Mapping[str, Any]:
        """The whole result: `stats`, and `uncounted` and `implausible` if fields are left out of it."""
        params = {"pid": pid, "tgid": tgid, "cgroup": cgroup, "fields": fields}
        result: Mapping[str, Any] = self._connection.call("get", _given(params))
        return result

    def status(self) -> Mapping[str, Any]:
        """Counters of this connection and, with access `all`, of the daemon."""
        status: Mapping[str, Any] = self._connection.call("status", {})
        return status

    def describe(self) -> Mapping[str, Any]:
        """The protocol, and every field with its unit and meaning."""
        description: Mapping[str, Any] = self._connection.call("describe", {})
        return description

    def watch(self, **options: Any) -> Watch:
        """A stream of exits, on a separate connection; the options are those of `Watch`."""
        return Watch(path=self.path, **options)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Watch(Iterator[Event]):
    """A stream of the records of exiting tasks.

    Losses are events at the point of the gap. When the connection ends, `Watch` reconnects, with as many attempts as
    necessary, and returns `Reconnected`; with `reconnect=False` the iteration ends instead, after `Closing` if any.

    `since` starts the stream in the past: a time in nanoseconds since 1970, a duration such as "10min", or the
    `position` of an earlier stream. `Live` follows the last record of the past. After a reconnect the stream resumes at
    its position by itself, if the daemon numbers records.
    """

    def __init__(
        self, *, path: str = SOCKET, cpus: Optional[str] = None, scope: Optional[str] = None,
        fields: Optional[Sequence[str]] = None, filter: Optional[Mapping[str, Any]] = None,
        overflow: Optional[str] = None, since: Optional[Since] = None, reconnect: bool = True,
    ) -> None:
        self._path = path
        self._params = _given(
            {"cpus": cpus, "scope": scope, "fields": fields, "filter": filter, "overflow": overflow, "since": since})
        self._instance = ""
        self._index: Optional[int] = None
        self._is_resumed = False
        self._reconnect = reconnect
        self._is_open = True
        self._connection = self._subscribe()

    @property
    def hello(self) -> Mapping[str, Any]:
        """The first message of the current connection."""
        return self._connection.hello

    @property
    def position(self) -> Optional[Mapping[str, Any]]:
        """The point after the last event, for the `since` of another stream; None if records have no numbers."""
        return None if self._index is None else {"instance": self._instance, "index": self._index}

    def close(self) -> None:
        """Ends the subscription; the iteration then ends too."""
        self._is_open = False
        self._connection.close()

    def __next__(self) -> Event:
        while self._is_open:
            try:
                message = self._connection.receive()
            except ConnectionError:
                if not self._is_open or not self._reconnect:
                    break
                return self._resume()
            event = _event(message)
            if event is not None:
                self._note(event)
                return event
        self.close()
        raise StopIteration

    def _note(self, event: Event) -> None:
        index = getattr(event, "index", None)
        if index is not None:
            self._instance, self._index = self.hello["instance"], index

    def _subscribe(self) -> Connection:
        connection = Connection(self._path)
        try:
            params = self._params
            if self.position and _resumes(connection):
                params = {**params, "since": self.position}
            now = time.time_ns()
            self.subscription: Mapping[str, Any] = connection.call("subscribe", params)
        except BaseException:
            connection.close()
            raise
        self._is_resumed = "since" in params
        if isinstance(params.get("since"), str):
            # Until a record arrives, another subscription starts at the time that the duration meant.
            self._params = {**self._params, "since": now - _nanoseconds(params["since"])}
        # What is kept comes before what is next: until its first record arrives, the position is the old one.
        if not self._is_resumed:
            following = self.subscription.get("next_index")
            self._instance = connection.hello["instance"]
            self._index = None if following is None else following - 1
        return connection

    def _resume(self) -> Event:
        instance = self.hello["instance"]
        self._connection.close()
        for delay in itertools.chain((0.05, 0.1, 0.2, 0.5, 1, 2), itertools.repeat(5)):
            time.sleep(delay)
            try:
                self._connection = self._subscribe()
            except OSError:  # No daemon is listening, or it refuses the connection for now.
                continue
            except TaskstatsError:  # The new daemon refuses the subscription.
                self.close()
                raise
            return Reconnected(self.hello["instance"], self.hello["instance"] != instance, self._is_resumed)
        raise AssertionError("unreachable")

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def watch(**options: Any) -> Watch:
    """A stream of exits; the options are those of `Watch`."""
    return Watch(**options)


def _given(params: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in params.items() if value is not None}


def _resumes(connection: Connection) -> bool:
    return "since" in connection.hello.get("features", ())


def _nanoseconds(duration: str) -> int:
    """The length of a duration that the daemon has accepted; without a unit it is in seconds."""
    number = duration.rstrip("abcdefghijklmnopqrstuvwxyz")
    units = {"us": 10**3, "ms": 10**6, "": 10**9, "s": 10**9, "min": 60 * 10**9, "h": 3600 * 10**9, "d": 86400 * 10**9}
    return int(Decimal(number) * units[duration[len(number):]])


def _event(message: Mapping[str, Any]) -> Optional[Event]:
    """The event of a notification; None if it is unknown."""
    kinds: Mapping[str, Any] = {"exit": Exit, "lost": Lost, "live": Live, "closing": Closing}
    kind = kinds.get(message.get("method", ""))
    if kind is None:
        return None
    known = {member.name for member in dataclasses.fields(kind)}
    event: Event = kind(**{name: value for name, value in message["params"].items() if name in known})
    return event


def _text(event: Event) -> str:
    if isinstance(event, Exit):
        end = event.exit or {}
        how = f"code {end['code']}" if "code" in end else end.get("name", "")
        moment = time.strftime("%H:%M:%S", time.localtime(event.time // 1_000_000_000))
        return f"{moment} cpu {event.cpu} pid {event.pid} {json.dumps(event.stats.get('ac_comm', ''))} {how}"
    if isinstance(event, Lost):
        count = "an unknown number of" if event.count is None else event.count
        return f"-- {count} records lost ({event.where})"
    if isinstance(event, Live):
        return "-- live"
    if isinstance(event, Closing):
        return f"-- {event.reason}"
    return "-- reconnected" + (" to another instance" if event.is_new_instance else "")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Queries taskstatsd.")
    parser.add_argument("--socket", default=SOCKET, metavar="PATH")
    commands = parser.add_subparsers(dest="command", required=True)
    get = commands.add_parser("get", help="statistics of a task, a process or a cgroup")
    target = get.add_mutually_exclusive_group(required=True)
    target.add_argument("--pid", type=int)
    target.add_argument("--tgid", type=int)
    target.add_argument("--cgroup")
    stream = commands.add_parser("watch", help="records of exiting tasks")
    stream.add_argument("--cpus")
    stream.add_argument("--scope", choices=["task", "process"])
    stream.add_argument("--filter", type=json.loads, metavar="JSON")
    stream.add_argument("--since", type=lambda text: int(text) if text.isdigit() else text, metavar="TIME",
                        help="nanoseconds since 1970, or a duration such as 10min")
    stream.add_argument("--no-reconnect", dest="reconnect", action="store_false")
    for command in (get, stream):
        command.add_argument("--fields", type=lambda text: text.split(","), metavar="NAME,...")
    commands.add_parser("status", help="counters")
    commands.add_parser("describe", help="the protocol and the fields of its statistics")
    return parser.parse_args()


def main() -> int:
    options = vars(_arguments())
    command, path = options.pop("command"), options.pop("socket")
    try:
        if command == "watch":
            with Watch(path=path, **options) as events:
                for event in events:
                    print(_text(event), flush=True)
        else:
            with Client(path) as client:
                print(json.dumps(getattr(client, command)(**options), indent=2))
    except (TaskstatsError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        else:
            print(f"taskstats.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
