"""Completions for fish: one line for each word."""

import mark
from commands import Argument, Command


def text(command: Command) -> str:
    name = command.name
    lines = [f"# {mark.text(f'{name} --help')}", f"# fish completion of {name}.", "", f"complete -c {name} -f"]
    lists: dict[str, str] = {}
    # Unlike __fish_use_subcommand, this does not mistake the value of an option for a command.
    names = " ".join(each.name for each in command.subcommands)
    first = f"-n 'not __fish_seen_subcommand_from {names}'"
    for each in command.options:
        lines.append(f"complete -c {name} {first} {option(each, lists)}")
    for each in command.subcommands:
        lines.append(f"complete -c {name} {first} -a {each.name} -d {quoted(each.abstract)}")
    for each in command.subcommands:
        condition = f"-n '__fish_seen_subcommand_from {each.name}'"
        lines += ["", *(f"complete -c {name} {condition} {option(argument, lists)}" for argument in each.options)]
        for argument in each.positionals:
            if argument.kind == "command":
                lines.append(f"complete -c {name} {condition} -x -a '(__fish_complete_subcommand --fcs-skip=2)'")
            elif argument.kind:
                lines.append(f"complete -c {name} {condition} {value(argument, lists)}")
    functions = [
        line
        for words, function in lists.items()
        for line in ["", f"function {function}", f"    string split ' ' '{words}'", "end"]
    ]
    return "\n".join(lines[:2] + functions + lines[2:]) + "\n"


def option(argument: Argument, lists: dict[str, str]) -> str:
    names = [f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in argument.names]
    return " ".join([*names, *([value(argument, lists)] if argument.value else []), "-d", quoted(argument.abstract)])


def value(argument: Argument, lists: dict[str, str]) -> str:
    match argument.kind:
        case "file":
            return "-r -F"
        case "directory":
            return "-x -a '(__fish_complete_directories)'"
        case "words":
            return f"-x -a {quoted(' '.join(argument.words))}"
        case "list":
            function = lists.setdefault(" ".join(argument.words), f"__tsctl_list_{len(lists) + 1}")
            return f"-x -a '(__fish_complete_list , {function})'"
        case _:
            return "-x"


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
