"""Completions for bash: the same script for any command, and a table of words."""

import mark
from commands import Command

SCRIPT = r"""# @MARK@
# bash completion of @NAME@.

# Prints the options of a command, and the kind of its argument or of the value of an option.
_@NAME@_table() {
    case $1 in
@OPTIONS@
    esac
    case $1$2 in
@VALUES@
    esac
}

_@NAME@() {
    local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} key= command= index
    local options= argument= kind= words=
    # To bash, the part after a "=" is a separate word.
    if [[ $current == = ]]; then
        key=$option option=${COMP_WORDS[COMP_CWORD - 2]} current=
    elif [[ $option == = ]]; then
        key=${COMP_WORDS[COMP_CWORD - 2]} option=${COMP_WORDS[COMP_CWORD - 3]}
    fi
    if [[ $key == --* ]]; then option=$key key=; fi
    for ((index = 1; index < COMP_CWORD; index++)); do
        if [[ ${COMP_WORDS[index]} == -- ]]; then
            if declare -F _command_offset >/dev/null; then
                _command_offset $((index + 1))
            else
                mapfile -t COMPREPLY < <(compgen -c -- "$current")
            fi
            return
        fi
        if [[ -n $command ]]; then continue; fi
        case ${COMP_WORDS[index]} in
        @WITHVALUE@)
            index=$((index + 1))
            if [[ ${COMP_WORDS[index]} == = ]]; then index=$((index + 1)); fi ;;
        -*) ;;
        *) command=${COMP_WORDS[index]} ;;
        esac
    done
    _@NAME@_table "$command" "$option"
    if [[ -z $kind ]]; then
        if [[ $current == -* ]]; then kind=words words=$options; else kind=$argument words=${words:-@COMMANDS@}; fi
    fi
    case $kind in
    file | directory)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen "-${kind:0:1}" -- "$current") ;;
    list)
        compopt -o nospace
        mapfile -t COMPREPLY < <(compgen -P "${current%"${current##*,}"}" -W "$words" -- "${current##*,}") ;;
    words)
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "${key:+$key=}$current")
        if [[ ${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
        if [[ -n $key ]]; then COMPREPLY=("${COMPREPLY[@]#"$key="}"); fi ;;
    esac
}

complete -F _@NAME@ @NAME@
"""


def text(command: Command) -> str:
    options = [f"    '') options='{names(command)}' argument=words ;;"]
    values: dict[tuple[str, str], list[str]] = {}
    for argument in command.options:
        if argument.value is not None:
            values.setdefault((argument.kind or "none", ""), []).extend(argument.names)
    for each in command.subcommands:
        kinds = [positional.kind for positional in each.positionals if positional.kind in ("file", "directory")]
        options.append(f"    {each.name}) options='{names(each)}' argument={kinds[0] if kinds else 'none'} ;;")
        for argument in each.options:
            if argument.value is not None:
                key = (argument.kind or "none", " ".join(argument.words))
                values.setdefault(key, []).extend(each.name + name for name in argument.names)
    rows = [
        f"    {' | '.join(keys)}) kind={kind}" + (f" words='{words}'" if words else "") + " ;;"
        for (kind, words), keys in values.items()
    ]
    return (
        SCRIPT.replace("@MARK@", mark.text(f"{command.name} --help")).replace("@NAME@", command.name)
        .replace("@OPTIONS@", "\n".join(options))
        .replace("@WITHVALUE@", " | ".join(name for each in command.options if each.value for name in each.names))
        .replace("@VALUES@", "\n".join(rows)).replace("@COMMANDS@", " ".join(each.name for each in command.subcommands)))


def names(command: Command) -> str:
    return " ".join(name for argument in command.options for name in argument.names if name.startswith("--"))
