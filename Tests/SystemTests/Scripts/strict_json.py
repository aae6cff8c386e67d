"""The result that a line must have before its contents are considered, using Python's parser with the protocol's rules."""
import functools
import json
import re

LINE_LIMIT = 8_192
DEEPEST = 16
MOST_KEYS = 64
MOST_COMMAS = 448
INTEGERS = range(-2**63, 2**63)
STRING = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)


class OutOfRange(Exception):
    """A number that the daemon cannot hold."""


def integer(text):
    # Not more digits than Python accepts.
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


def readable_ids(line):
    """Returns the possible ids of the answer to a line with a number out of range."""
    def number(text):
        return int(text) if len(text) <= 30 else None

    try:
        value = json.loads(line, parse_int=number, parse_float=lambda text: None, object_pairs_hook=members)
    except ValueError:
        # After the number the line is not JSON, which the daemon need not notice.
        return None
    found = value.get("id") if isinstance(value, dict) else None
    is_integer = isinstance(found, int) and not isinstance(found, bool) and abs(found) <= 2**53
    is_string = isinstance(found, str) and not holds_surrogate(found) and len(found.encode()) <= 128
    return (found,) if is_integer or is_string else (None,)


def excess(line):
    """Returns the error of a line that exceeds a structural limit, outside of strings; None for any other."""
    outline = STRING.sub(b"", line)
    depth = 0
    for character in outline:
        depth += (character in b"[{") - (character in b"]}")
        if depth > DEEPEST:
            return "ParseError"
    many = outline.count(b":") > MOST_KEYS or outline.count(b",") > MOST_COMMAS
    return "InvalidRequest" if many else None


def holds_surrogate(value):
    if isinstance(value, str):
        return any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, dict):
        return any(holds_surrogate(part) for item in value.items() for part in item)
    return isinstance(value, list) and any(map(holds_surrogate, value))


@functools.lru_cache(1 << 12)
def judge(line):
    """The error's names that a line may be answered with, () where that depends on what it asks for; and what was read.

    With names, what was read is the ids that the answer may have; None for any.
    """
    if line.endswith(b"\r"):
        line = line[:-1]
    if len(line) > LINE_LIMIT:
        return ("InvalidRequest",), (None,)
    error = excess(line)
    if b"\0" in line:
        # Whichever comes first.
        return ("ParseError", error or "ParseError"), (None,)
    if error:
        return (error,), (None,)
    try:
        value = read(line.decode())
    except OutOfRange:
        # The text after the number was not parsed.
        return ("InvalidRequest", "ParseError"), readable_ids(line)
    except ValueError:
        if re.search(rb"\d{19}|\d[eE]\+?\d{2}", line):
            return ("ParseError", "InvalidRequest"), None
        return ("ParseError",), (None,)
    if holds_surrogate(value):
        return ("ParseError",), (None,)
    return (), value
