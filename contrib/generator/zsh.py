"""Completions for zsh, by its own _arguments."""

import mark
from commands import Argument, Command

SCRIPT = r"""#compdef @NAME@
# @MARK@
# zsh completion of @NAME@.

_@NAME@() {
    local context state state_descr line curcontext=$curcontext
    local -A opt_args
    local -a subcommands=(
@COMMANDS@
    )
    _arguments -C @OPTIONS@ '1: :->command' '*:: :->rest'
    case $state in
    command) _describe -t commands command subcommands ;;
    rest)
        # Of the words after "--", the first is a command.
        local end=$words[(ie)--]
        if (( end < CURRENT )); then
            shift $end words
            (( CURRENT -= end ))
            _normal
            return
        fi
        case $words[1] in
@TABLE@
        esac ;;
    esac
}

_@NAME@ "$@"
"""


def text(command: Command) -> str:
    names = [f"        '{each.name}:{quoted(each.abstract)}'" for each in command.subcommands]
    table = []
    for each in command.subcommands:
        arguments = [option(argument) for argument in each.options]
        if each.positionals:
            arguments += [positional(argument) for argument in each.positionals]
        table.append(f"        {each.name}) _arguments \\\n            " + " \\\n            ".join(arguments) + " ;;")
    return (
        SCRIPT.replace("@MARK@", mark.text(f"{command.name} --help")).replace("@NAME@", command.name)
        .replace("@COMMANDS@", "\n".join(names))
        .replace("@OPTIONS@", " ".join(option(argument) for argument in command.options))
        .replace("@TABLE@", "\n".join(table)))


def option(argument: Argument) -> str:
    name = next(name for name in argument.names if name.startswith("--"))
    value = "" if argument.value is None else f":{quoted(argument.value)}:{action(argument)}"
    return f"'{'*' if argument.repeats else ''}{name}[{quoted(argument.abstract)}]{value}'"


def positional(argument: Argument) -> str:
    if argument.kind == "command":
        return "'*::command:_normal'"
    return f"'{'*' if argument.repeats else ''}:{quoted(argument.value or '')}:{action(argument)}'"


def action(argument: Argument) -> str:
    match argument.kind:
        case "file":
            return "_files"
        case "directory":
            return "_files -/"
        case "words":
            return f"({' '.join(argument.words)})"
        case "list":
            return f"_sequence compadd - {' '.join(argument.words)}"
        case _:
            return " "


def quoted(text: str) -> str:
    for character in "\\[]:":
        text = text.replace(character, "\\" + character)
    return text.replace("'", "'\\''")
