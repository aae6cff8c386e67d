"""The man page of a command: a template with the options and subcommands from the help of the command."""

import re

import mark
import mdoc
from commands import Argument, Command


def page(command: Command, template: str, source: str) -> str:
    parts = {
        "@OPTIONS@": options(command.arguments),
        "@COMMANDS@": [line for each in command.subcommands for line in section(each)],
        "@SYNOPSIS@": [line for each in command.subcommands for line in synopsis(command, each)],
    }
    lines = [mdoc.comment(mark.text(f"{source} and {command.name} --help"))]
    for line in template.splitlines():
        lines += parts.get(line, [line])
    return "\n".join(lines) + "\n"


def synopsis(command: Command, each: Command) -> list[str]:
    lines = [f".Nm {command.name}", f".Cm {each.name}", ".Op Ar options"]
    for argument in each.positionals:
        lines.append(f".Fl - Ar {argument.value} ..." if argument.kind == "command" else f".Ar {argument.value}")
    return lines


def section(command: Command) -> list[str]:
    lines = [f".Ss {command.name}", *mdoc.sentences(command.abstract)]
    examples: list[str] = []
    for kind, text in blocks(command.discussion):
        if kind == "text" and text[0].rstrip().lower() == "examples:":
            examples = [".Pp", "Examples:"]
        elif kind == "display":
            (examples if examples else lines).extend(mdoc.display(text))
        else:
            lines += [".Pp", *mdoc.sentences(" ".join(text))]
    return lines + options(own(command.arguments)) + examples


def own(arguments: list[Argument]) -> list[Argument]:
    """The options without the common ones, which the page describes once."""
    common = {"--socket", "--debug", "--version", "--help"}
    return [argument for argument in arguments if not common & set(argument.names)]


def options(arguments: list[Argument]) -> list[str]:
    if not arguments:
        return []
    lines = [".Bl -tag -width Ds"]
    for argument in arguments:
        value = f" Ar {spaced(argument.value)}" if argument.value is not None else ""
        if argument.names:
            tags = " , ".join(f"Fl {name[1:]}".replace("Fl -", "Fl \\-") for name in argument.names)
            lines.append(f".It {tags}{value}")
        else:
            lines.append(f".It{value}")
        lines += mdoc.sentences(argument.abstract)
        if argument.default not in (None, "", "false"):
            lines.append(mdoc.escaped(f"The default is {argument.default}."))
        if argument.words and argument.kind == "words" and len(argument.words) <= 10:
            lines.append(mdoc.escaped(f"One of: {', '.join(argument.words)}."))
    return lines + [".El"]


def spaced(text: str) -> str:
    """The name of a value as a macro argument, with mdoc punctuation escaped."""
    return '"' + text.replace("|", "\\*(Ba") + '"' if "|" in text else text


def blocks(text: str) -> list[tuple[str, list[str]]]:
    """Paragraphs and indented lines, in order."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if not line.strip():
            found.append(("", []))
            continue
        kind = "display" if re.match(r"\s{2,}", line) else "text"
        if not found or found[-1][0] != kind:
            found.append((kind, []))
        found[-1][1].append(line[2:] if kind == "display" else line)
    return [block for block in found if block[0]]
