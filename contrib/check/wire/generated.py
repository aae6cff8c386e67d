#!/usr/bin/env python3
"""Checks the conversations in Protocol/examples against Protocol/generated alone.

The bundle must work in a validator that can fetch nothing. The methods of OpenRPC and the notifications of AsyncAPI
must be those of the protocol, and each must accept the lines of its kind and detect errors in them.
"""
import json
import pathlib
import sys
import warnings
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

import jsonschema

import check

GENERATED = check.PROTOCOL / "generated"
BRANCHES = ("oneOf", "anyOf", "allOf")
REFUSED = ("ParseError", "InvalidRequest", "MethodNotFound", "InvalidParams")
Problem = Optional[str]


def load(name: str) -> Any:
    return json.loads((GENERATED / name).read_text())


def first(validator: Any, value: Any) -> Problem:
    error = check.best_match(validator.iter_errors(value))
    return None if error is None else f"{error.json_path}: {error.message}"


def untitled(schema: Any, path: str = "$") -> Iterator[str]:
    """Definitions and branches without a title. A pure reference has the title of its target."""
    if isinstance(schema, list):
        for index, part in enumerate(schema):
            yield from untitled(part, f"{path}[{index}]")
    elif isinstance(schema, dict):
        for key, part in schema.items():
            here = f"{path}.{key}"
            named = part.items() if key == "$defs" else enumerate(part) if key in BRANCHES else ()
            for name, branch in named:
                if "title" not in branch and set(branch) != {"$ref"}:
                    yield f"{here}[{name}]"
            yield from untitled(part, here)


class Description:
    """A document of OpenRPC or AsyncAPI, with schemas in JSON Schema draft 7."""

    def __init__(self, name: str) -> None:
        self.document = load(name)
        self.unknown = [reference for reference in self.references(self.document) if self.resolve(reference) is None]

    def references(self, value: Any) -> Iterator[str]:
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        if isinstance(value, dict) and isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for part in parts:
            yield from self.references(part)

    def resolve(self, reference: str) -> Any:
        value = self.document
        for step in reference.split("/")[1:]:
            value = value.get(step) if isinstance(value, dict) else None
        return value if reference.startswith("#/") else None

    def validator(self, schema: Any) -> Any:
        jsonschema.Draft7Validator.check_schema(schema)
        return jsonschema.Draft7Validator({"components": self.document["components"], "allOf": [schema]})


class Methods(Description):
    def __init__(self) -> None:
        super().__init__("openrpc.json")
        self.methods = {method["name"]: method for method in self.document["methods"]}
        self.params = {
            name: {param["name"]: self.validator(param["schema"]) for param in method["params"]}
            for name, method in self.methods.items()
        }
        self.results = {
            name: self.validator(method["result"]["schema"]) for name, method in self.methods.items()
        }

    def problem_of_request(self, request: Any) -> Problem:
        if not isinstance(request, dict) or request.get("method") not in self.methods:
            return "no such method"
        name, params = request["method"], request.get("params", {})
        missing = [param["name"] for param in self.methods[name]["params"] if param["required"] and param["name"] not in params]
        unknown = [param for param in params if param not in self.params[name]]
        if missing or unknown:
            return f"missing {missing}, unknown {unknown}"
        problems = (first(self.params[name][param], value) for param, value in params.items())
        return next((problem for problem in problems if problem), None)

    def problem_of_answer(self, method: str, answer: Any) -> Problem:
        if "result" in answer:
            return first(self.results[method], answer["result"])
        codes = [self.resolve(error["$ref"])["code"] for error in self.methods[method]["errors"]]
        return None if answer["error"]["code"] in codes else f"no error {answer['error']['code']}"


class Notifications(Description):
    def __init__(self) -> None:
        super().__init__("asyncapi.json")
        references = self.document["operations"]["notify"]["messages"]
        messages = [self.resolve(self.resolve(reference["$ref"])["$ref"]) for reference in references]
        self.payloads = {message["name"]: self.validator(message["payload"]) for message in messages}

    def problem(self, line: Any) -> Problem:
        """Checks that each notification matches its own message and no other."""
        fitting = [name for name, payload in self.payloads.items() if first(payload, line) is None]
        return None if fitting == [line.get("method")] else f"{line.get('method')} is {fitting}"


def conversations() -> Iterator[Tuple[str, List[Tuple[str, Any]]]]:
    for path in sorted((check.PROTOCOL / "examples").glob("*.ndjson")):
        examples = [json.loads(text) for text in path.read_text().splitlines()]
        yield path.name, [(example["from"], example.get("line", example.get("text"))) for example in examples]


def unnoticed(line: Any, problem: Callable[[Any], Problem], path: str) -> List[str]:
    return [f"{path}: not noticed: {where}" for where, slipped in check.slips(line) if problem(slipped) is None]


def main() -> int:
    bundle, methods, notifications = load("bundle.schema.json"), Methods(), Notifications()
    jsonschema.Draft202012Validator.check_schema(bundle)
    lines = jsonschema.Draft202012Validator(bundle)
    problems = [f"no title: {place}" for place in untitled(bundle)]
    problems += [f"no such definition: {name}" for name in methods.unknown + notifications.unknown]
    count = 0
    for name, conversation in conversations():
        # A request that the daemon refuses for its content matches no description.
        errors = {line["id"]: line["error"]["data"]["name"] for who, line in conversation if who == "daemon" and "error" in line}
        asked: Dict[Any, str] = {}
        for who, line in conversation:
            count += 1
            if who == "client":
                identifier = line.get("id") if isinstance(line, dict) else None
                is_refused = errors.get(identifier) in REFUSED or identifier is None
                asked[identifier] = line.get("method") if isinstance(line, dict) else None
                found = [first(lines, line), methods.problem_of_request(line)]
                if is_refused:
                    found = [None if any(found) else "is refused, but satisfies the bundle and OpenRPC"]
            elif "method" in line:
                found = [first(lines, line), notifications.problem(line)]
                found += unnoticed(line, notifications.problem, name)
            else:
                method = asked.get(line["id"])
                found = [first(lines, line)]
                if method in methods.methods:
                    found.append(methods.problem_of_answer(method, line))
                if method in methods.methods and "result" in line:
                    found += unnoticed(line["result"], lambda result: first(methods.results[method], result), name)
                if "result" in line and "methods" in line["result"]:
                    if line["result"]["methods"] != list(methods.methods):
                        found.append("OpenRPC has other methods than describe")
                    if line["result"]["notifications"] != list(notifications.payloads):
                        found.append("AsyncAPI has other notifications than describe")
            problems += [f"{name}: {problem}" for problem in found if problem]
    print(f"generated: {count} lines of examples checked against the three documents, {len(problems)} problems")
    for problem in problems[:20]:
        print(f"generated: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    warnings.simplefilter("ignore", DeprecationWarning)
    sys.exit(main())
