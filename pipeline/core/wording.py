"""How numbers, cells and tables are written in Markdown."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def markdown_table(rows: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> str:
    """A Markdown table of the named columns; numbers stand to the right, every text cell is escaped."""
    if not rows:
        return "*None.*"
    numeric = {name: any(_is_number(row[name]) for row in rows) for name in titles}
    lines = [
        "| " + " | ".join(cell(title) for title in titles.values()) + " |",
        "| " + " | ".join("---:" if numeric[name] else "---" for name in titles) + " |",
        *("| " + " | ".join(_shown(name, row[name]) for name in titles) + " |" for row in rows),
    ]
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


def cell(text: str) -> str:
    """Text from data as literal Markdown on one line."""
    return re.sub(r"([\\`*_{}\[\]<>|#!&])", r"\\\1", " ".join(str(text).split()))


def plain(markdown: str) -> str:
    """A line of our own Markdown as it would be read on a terminal."""
    return markdown.replace("**", "")


def one_line(text: str, most: int = 120) -> str:
    """Anybody's text as it can be printed: on one line, cut, and without what a terminal obeys."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)[:most]


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


def finalized(value: object) -> object:
    """What a template prints, unless it prints nothing: an expression that is missing is a mistake of the template."""
    if value is None:
        raise ValueError("a template prints a value that is not there")
    return value


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
