"""How numbers, cells and tables are written in Markdown, and anybody's text so that it stays a text."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

# A definition or a path fits; a name of 100,000 characters is cut, and stands whole in the tables.
LONGEST_CELL = 400
# The committed report has no table of half as many; all rows are in the tables.
MOST_ROWS = 250
# What Markdown obeys within a line, on GitHub too: `$` begins a formula, `://` and `www.` make a link of an address.
# An underscore between letters means nothing.
MARKUP = re.compile(r"[\\`*{}\[\]<>|#!&$~]|(?<![^\W_])_+|_+(?![^\W_])|:(?=//)|(?<=\bwww)\.", re.IGNORECASE)
# And what it obeys at the beginning of one: a list, numbered or not, and the line below a heading.
OPENING = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[-+=](?:[-=\s]|$)))")


class Text(str):
    """A text from data. A template that prints it as it is prints it escaped."""

    __slots__ = ()


def markdown_table(rows: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> str:
    """A Markdown table of the named columns; numbers stand to the right, every text cell is escaped."""
    if not rows:
        return "*None.*"
    numeric = {name: any(_is_number(row[name]) for row in rows) for name in titles}
    lines = [
        "| " + " | ".join(cell(title) for title in titles.values()) + " |",
        "| " + " | ".join("---:" if numeric[name] else "---" for name in titles) + " |",
        *("| " + " | ".join(_shown(name, row[name]) for name in titles) + " |" for row in rows[:MOST_ROWS]),
    ]
    if len(rows) > MOST_ROWS:
        lines += ["", f"*The first {MOST_ROWS} of {thousands(len(rows))} rows.*"]
    return "\n".join(lines)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(name: str, value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124 - NaN is the only value that differs from itself
        return ""
    if isinstance(value, bool):
        return "yes" if value else "**no**"
    if isinstance(value, int):
        return thousands(value)
    if isinstance(value, float):
        return percent(value) if "share" in name else number(value, 6 if name in ("published", "reproduced") else 4)
    return cell(str(value))


def cell(text: object) -> str:
    """Anybody's text as literal Markdown, in prose as in a cell: one line, cut, nothing in it obeyed."""
    # Cut first: what is thrown away need not be looked at.
    cut = " ".join(shortened(str(text), 2 * LONGEST_CELL).split())
    shown = shortened(visible(cut), LONGEST_CELL)
    escaped = MARKUP.sub(lambda found: "".join(f"\\{sign}" for sign in found.group()), shown)
    return OPENING.sub(r"\1\\", escaped)


def plain(markdown: str) -> str:
    """A line of our own Markdown as it would be read on a terminal."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown.replace("**", ""))


def one_line(text: str, most: int = 120) -> str:
    """Anybody's text as it can be printed: on one line, cut, and without what a terminal obeys."""
    return visible(text[:most])[:most]


def visible(text: str) -> str:
    """A text with a code in the place of what is not seen: control characters, and marks that turn the direction."""
    return text if text.isprintable() else "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def shortened(text: str, most: int) -> str:
    """A text of at most `most` characters: a longer one loses its middle."""
    end = most // 4
    return text if len(text) <= most else f"{text[: most - end - 1]}…{text[len(text) - end :]}"


def listed(names: Sequence[str], most: int = 5) -> str:
    """The first of anybody's names on one line, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(one_line(name) for name in names[:most]) + more


def thousands(value: float | None) -> str:
    """A count with its thousands apart."""
    return "none" if value is None else f"{value:,.0f}"


def counted(number: float, one: str, many: str = "") -> str:
    """A count with its words in the right number: `1 curve`, `2 curves`; `1 falls`, `2 fall` with both given."""
    return f"{thousands(number)} {plural(number, one, many)}"


def plural(number: float, one: str, many: str = "") -> str:
    """The words for one, or those for any other number."""
    return one if number == 1 else many or f"{one}s"


def percent(share: float | None) -> str:
    """A share in per cent with one decimal; `none` where there is nothing to share."""
    return "none" if share is None else f"{100 * share:.1f} %"


def points(share: float) -> str:
    """A difference of shares in percentage points."""
    return f"{100 * share:.1f}"


def number(value: float | None, digits: int = 4) -> str:
    """At most `digits` significant digits, without an exponent where it can be helped."""
    if value is None:
        return ""
    if value in (float("inf"), float("-inf")):
        return "∞" if value > 0 else "−∞"
    return f"{value:,.{digits}g}" if abs(value) < 10**digits else f"{value:,.0f}"


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.lower()))


def from_data(value: object) -> object:
    """A value of the database for templates, which print no text of it unescaped."""
    if isinstance(value, list):
        return [from_data(each) for each in value]
    return Text(value) if isinstance(value, str) else value


def finalized(value: object) -> object:
    """What a template prints: a text from data is escaped; nothing at all is a mistake of the template."""
    if value is None:
        raise ValueError("a template prints a value that is not there")
    return cell(value) if isinstance(value, Text) else value


FILTERS: dict[str, Callable[..., Any]] = {
    "n": thousands,
    "counted": counted,
    "plural": plural,
    "pct": percent,
    "points": points,
    "num": number,
    "cell": cell,
    "slug": slug,
}
