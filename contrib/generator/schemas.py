"""Generates the bundle of Protocol/schema and the descriptions in OpenRPC and AsyncAPI."""
from __future__ import annotations

import copy
import json
import pathlib
import re
from typing import Any, Dict, Iterator

import mark

Schemas = Dict[str, Any]

MARK = mark.text("Protocol/schema")
SUFFIX = ".schema.json"
SOCKET = "/run/taskstats.sock"


def read(directory: pathlib.Path) -> Schemas:
    """All schemas by name: "exit" is exit.schema.json."""
    return {path.name[:-len(SUFFIX)]: json.loads(path.read_text()) for path in sorted(directory.glob(f"*{SUFFIX}"))}


def text(document: Any) -> str:
    """The document, with its first key, the mark, on the first line."""
    return json.dumps(document, indent=2, ensure_ascii=False).replace("{\n  ", "{", 1) + "\n"


def bundle(schemas: Schemas) -> str:
    """A compound document that embeds each schema with its own $id, so that all references are internal."""
    base = schemas["daemon"]["$id"].rsplit("/", 1)[0]
    return text({
        "$comment": MARK,
        "$schema": schemas["daemon"]["$schema"],
        "$id": f"{base}/bundle{SUFFIX}",
        "title": "A line of the taskstatsd protocol",
        "oneOf": [{"$ref": f"client{SUFFIX}"}, {"$ref": f"daemon{SUFFIX}"}],
        "$defs": schemas,
    })


class Components:
    """The definitions of all schemas in one object, in JSON Schema draft 7, for OpenRPC and AsyncAPI."""

    def __init__(self, schemas: Schemas) -> None:
        self.root = "#/components/schemas/"
        self.schemas: Dict[str, Any] = {}
        for file, schema in schemas.items():
            whole = {key: value for key, value in schema.items() if key not in ("$schema", "$id", "$comment", "$defs")}
            if set(whole) != {"title"}:
                self.schemas[file] = self.convert(whole, file)
            for name, definition in schema.get("$defs", {}).items():
                self.schemas[self.name(file, name)] = self.convert(definition, file)

    def name(self, file: str, definition: str) -> str:
        return f"{file}_{definition}"

    def reference(self, file: str, definition: str) -> Dict[str, str]:
        name = self.name(file, definition)
        if name not in self.schemas:
            raise KeyError(name)
        return {"$ref": self.root + name}

    def convert(self, schema: Any, file: str) -> Any:
        """The same schema in draft 7, where $ref has no siblings and two keywords have older names."""
        if isinstance(schema, list):
            return [self.convert(part, file) for part in schema]
        if not isinstance(schema, dict):
            return schema
        result: Dict[str, Any] = {}
        for key, value in schema.items():
            if key == "$ref":
                result[key] = self.target(value, file)
            elif key in ("dependentRequired", "dependentSchemas"):
                result.setdefault("dependencies", {}).update(self.convert(value, file))
            elif key in ("const", "enum", "required", "default"):
                result[key] = value
            else:
                result[key] = self.convert(value, file)
        if "$ref" in result and len(result) > 1:
            reference = {"$ref": result.pop("$ref")}
            result["allOf"] = [reference] + result.get("allOf", [])
        return result

    def target(self, reference: str, file: str) -> str:
        match = re.fullmatch(r"(?:([a-z]+)\.schema\.json)?(?:#(?:/\$defs/([a-z0-9_]+))?)?", reference)
        if match is None:
            raise ValueError(reference)
        name = match[1] or file
        return self.root + (self.name(name, match[2]) if match[2] else name)

    def used_by(self, document: Any) -> Dict[str, Any]:
        """The definitions that a document uses, sorted by name."""
        needed: Dict[str, Any] = {}
        todo = list(references(document))
        while todo:
            reference = todo.pop()
            name = reference[len(self.root):]
            if reference.startswith(self.root) and name not in needed:
                needed[name] = self.schemas[name]
                todo += references(self.schemas[name])
        return dict(sorted(needed.items()))


def references(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for part in value:
            yield from references(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            if key == "$ref" and isinstance(part, str):
                yield part
            else:
                yield from references(part)


def summary(schemas: Schemas, name: str) -> str:
    """The part of a title after the name, as in "get: statistics of ..."."""
    words = schemas[name]["title"].split(": ", 1)[1]
    return words[0].upper() + words[1:] + "."


def methods(schemas: Schemas) -> list[str]:
    return schemas["client"]["properties"]["method"]["enum"]


def version(schemas: Schemas) -> str:
    return schemas["hello"]["$defs"]["params"]["properties"]["protocol"]["const"]


def info(schemas: Schemas, parts: str) -> Dict[str, Any]:
    return {
        "title": f"taskstatsd: {parts}",
        "version": version(schemas),
        "description": "Protocol/README.md is the specification.",
    }


def openrpc(schemas: Schemas) -> str:
    """The methods. There is no URL scheme for Unix sockets, so the server URL holds the path."""
    components = Components(schemas)
    errors = {
        branch["title"]: {
            "code": branch["properties"]["code"]["const"],
            "message": branch["title"],
        } for branch in schemas["error"]["$defs"]["error"]["oneOf"]
    }
    document: Dict[str, Any] = {
        "x-comment": MARK,
        "openrpc": "1.3.2",
        "info": info(schemas, "methods"),
        "servers": [{"name": "taskstatsd", "url": f"unix:{SOCKET}"}],
        "methods": [method(schemas, components, name, errors) for name in methods(schemas)],
    }
    needed = components.used_by([document, components.reference("error", "data")])
    document["components"] = {"schemas": needed, "errors": errors}
    return text(document)


def method(schemas: Schemas, components: Components, name: str, errors: Dict[str, Any]) -> Dict[str, Any]:
    params = schemas[name]["$defs"].get("params", {"properties": {}})
    return {
        "name": name,
        "summary": summary(schemas, name),
        "paramStructure": "by-name",
        "params": [
            {"name": param, "required": param in params.get("required", []), "schema": components.convert(schema, name)}
            for param, schema in params["properties"].items()
        ],
        "result": {"name": "result", "schema": components.reference(name, "result")},
        "errors": [{"$ref": f"#/components/errors/{error}"} for error in errors],
    }


def asyncapi(schemas: Schemas) -> str:
    """The notifications, which the daemon sends on every connection."""
    components = Components(schemas)
    names = [
        branch["$ref"][:-len(SUFFIX)] for branch in schemas["daemon"]["oneOf"]
        if "method" in schemas[branch["$ref"][:-len(SUFFIX)]]["properties"]
    ]
    messages = {
        name: {
            "name": name,
            "summary": summary(schemas, name),
            "contentType": "application/json",
            "payload": {"$ref": components.root + name},
        } for name in names
    }
    document: Dict[str, Any] = {
        "x-comment": MARK,
        "asyncapi": "3.0.0",
        "info": info(schemas, "notifications"),
        "defaultContentType": "application/json",
        "servers": {
            "taskstatsd": {
                "host": "localhost",
                "pathname": SOCKET,
                "protocol": "unix",
                "description": "A stream socket of the family AF_UNIX. Each message is one line.",
            },
        },
        "channels": {
            "connection": {
                "address": None,
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
            },
        },
        "operations": {
            "notify": {
                "action": "send",
                "channel": {"$ref": "#/channels/connection"},
                "messages": [{"$ref": f"#/channels/connection/messages/{name}"} for name in names],
            },
        },
    }
    needed = components.used_by([message["payload"] for message in messages.values()])
    document["components"] = {"messages": messages, "schemas": needed}
    return text(document)


def texts(schemas: Schemas) -> Dict[str, str]:
    """The files of Protocol/generated."""
    schemas = copy.deepcopy(schemas)
    return {
        f"bundle{SUFFIX}": bundle(schemas),
        "openrpc.json": openrpc(schemas),
        "asyncapi.json": asyncapi(schemas),
    }
