"""Protocol/README.md as a man page: headings, paragraphs, lists, tables and code blocks."""

import re

import mark
import mdoc


def page(text: str, template: str, source: str) -> str:
    head, _, body = text.partition("\n## ")
    lines = convert(head.splitlines()[1:]) + convert(("## " + body).splitlines())
    comment = mdoc.comment(mark.text(f"{source} and Protocol/README.md"))
    return "\n".join([comment, template.replace("@PROTOCOL@\n", "\n".join(lines) + "\n")])


def convert(source: list[str]) -> list[str]:
    out: list[str] = []
    index = 0
    while index < len(source):
        line = source[index]
        end = index + 1
        if line.startswith("```"):
            end = source.index("```", index + 1) + 1
            out += mdoc.display([cut for each in source[index + 1 : end - 1] for cut in wrapped(each)])
        elif line.startswith("#"):
            title = inline(line.lstrip("# "))
            # By convention, ERRORS in a man page lists errors of system calls.
            title = "Protocol errors" if title == "Errors" and line.startswith("## ") else title
            out.append(f".Sh {title.upper()}" if line.startswith("## ") else f".Ss {title}")
        elif line.startswith("|"):
            while end < len(source) and source[end].startswith("|"):
                end += 1
            out += table(source[index:end])
        elif line.startswith("- "):
            while end < len(source) and source[end].strip() and source[end].startswith(("- ", "  ")):
                end += 1
            out += [".Bl -bullet", *bullets(source[index:end]), ".El"]
        elif line.strip():
            while end < len(source) and source[end].strip() and not source[end].startswith(("```", "|", "- ", "#")):
                end += 1
            out += ([] if out and out[-1].startswith((".Sh", ".Ss")) or not out else [".Pp"]) + prose(source[index:end])
        index = end
    return out


def wrapped(line: str, width: int = 78) -> list[str]:
    """A line of JSON, wrapped after commas."""
    pieces = []
    while len(line) > width and line.startswith("{"):
        cut = line.rfind(",", 0, width) + 1 or width
        pieces.append(line[:cut])
        line = " " * 2 + line[cut:]
        if len(line) <= width or "," not in line[2:width]:
            break
    return pieces + [line]


def bullets(source: list[str]) -> list[str]:
    out: list[str] = []
    item: list[str] = []
    for line in source + ["- "]:
        if line.startswith("- "):
            if item:
                out += [".It", *prose(item)]
            item = [line[2:]]
        else:
            item.append(line.strip())
    return out


def table(source: list[str]) -> list[str]:
    """The first cell is the term; the others are labelled with their headings."""
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))] for line in source]
    titles, rows = rows[0], rows[2:]
    out = [".Bl -tag -width Ds"]
    for row in rows:
        term, *rest = row
        cells = [
            f"{title.capitalize()}: {cell}" if title and len(rest) > 1 else cell for title, cell in zip(titles[1:], rest) if cell]
        out.append(f".It {inline(term)}")
        for cell in cells:
            out += prose([cell.rstrip(".") + "."])
    return out + [".El"]


def prose(lines: list[str]) -> list[str]:
    return mdoc.sentences(plain(" ".join(lines)))


def inline(text: str) -> str:
    return mdoc.escaped(plain(text))


def plain(text: str) -> str:
    """Text without the markup of links, code and emphasis."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return text.replace("**", "").replace("`", "")
