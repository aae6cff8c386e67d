"""Tests taskstats.py against a peer that plays a later daemon, against a recording that tsctl serves and, as root, against
the real daemon.

    TASKSTATSD=.build/debug/taskstatsd TSCTL=.build/debug/tsctl python3 contrib/python/test_taskstats.py

TASKSTATSD is the command that starts a daemon, TSCTL that of tsctl. The class WithAPeer needs neither, WithARecording
only TSCTL.
"""
from __future__ import annotations

import contextlib
import itertools
import json
import os
import pathlib
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from typing import Any, Callable, Iterator, List, Sequence

import taskstats

NOBODY = 65534


def hello(**others: Any) -> Any:
    params = {"protocol": "1.0", "server": "taskstatsd/9", "instance": "a" * 32, "you": {"uid": 0, "access": "all"}}
    return {"jsonrpc": "2.0", "method": "hello", "params": {**params, **others}}


def exit_of(pid: int, **others: Any) -> Any:
    return {"method": "exit", "params": {"cpu": 0, "seq": 1, "time": 2, "pid": pid, "stats": {}, **others}}


def lost(where: str, count: int, **others: Any) -> Any:
    return {"method": "lost", "params": {"where": where, "count": count, **others}}


def live(index: int) -> Any:
    return {"method": "live", "params": {"index": index}}


class Peer:
    """Accepts a connection, sends hello, answers each request with the next prepared answer, and closes.

    If there is something to do `then`, it does the same with the next connection and those answers.
    """

    def __init__(self, *answers: Sequence[Any], greeting: Any = None, then: Sequence[Sequence[Any]] = ()) -> None:
        self.directory = tempfile.TemporaryDirectory()
        self.path = self.directory.name + "/socket"
        self.asked: List[Any] = []
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(self.path)
        listening.listen()
        scripts = [answers, then] if then else [answers]
        self.thread = threading.Thread(target=self.serve_all, args=(listening, scripts, greeting or hello()))
        self.thread.start()

    def serve_all(self, listening: socket.socket, scripts: Sequence[Sequence[Sequence[Any]]], greeting: Any) -> None:
        with listening:
            for script in scripts:
                self.serve(listening, script, greeting)

    def serve(self, listening: socket.socket, answers: Sequence[Sequence[Any]], greeting: Any) -> None:
        with listening.accept()[0] as connection, connection.makefile("rwb") as lines:
            def say(message: Any) -> None:
                lines.write(json.dumps(message).encode() + b"\n")
                lines.flush()

            say(greeting)
            for answer in answers:
                self.asked.append(json.loads(lines.readline()))
                for message in answer:
                    say({"jsonrpc": "2.0", **message} if "method" in message
                        else {"jsonrpc": "2.0", "id": self.asked[-1]["id"], **message})

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.thread.join()
        self.directory.cleanup()


class WithAPeer(unittest.TestCase):
    """Behaviour of later daemons that a client must accept, and behaviour that it must refuse."""

    def test_ignores_unknown_additions(self) -> None:
        exit_params = {"cpu": 0, "seq": 1, "time": 2, "pid": 3, "stats": {"new_field": 1}, "new_member": {}}
        stream = [
            {"result": {"cpus": "0", "new": True}}, {"method": "weather", "params": {"sun": 1}},
            {"method": "exit", "params": exit_params}, {"method": "lost", "params": {"where": "queue", "count": 5, "new": 1}},
            {"method": "closing", "params": {"reason": "enough"}},
        ]
        with Peer(stream, greeting=hello(new_member=1, protocol="1.7")) as peer:
            events = list(taskstats.watch(path=peer.path, scope="process", reconnect=False))
            self.assertEqual(peer.asked[0]["params"], {"scope": "process"})
        self.assertEqual(events, [
            taskstats.Exit(0, 1, 2, 3, {"new_field": 1}), taskstats.Lost("queue", 5), taskstats.Closing("enough")])

    def test_omitted_values_are_next_to_the_statistics(self) -> None:
        waits = {"blkio_count": 1, "blkio_delay_total": 5175123456789}
        result = {"pid": 1, "stats": {"nvcsw": 1}, "implausible": {"stats": waits}, "uncounted": ["stats"]}
        with Peer([{"result": result}], [{"result": result}]) as peer, taskstats.Client(peer.path) as client:
            self.assertEqual(client.get(pid=1), {"nvcsw": 1})
            self.assertEqual(client.get_result(pid=1), result)
        params = {"cpu": 0, "seq": 1, "time": 2, "pid": 3, "stats": {}}
        stream = [
            {"result": {"cpus": "0"}}, {"method": "exit", "params": params},
            {"method": "exit", "params": {**params, "uncounted": ["stats"], "implausible": {"tgid_stats": waits}}},
            {"method": "closing", "params": {"reason": "enough"}},
        ]
        with Peer(stream) as peer:
            plain, odd, _ = list(taskstats.watch(path=peer.path, reconnect=False))
        self.assertEqual((plain.uncounted, plain.implausible), ((), {}))
        self.assertEqual((odd.uncounted, odd.implausible), (["stats"], {"tgid_stats": waits}))

    def test_a_refused_resubscription_ends_the_iteration(self) -> None:
        granted = [{"result": {"cpus": "0"}}]
        refused = [{"error": {"code": -32005, "message": "no", "data": {"name": "Unavailable"}}}]
        with Peer(granted, then=[refused]) as peer:
            watch = taskstats.watch(path=peer.path, scope="process")
            with self.assertRaises(taskstats.TaskstatsError) as caught:
                next(watch)
            self.assertEqual(list(watch), [])
            self.assertEqual(peer.asked[0]["params"], peer.asked[1]["params"])
        self.assertEqual(caught.exception.name, "Unavailable")

    def test_resumes_after_the_last_index(self) -> None:
        numbered = hello(protocol="1.1", features=["since"])
        before = [{"result": {"cpus": "0", "next_index": 5}}, exit_of(3, index=5), lost("queue", 2, index=7)]
        after = [{"result": {"cpus": "0", "next_index": 10}}, exit_of(4, index=8), live(9)]
        with Peer(before, greeting=numbered, then=[after]) as peer, taskstats.watch(path=peer.path) as watch:
            self.assertEqual(watch.position, {"instance": "a" * 32, "index": 4})
            events = list(itertools.islice(watch, 5))
            self.assertEqual(watch.position, {"instance": "a" * 32, "index": 9})
        self.assertEqual(events, [
            taskstats.Exit(0, 1, 2, 3, {}, index=5), taskstats.Lost("queue", 2, index=7),
            taskstats.Reconnected("a" * 32, is_new_instance=False, is_resumed=True),
            taskstats.Exit(0, 1, 2, 4, {}, index=8), taskstats.Live(9)])
        self.assertEqual(
            [asked["params"] for asked in peer.asked], [{}, {"since": {"instance": "a" * 32, "index": 7}}])

    def test_a_replay_that_ends_early_is_requested_again(self) -> None:
        position = {"instance": "a" * 32, "index": 2}
        self.assertEqual(self.starts_of_replays([exit_of(3, index=2)], "10min"), ["10min", position])
        self.assertEqual(self.starts_of_replays([], 7), [7, 7])
        # A duration keeps the meaning that it had first.
        before = time.time_ns()
        first, second = self.starts_of_replays([], "1.5h")
        self.assertEqual(first, "1.5h")
        self.assertTrue(before <= second + 5_400 * 10**9 <= time.time_ns())

    def starts_of_replays(self, replayed: Sequence[Any], since: Any) -> List[Any]:
        """The `since` of a subscription, and of the one after its replay has ended early."""
        numbered = hello(protocol="1.1", features=["since"])
        before = [{"result": {"cpus": "0", "since": since, "next_index": 9}}, *replayed]
        with Peer(before, greeting=numbered, then=[[{"result": {"cpus": "0", "next_index": 9}}]]) as peer:
            with taskstats.watch(path=peer.path, since=since) as watch:
                for event in watch:
                    if isinstance(event, taskstats.Reconnected):
                        break
        return [asked["params"]["since"] for asked in peer.asked]

    def test_does_not_resume_where_records_have_no_numbers(self) -> None:
        granted = {"result": {"cpus": "0"}}
        with Peer([granted, exit_of(3)], then=[[granted]]) as peer, taskstats.watch(path=peer.path) as watch:
            _, reconnected = next(watch), next(watch)
            self.assertIsNone(watch.position)
        self.assertEqual(reconnected, taskstats.Reconnected("a" * 32, is_new_instance=False, is_resumed=False))
        self.assertEqual([asked["params"] for asked in peer.asked], [{}, {}])

    def test_a_loss_of_unknown_size_has_no_count(self) -> None:
        stream = [{"result": {"cpus": "0"}}, {"method": "lost", "params": {"where": "history", "index": 4}}]
        with Peer(stream) as peer:
            self.assertEqual(
                list(taskstats.watch(path=peer.path, reconnect=False)), [taskstats.Lost("history", index=4)])

    def test_an_error_with_an_unknown_name_is_an_error(self) -> None:
        error = {"code": -32099, "message": "tired", "data": {"name": "Tired", "hours": 2}}
        with Peer([{"error": error}]) as peer, taskstats.Client(peer.path) as client:
            with self.assertRaises(taskstats.TaskstatsError) as raised:
                client.get(pid=1)
        self.assertEqual((raised.exception.name, raised.exception.code), ("Tired", -32099))
        self.assertEqual(raised.exception.data["hours"], 2)

    def test_numbers_are_exact(self) -> None:
        with Peer([{"result": {"pid": 1, "stats": {"nvcsw": 2**64 - 1}}}]) as peer, taskstats.Client(peer.path) as client:
            self.assertEqual(client.get(pid=1)["nvcsw"], 18446744073709551615)

    def test_a_refused_client_gets_the_reason(self) -> None:
        closing = {"jsonrpc": "2.0", "method": "closing", "params": {"reason": "too many"}}
        nobody = hello(you={"uid": 0, "access": "none", "reason": "elsewhere"})
        for greeting, reason in ((closing, "too many"), (nobody, "elsewhere"), (hello(protocol="2.0"), "protocol 2.0")):
            with Peer(greeting=greeting) as peer, self.assertRaises(taskstats.Disconnected) as raised:
                taskstats.Client(peer.path)
            self.assertIn(reason, str(raised.exception))

    def test_a_connection_that_ends_without_closing_fails_the_query(self) -> None:
        with Peer([]) as peer, taskstats.Client(peer.path) as client, self.assertRaises(taskstats.Disconnected):
            client.get(pid=1)


class Recording:
    """A recording of one task a second on CPU 0, with the ids from 1 on, served by `tsctl serve`."""

    START = 1_795_400_000_000_000_000

    def __init__(self, tasks: int, *options: str) -> None:
        self.directory = tempfile.TemporaryDirectory()
        self.path = self.directory.name + "/socket"
        file = pathlib.Path(self.directory.name + "/recording")
        file.write_text("".join(json.dumps({"jsonrpc": "2.0", **line}) + "\n" for line in self.lines(tasks)))
        command = [*shlex.split(os.environ["TSCTL"]), "serve", str(file), "--socket", self.path, *options]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr
        # It says when clients can connect.
        self.process.stderr.readline()

    def lines(self, tasks: int) -> Iterator[Any]:
        header = hello(
            kernel={"release": "6.18.44", "taskstats_version": 16}, cpus={"possible": "0", "online": "0"})["params"]
        yield {"method": "recording", "params": {
            **header, "format": "taskstats-recording", "version": 1, "start": self.START, "subscription": {}}}
        for pid in range(1, tasks + 1):
            yield exit_of(pid, seq=pid, time=self.START + pid * 1_000_000_000, exit={"code": pid % 2})

    def __enter__(self) -> Recording:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.communicate()
        self.directory.cleanup()


class WithARecording(unittest.TestCase):
    """Whole streams, without root."""

    def test_a_stream_resumes_until_it_is_live(self) -> None:
        with Recording(25, "--vanish-after", "10") as recording, taskstats.watch(path=recording.path) as watch:
            events = list(itertools.takewhile(lambda event: not isinstance(event, taskstats.Live), watch))
        reconnected = [event for event in events if isinstance(event, taskstats.Reconnected)]
        self.assertEqual([event.index for event in events if isinstance(event, taskstats.Exit)], list(range(1, 26)))
        self.assertEqual([event.is_resumed for event in reconnected], [True, True])

    def test_since_starts_in_the_past(self) -> None:
        with Recording(9) as recording:
            for since, first in (("3s", 6), (Recording.START + 8_000_000_000, 8), ({"instance": "a" * 32, "index": 8}, 9)):
                with taskstats.watch(path=recording.path, since=since, filter={"exit": "failed"}) as watch:
                    events = list(itertools.takewhile(lambda event: not isinstance(event, taskstats.Live), watch))
                self.assertEqual([event.pid for event in events], [pid for pid in range(first, 10) if pid % 2])

    def test_losses_add_up(self) -> None:
        options = ["--lose", "kernel:1/10", "--lose", "queue:5@33", "--close-after", "end"]
        with Recording(100, *options) as recording:
            with taskstats.watch(path=recording.path, reconnect=False) as watch:
                events = list(watch)
        lost = sum(event.count for event in events if isinstance(event, taskstats.Lost))
        self.assertEqual(lost, 15)
        self.assertEqual(sum(isinstance(event, taskstats.Exit) for event in events), 85)
        self.assertIsInstance(events[-1], taskstats.Closing)

    def test_what_the_history_does_not_keep_is_lost(self) -> None:
        with Recording(9, "--lose", "history:6") as recording:
            for instance, count in (("a" * 32, 4), ("b" * 32, None)):
                with taskstats.watch(path=recording.path, since={"instance": instance, "index": 2}) as watch:
                    lost, *exits = itertools.islice(watch, 4)
                self.assertEqual(lost, taskstats.Lost("history", count, index=6))
                self.assertEqual([event.pid for event in exits], [7, 8, 9])

    def test_queries_and_their_errors(self) -> None:
        with Recording(3, "--refuse", "status=LimitExceeded") as recording:
            with taskstats.Client(recording.path) as client:
                self.assertEqual(client.get(pid=2), {})
                for query, kind in ((lambda: client.get(pid=7), "NoSuchTask"), (client.status, "LimitExceeded")):
                    with self.assertRaises(taskstats.TaskstatsError) as raised:
                        query()
                    self.assertEqual(raised.exception.kind, kind)


class Daemon:
    """The real daemon on a separate socket."""

    def __init__(self, *options: str) -> None:
        self.directory = tempfile.TemporaryDirectory()
        os.chmod(self.directory.name, 0o755)
        self.path = self.directory.name + "/taskstats.sock"
        self.options = options
        self.start()

    def start(self) -> None:
        command = shlex.split(os.environ["TASKSTATSD"]) + ["--socket", self.path, *self.options]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr
        said = []
        for line in self.process.stderr:
            said.append(line)
            if " ready" in line:
                return
        raise RuntimeError(f"the daemon does not start: {said}")

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self.process.returncode is None:
            self.process.send_signal(number)
            self.process.communicate()

    def __enter__(self) -> Daemon:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.directory.cleanup()


def as_nobody(body: Callable[[], Any]) -> Any:
    """The result of a function in a process of an ordinary user."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        try:
            result: Any = body()
        except taskstats.TaskstatsError as error:
            result = error.name
        os.write(writing, json.dumps(result).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as answer:
        return json.load(answer)


@contextlib.contextmanager
def sleeper() -> Iterator[int]:
    with subprocess.Popen(["sleep", "infinity"]) as process:
        yield process.pid
        process.kill()


def end_child(code: int = 0) -> int:
    """Starts and reaps a child; the parent's id identifies its record."""
    child = os.fork()
    if child == 0:
        os._exit(code)
    os.waitpid(child, 0)
    return child


OWN = {"ppid": [os.getpid()]}


class WithTheDaemon(unittest.TestCase):
    """All functions of the client, with the real daemon and kernel."""

    def setUp(self) -> None:
        OWN["ppid"] = [os.getpid()]

    def daemon(self, *options: str) -> Daemon:
        daemon: Daemon = self.enter(Daemon(*options))
        return daemon

    def enter(self, context: Any) -> Any:
        entered = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return entered

    def watch(self, daemon: Daemon, **options: Any) -> taskstats.Watch:
        watch: taskstats.Watch = self.enter(taskstats.watch(path=daemon.path, **options))
        return watch

    def test_queries(self) -> None:
        client = self.enter(taskstats.Client(self.daemon().path))
        stats = client.get(pid=os.getpid())
        self.assertEqual((stats["ac_pid"], stats["ac_uid"]), (os.getpid(), os.getuid()))
        self.assertEqual(list(client.get(tgid=os.getpid(), fields=["context"])), ["nvcsw", "nivcsw"])
        self.assertEqual(client.status()["daemon"]["clients"], 1)
        names = [field["name"] for field in client.describe()["fields"]]
        self.assertEqual([name for name in names if name in stats], [name for name in stats if name != "ac_comm_hex"])

    def test_errors_are_exceptions(self) -> None:
        client = self.enter(taskstats.Client(self.daemon().path))
        for name, params in (("NoSuchTask", {"pid": 2**31 - 1}), ("InvalidParams", {"pid": 1, "fields": ["none"]}),
                             ("InvalidParams", {"pid": 1, "tgid": 1}), ("PermissionDenied", {"cgroup": "/etc"})):
            with self.assertRaises(taskstats.TaskstatsError) as raised:
                client.get(**params)
            self.assertEqual(raised.exception.name, name)
        self.assertGreater(len(client.get(pid=1)), 0)

    def test_an_ordinary_user_sees_its_own_processes(self) -> None:
        daemon = self.daemon()
        self.assertEqual(as_nobody(lambda: taskstats.Client(daemon.path).get(pid=1)), "PermissionDenied")

        def own() -> Any:
            with sleeper() as pid, taskstats.Client(daemon.path) as client:
                return client.hello["you"]["access"], client.get(pid=pid, fields=["ac_comm", "ac_uid"])

        self.assertEqual(as_nobody(own), ["own", {"ac_comm": "sleep", "ac_uid": NOBODY}])

        def watch() -> Any:
            with taskstats.watch(path=daemon.path, fields=["ac_uid"]) as events:
                subprocess.run(["true"], check=True)
                event = next(events)
                return isinstance(event, taskstats.Exit) and event.stats

        self.assertEqual(as_nobody(watch), {"ac_uid": NOBODY})

    def test_watches(self) -> None:
        daemon = self.daemon()
        events = self.watch(daemon, scope="process", fields=["ac_ppid", "ac_comm"], filter={**OWN, "exit": "failed"})
        self.assertEqual(events.subscription["filter"], {**OWN, "exit": "failed"})
        end_child(0)
        failed = end_child(7)
        with sleeper() as killed:
            pass
        first, second = next(events), next(events)
        assert isinstance(first, taskstats.Exit) and isinstance(second, taskstats.Exit)
        self.assertEqual((first.pid, first.last, first.exit), (failed, True, {"code": 7}))
        self.assertEqual((second.pid, second.exit), (killed, {"signal": 9, "name": "SIGKILL", "core": False}))
        self.assertEqual(second.stats, {"ac_comm": "sleep", "ac_ppid": os.getpid()})

    def test_an_invalid_subscription_is_refused_at_once(self) -> None:
        with self.assertRaises(taskstats.TaskstatsError) as raised:
            taskstats.watch(path=self.daemon().path, filter={"cmm": "x"})
        self.assertEqual(raised.exception.data["member"], "filter.cmm")

    def test_a_slow_reader_gets_the_count_of_lost_records(self) -> None:
        events = self.watch(self.daemon("--queue-bytes", "65536", "--receive-buffer", str(64 << 20)), filter=OWN)
        ended = 1500
        for _ in range(ended):
            end_child()
        delivered = lost = 0
        for event in events:
            delivered += isinstance(event, taskstats.Exit)
            if isinstance(event, taskstats.Lost):
                self.assertEqual((event.where, event.cpu), ("queue", None))
                lost += event.count
            if delivered + lost >= ended:
                break
        self.assertEqual(delivered + lost, ended)
        self.assertGreater(lost, 0)
        self.assertGreater(delivered, 0)

    def test_reconnects_to_a_restarted_daemon(self) -> None:
        daemon = self.daemon()
        events = self.watch(daemon, filter=OWN)
        for number in (signal.SIGTERM, signal.SIGKILL):
            before = events.hello["instance"]
            daemon.stop(number)
            if number == signal.SIGTERM:
                self.assertEqual(next(events), taskstats.Closing("taskstatsd is stopping"))
            daemon.start()
            event = next(events)
            assert isinstance(event, taskstats.Reconnected)
            self.assertTrue(event.is_new_instance)
            self.assertEqual(event.instance, events.hello["instance"])
            self.assertNotEqual(event.instance, before)
            self.assertTrue(event.is_resumed)
            lost, live = next(events), next(events)
            assert isinstance(lost, taskstats.Lost)
            self.assertEqual((lost.where, lost.count), ("history", None))
            self.assertIsInstance(live, taskstats.Live)
            child = end_child(3)
            event = next(events)
            assert isinstance(event, taskstats.Exit)
            self.assertEqual((event.pid, event.exit), (child, {"code": 3}))

    def test_resumes_at_the_same_instance_after_a_lost_connection(self) -> None:
        events = self.watch(self.daemon("--history", "1M"), filter=OWN)
        before = end_child(3)
        first = next(events)
        assert isinstance(first, taskstats.Exit)
        self.assertEqual(first.pid, before)
        # As if the daemon had ended the connection.
        events._connection._socket.shutdown(socket.SHUT_RDWR)
        between = [end_child(4) for _ in range(3)]
        reconnected, *exits = itertools.islice(events, 4)
        assert isinstance(reconnected, taskstats.Reconnected)
        self.assertEqual((reconnected.is_new_instance, reconnected.is_resumed), (False, True))
        self.assertEqual([event.pid for event in exits if isinstance(event, taskstats.Exit)], between)

    def test_without_reconnecting_the_iteration_ends(self) -> None:
        daemon = self.daemon()
        events = self.watch(daemon, filter=OWN, reconnect=False)
        daemon.stop()
        self.assertEqual(list(events), [taskstats.Closing("taskstatsd is stopping")])

    def test_a_watch_that_another_thread_closes_ends(self) -> None:
        events = self.watch(self.daemon(), filter=OWN)
        closing = threading.Timer(0.1, events.close)
        closing.start()
        self.assertEqual(list(events), [])
        closing.join()

    def test_runs_as_a_command(self) -> None:
        daemon = self.daemon()
        command = [sys.executable, str(pathlib.Path(taskstats.__file__)), "--socket", daemon.path]
        shown = subprocess.run([*command, "get", "--pid", "1"], check=True, capture_output=True, text=True).stdout
        self.assertEqual(json.loads(shown)["ac_pid"], 1)
        refused = subprocess.run([*command, "get", "--pid", str(2**31 - 1)], capture_output=True, text=True)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("NoSuchTask", refused.stderr)
        wanted = ["--filter", json.dumps(OWN), "--fields", "ac_comm"]
        with subprocess.Popen([*command, "watch", *wanted], stdout=subprocess.PIPE, text=True) as watch:
            assert watch.stdout
            with taskstats.Client(daemon.path) as client:
                while client.status()["daemon"]["subscribers"] == 0:
                    pass
            child = end_child(5)
            self.assertIn(f"pid {child} ", watch.stdout.readline())
            watch.send_signal(signal.SIGINT)
        self.assertEqual(watch.returncode, 130)


if __name__ == "__main__":
    unittest.main()
