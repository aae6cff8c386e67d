"""What the daemon must say of a line before it looks at what it asks for; Python's reader, made as strict as the protocol."""
import functools
import json
import re

LINE_LIMIT = 65_536
DEEPEST = 16
INTEGERS = range(-2**63, 2**63)
STRING = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)


class OutOfRange(Exception):
    """A number that the daemon cannot hold."""


def integer(text):
    # Not more digits than Python reads.
    if len(text) > 30 or (value := int(text)) not in INTEGERS:
        raise OutOfRange
    return value


def real(text):
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise OutOfRange
    return value


def constant(text):
    raise ValueError(text)


def members(pairs):
    found = dict(pairs)
    if len(found) < len(pairs) or any("\0" in name for name in found):
        raise ValueError("names")
    return found


read = json.JSONDecoder(
    parse_int=integer, parse_float=real, parse_constant=constant, object_pairs_hook=members).decode


def is_too_deep(line):
    depth = 0
    for bracket in re.findall(rb"[][{}]", STRING.sub(b"", line)):
        depth += 1 if bracket in b"[{" else -1
        if depth > DEEPEST:
            return True
    return False


def holds_surrogate(value):
    if isinstance(value, str):
        return any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, dict):
        return any(holds_surrogate(part) for item in value.items() for part in item)
    return isinstance(value, list) and any(map(holds_surrogate, value))


@functools.lru_cache(1 << 12)
def judge(line):
    """The error's names that a line may be answered with, () where that depends on what it asks for; and what was read."""
    if line.endswith(b"\r"):
        line = line[:-1]
    if len(line) > LINE_LIMIT:
        return ("InvalidRequest",), None
    if is_too_deep(line) or b"\0" in line:
        return ("ParseError",), None
    try:
        value = read(line.decode())
    except OutOfRange:
        # What stands behind the number was not read.
        return ("InvalidRequest", "ParseError"), None
    except ValueError:
        return ("ParseError", "InvalidRequest") if re.search(rb"\d{19}|\d[eE]\+?\d{2}", line) else ("ParseError",), None
    if holds_surrogate(value):
        return ("ParseError",), None
    return (), value
