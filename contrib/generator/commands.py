"""The description of a command, from the help dump of ArgumentParser."""

import dataclasses
import json
import pathlib
import subprocess


@dataclasses.dataclass
class Argument:
    """An option, a flag, or a positional argument."""

    names: list[str]  # ["--socket"]; none when it is positional
    value: str | None  # what its value is called; none for a flag
    abstract: str
    default: str | None
    repeats: bool
    kind: str  # what its value is: "", "file", "directory", "command", "words", or "list" of words between commas
    words: list[str]


@dataclasses.dataclass
class Command:
    """A command or a subcommand."""

    name: str
    abstract: str
    discussion: str
    arguments: list[Argument]
    subcommands: list["Command"]

    @property
    def options(self) -> list[Argument]:
        return [argument for argument in self.arguments if argument.names]

    @property
    def positionals(self) -> list[Argument]:
        return [argument for argument in self.arguments if not argument.names]


def read(program: pathlib.Path) -> Command:
    dump = subprocess.run([program, "--experimental-dump-help"], check=True, capture_output=True, text=True).stdout
    root = command(json.loads(dump)["command"])
    # tsctl also accepts these before the command.
    if root.subcommands:
        root.arguments += [each for each in root.subcommands[0].arguments if {"--socket", "--debug"} & set(each.names)]
    return root


def command(dump: dict) -> Command:
    return Command(
        name=dump["commandName"], abstract=dump.get("abstract", ""), discussion=dump.get("discussion", ""),
        arguments=[argument(each) for each in dump.get("arguments", []) if each.get("shouldDisplay", True)],
        subcommands=[command(each) for each in dump.get("subcommands", []) if each["commandName"] != "help"])


def argument(dump: dict) -> Argument:
    names = [("--" if each["kind"] == "long" else "-") + each["name"] for each in dump.get("names", [])]
    takes_value = dump["kind"] != "flag"
    completion = dump.get("completionKind", {})
    words = completion.get("list", {}).get("values") or dump.get("allValues") or []
    name = dump.get("valueName", "")
    kind = next((each for each in ("file", "directory") if each in completion), "")
    if words:
        kind = "list" if name == "names" else "words"
    elif not names and name == "command":
        kind = "command"
    return Argument(
        names=sorted(names, key=len, reverse=True), value=name if takes_value else None,
        abstract=dump.get("abstract", ""), default=dump.get("defaultValue"), repeats=dump.get("isRepeating", False),
        kind=kind if takes_value else "", words=words if takes_value else [])
