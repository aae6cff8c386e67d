#!/usr/bin/env python3
"""Checks lines of the protocol against Protocol/schema and "What a reader can rely on" in Protocol/README.md.

    check.py                   the conversations in Protocol/examples, both directions
    check.py --recorded DIR    the daemon's lines that tap.c kept in DIR; --complete requires every kind
"""
import argparse
import collections
import functools
import json
import pathlib
import re
import struct
import sys
import warnings
from typing import Any, Dict, Iterator, List, Optional, Tuple

import jsonschema
from jsonschema.exceptions import best_match

PROTOCOL = pathlib.Path(__file__).resolve().parents[3] / "Protocol"
LONGEST_LINE = 65536
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
HEAD = re.compile(r'\{"jsonrpc":"2\.0",(?:"method":"[a-z]+","params":|"id":(?:"(?:[^"\\]|\\.)*"|[^":]*),"(?:result|error)":)')
SCHEMAS = {path.name: json.loads(path.read_text()) for path in sorted((PROTOCOL / "schema").glob("*.schema.json"))}
FIELDS = SCHEMAS["stats.schema.json"]["properties"]
FIELD_ORDER = {name: position for position, name in enumerate(FIELDS)}

# The kinds that the system tests produce. An InternalError would be a defect; a KernelError needs resource
# exhaustion in the kernel.
KINDS = {
    "hello", "exit", "lost kernel", "lost queue", "closing", "get pid", "get tgid", "subscribe", "unsubscribe", "status",
    "describe", "ParseError", "InvalidRequest", "MethodNotFound", "InvalidParams", "PermissionDenied", "NoSuchTask",
    "LimitExceeded",
}


@functools.lru_cache(maxsize=None)
def validator(name: str) -> Any:
    """The validator of a schema, which finds other schemas by $id."""
    kind = jsonschema.Draft202012Validator
    schema = SCHEMAS[name]
    kind.check_schema(schema)
    try:
        import referencing
    except ImportError:  # jsonschema before 4.18
        store = {other["$id"]: other for other in SCHEMAS.values()}
        return kind(schema, resolver=jsonschema.RefResolver.from_schema(schema, store=store))
    resources = [(other["$id"], referencing.Resource.from_contents(other)) for other in SCHEMAS.values()]
    return kind(schema, registry=referencing.Registry().with_resources(resources))


def once(members: List[Tuple[str, Any]]) -> Dict[str, Any]:
    names = [name for name, _ in members]
    if len(set(names)) < len(names):
        raise ValueError("a name twice in an object")
    return dict(members)


def refuse_fraction(text: str) -> float:
    raise ValueError(f"{text} is no integer")


def read(text: str) -> Any:
    return json.loads(text, object_pairs_hook=once, parse_float=refuse_fraction, parse_constant=refuse_fraction)


def problem_by_schema(message: Any, schema: str) -> Optional[str]:
    error = best_match(validator(schema).iter_errors(message))
    return None if error is None else f"{error.json_path}: {error.message}"


def problem(line: str) -> Optional[str]:
    """The problem of a line of the daemon, given without its newline."""
    if len(line) >= LONGEST_LINE:
        return f"{len(line)} characters"
    if not (line.isascii() and line.isprintable()):
        return "not printable ASCII"
    if " " in STRING.sub('""', line):
        return "white space between its parts"
    if not HEAD.match(line):
        return "jsonrpc, then method and params, or id and result or error, is not how it begins"
    try:
        message = read(line)
    except ValueError as error:
        return str(error)
    return problem_by_schema(message, "daemon.schema.json") or problem_of_order(message) or problem_of_facts(message)


def problem_of_order(message: Any) -> Optional[str]:
    """Checks that `stats` comes after its key, with its fields in the order of the struct."""
    body = message.get("params", message.get("result"))
    if not isinstance(body, dict) or "stats" not in body:
        return None
    if list(body)[0] not in ("cpu", "pid", "tgid", "cgroup"):
        return f"{list(body)[0]} comes first"
    implausible = body.get("implausible", {})
    for name in ("stats", "tgid_stats"):
        for place, stats in (("", body.get(name, {})), ("implausible.", implausible.get(name, {}))):
            order = [FIELD_ORDER[member] for member in stats if member in FIELD_ORDER]
            if order != sorted(order):
                return f"{place}{name} is not in the order of struct taskstats"
        both = set(body.get(name, {})) & set(implausible.get(name, {}))
        if both:
            return f"{', '.join(sorted(both))}: both a fact and implausible"
    return None


def problem_of_facts(message: Any) -> Optional[str]:
    """Checks that `describe` agrees with the schema of stats."""
    result = message.get("result")
    if not isinstance(result, dict) or "methods" not in result:
        return None
    facts = {
        name: {
            "name": name, "type": "string" if is_text(schema) else "integer", "unit": schema["unit"],
            "since": schema["since"], "group": schema["group"], "in_tgid_stats": schema["in_tgid_stats"],
            "meaning": schema["description"],
        }
        for name, schema in FIELDS.items() if "unit" in schema
    }
    if [field["name"] for field in result["fields"]] != list(facts):
        return "describe names other fields than stats.schema.json"
    wrong = [field["name"] for field in result["fields"] if field != facts[field["name"]]]
    return f"describe and stats.schema.json differ about {', '.join(wrong)}" if wrong else None


def is_text(schema: Dict[str, Any]) -> bool:
    return SCHEMAS["types.schema.json"]["$defs"][schema["$ref"].rsplit("/", 1)[1]].get("type") == "string"


def kind_of(line: str) -> str:
    """The kind of a valid line."""
    message = json.loads(line)
    if "method" in message:
        where = message["params"].get("where")
        return f"lost {where}" if where else message["method"]
    if "error" in message:
        return message["error"]["data"]["name"]
    result = message["result"]
    for member, kind in (("pid", "get pid"), ("tgid", "get tgid"), ("cgroup", "get cgroup"), ("scope", "subscribe"),
                         ("connection", "status"), ("methods", "describe")):
        if member in result:
            return kind
    return "unsubscribe"


def slips(value: Any, path: str = "$") -> Iterator[Tuple[str, Any]]:
    """Copies of the value with one key misspelt or one value of another type, and the place of the change."""
    items = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for key, part in items:
        here = f"{path}.{key}" if isinstance(value, dict) else f"{path}[]"
        copy = dict(value) if isinstance(value, dict) else list(value)
        if isinstance(copy, dict):
            yield f"{here} misspelt", {name + "x" if name == key else name: other for name, other in copy.items()}
        copy[key] = [[]]
        yield f"{here} mistyped", dict(copy) if isinstance(copy, dict) else list(copy)
        for where, slipped in slips(part, here):
            copy[key] = slipped
            yield where, dict(copy) if isinstance(copy, dict) else list(copy)


def without_errno(message: Any) -> Iterator[Tuple[str, Any]]:
    """The error without its required errno."""
    data = message.get("error", {}).get("data", {})
    if "errno" in data:
        data = {key: value for key, value in data.items() if key != "errno"}
        yield f"errno of {data['name']} missing", {**message, "error": {**message["error"], "data": data}}


def check_slips(messages: List[Any]) -> List[str]:
    """Checks that the schemas reject misspelt keys and values of another type."""
    tried = set()
    unseen = []
    for message in messages:
        for where, slipped in list(slips(message)) + list(without_errno(message)):
            # The keys at one place are the same in all lines of one kind.
            label = f"{message.get('method', 'answer')}: {where}"
            if label in tried:
                continue
            tried.add(label)
            if not problem_by_schema(slipped, "daemon.schema.json"):
                unseen.append(f"satisfies the schema: {label}")
    print(f"schema: {len(tried)} keys misspelt or mistyped, {len(unseen)} of them undetected")
    return unseen


def check_examples() -> List[str]:
    problems: List[str] = []
    messages: List[Any] = []
    count = 0
    for path in sorted((PROTOCOL / "examples").glob("*.ndjson")):
        # A request that the daemon refuses for its content satisfies no schema.
        refused = set()
        lines = path.read_text().splitlines()
        for text in lines:
            example = json.loads(text)
            error = example["line"].get("error") if example["from"] == "daemon" else None
            if error and error["data"]["name"] in ("ParseError", "InvalidRequest", "MethodNotFound", "InvalidParams"):
                refused.add(example["line"]["id"])
        for number, text in enumerate(lines, 1):
            example = json.loads(text)
            count += 1
            if example["from"] == "daemon":
                found = problem(text[len('{"from":"daemon","line":'):-1])
                messages.append(example["line"])
            else:
                request = example.get("line", example.get("text"))
                is_refused = not isinstance(request, dict) or request.get("id") in refused
                found = problem_by_schema(request, "client.schema.json")
                if is_refused:
                    found = None if found else "is refused, but satisfies the schema"
            if found:
                problems.append(f"{path.name}:{number}: {found}")
    print(f"schema: {count} lines of examples, {len(problems)} wrong")
    return problems + check_slips(messages)


def recorded(directory: pathlib.Path) -> Iterator[Tuple[pathlib.Path, str]]:
    for path in sorted(directory.glob("*.ndjson")):
        with path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as lines:
            for line in lines:
                yield path, line.rstrip("\n") if line.endswith("\n") else line + " has no end"


def check_recorded(directory: pathlib.Path, complete: bool) -> List[str]:
    problems: List[str] = []
    kinds: Dict[str, int] = collections.Counter()
    for path, line in recorded(directory):
        found = problem(line)
        if found:
            problems.append(f"{path.name}: {found}\n    {line[:2000]}")
        else:
            kinds[kind_of(line)] += 1
    counts = list(directory.glob("*.count"))
    sent = sum(struct.unpack("=Q", path.read_bytes())[0] for path in counts)
    validated = sum(kinds.values()) + len(problems)
    print(f"schema: {sent:,} lines sent by {len(counts)} daemons; {validated:,} distinct lines (without digits) "
          f"validated, {len(problems)} wrong")
    print("schema: " + ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())))
    missing = KINDS - set(kinds)
    if not sent:
        problems.append("no line was recorded")
    elif complete and missing:
        problems.append(f"no test produced: {', '.join(sorted(missing))}")
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recorded", type=pathlib.Path, metavar="DIR")
    parser.add_argument("--complete", action="store_true")
    arguments = parser.parse_args()
    problems = check_recorded(arguments.recorded, arguments.complete) if arguments.recorded else check_examples()
    for text in problems[:20]:
        print(f"schema: {text}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    warnings.simplefilter("ignore", DeprecationWarning)
    sys.exit(main())
