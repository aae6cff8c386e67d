"""Text in mdoc syntax."""

ESCAPES = {"\\": "\\e", "~": "\\(ti", "^": "\\(ha", "`": "\\(ga"}


def comment(text: str) -> str:
    return f'.\\" {text}'


def escaped(text: str) -> str:
    """Running text, with everything escaped that mdoc would interpret."""
    text = "".join(ESCAPES.get(character, character) for character in text)
    words = [word.replace("-", "\\-") if word.lstrip("(\"'").startswith("-") else word for word in text.split(" ")]
    return guarded(" ".join(words))


def literal(text: str) -> str:
    """A line that can be copied: hyphens and quotes are ASCII."""
    text = "".join(ESCAPES.get(character, character) for character in text)
    return guarded(text.replace("-", "\\-").replace("'", "\\(aq"))


def guarded(line: str) -> str:
    return "\\&" + line if line[:1] in (".", "'") else line


def display(lines: list[str]) -> list[str]:
    return [".Bd -literal -offset indent", *(literal(line) for line in lines), ".Ed"]


def sentences(text: str) -> list[str]:
    """A paragraph with one sentence per line, as mdoc requires."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        line = f"{line} {word}".strip()
        if word.rstrip(")\"").endswith((".", "!", "?")) and not word.endswith(("e.g.", "...")) or len(line) > 100:
            lines.append(escaped(line))
            line = ""
    return lines + ([escaped(line)] if line else [])
