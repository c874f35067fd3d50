"""A figure of ours as part of a page: an SVG file -> markup that needs no style attribute and follows dark mode."""

import colorsys
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple

from pipeline.core.errors import PipelineError

# What matplotlib draws with. A figure's texts come from data, but its tags never do.
TAGS = ("svg", "g", "path", "use", "text", "tspan", "defs", "clipPath", "rect", "image")
DROPPED = ("metadata", "style", "title")
ATTRIBUTES = (
    *("d", "x", "y", "width", "height", "transform", "clip-path", "fill", "fill-opacity", "stroke", "stroke-width"),
    *("stroke-opacity", "stroke-linecap", "stroke-linejoin", "stroke-dasharray", "stroke-dashoffset", "opacity"),
    *("font-size", "font-weight", "font-style", "text-anchor", "href"),
)
COLOUR = re.compile(r"#[0-9a-f]{6}")
# The colours of the page and of figures on a dark page; others get theirs by rule.
DARK_TWINS = {
    "#ffffff": "#10151d",
    "#1e293b": "#dbe2ea",
    "#94a3b8": "#7f8da3",
    "#e2e8f0": "#2b3442",
    "#c2410c": "#fb923c",
    "#1d4ed8": "#7aa5fb",
}


class Inlined(NamedTuple):
    """The markup of a figure, and the colours that it needs rules for."""

    markup: str
    colours: frozenset[str]


def inline(path: Path, description: str, prefix: str) -> Inlined:
    """A figure as one element of a page.

    Args:
        path: the SVG file.
        description: what a reader who cannot see it is told.
        prefix: what its ids begin with, its own on the page.

    Raises:
        PipelineError: the file is not an SVG that this project could have drawn.
    """
    figure = _Figure(path, prefix)
    width, height = _size(figure.root, path)
    body = "".join(figure.children(figure.root))
    markup = (
        f'<svg role="img" aria-label="{escape(description)}" viewBox="0 0 {width} {height}" width="{width}pt" '
        f'height="{height}pt" stroke-linejoin="round">{body}</svg>'
    )
    return Inlined(markup, frozenset(figure.colours))


def colour_rules(colours: Iterable[str]) -> str:
    """The style of figures' colours, on light pages as drawn and on dark ones as their twins."""
    return "".join(
        f".{kind[0]}-{colour[1:]}{{{kind}:light-dark({colour},{dark_twin(colour)})}}\n"
        for colour in sorted(colours)
        for kind in ("fill", "stroke")
    )


def dark_twin(colour: str) -> str:
    """A colour for dark pages: greys turned round, others as they are but never dark."""
    if colour in DARK_TWINS:
        return DARK_TWINS[colour]
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    lightness = 0.92 - 0.8 * lightness if saturation < 0.35 else max(lightness, 0.62)
    return "#" + "".join(f"{round(255 * part):02x}" for part in colorsys.hls_to_rgb(hue, lightness, saturation))


def _size(root: ET.Element, path: Path) -> tuple[str, str]:
    found = re.fullmatch(r"0 0 ([\d.]+) ([\d.]+)", root.get("viewBox", ""))
    if not found:
        raise _refused(path, "has no viewBox that begins at 0 0")
    return found.group(1), found.group(2)


def _refused(path: Path, reason: str) -> PipelineError:
    return PipelineError(
        f"{path}: {reason}, so it was not drawn here. Next: run `make report` again, which draws it anew."
    )


class _Figure:
    """An SVG file while it is written into a page."""

    def __init__(self, path: Path, prefix: str) -> None:
        self.path = path
        self.colours: set[str] = set()
        try:
            self.root = ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314 - drawn by this run
        except (OSError, ValueError, ET.ParseError) as error:
            raise _refused(path, f"cannot be read ({error})") from error
        used = re.findall(r"#([\w-]+)", " ".join(value for each in self.root.iter() for value in _references(each)))
        self.ids = {name: f"{prefix}-{place}" for place, name in enumerate(dict.fromkeys(used))}

    def children(self, parent: ET.Element) -> Iterator[str]:
        """The markup of all that an element holds."""
        yield escape(parent.text or "", quote=False) if _tag(parent) in ("text", "tspan") else ""
        for child in parent:
            if _tag(child) not in DROPPED:
                yield self.element(child)
            yield escape(child.tail or "", quote=False) if _tag(parent) in ("text", "tspan") else ""

    def element(self, element: ET.Element) -> str:
        """The markup of an element; a group that says nothing is only what it holds."""
        tag = _tag(element)
        if tag not in TAGS:
            raise _refused(self.path, f"holds <{tag}>")
        attributes, body = self.attributes(element), "".join(self.children(element))
        if tag == "g" and (not attributes or not body):
            return body
        return f"<{tag}{attributes}>{body}</{tag}>" if body else f"<{tag}{attributes}/>"

    def attributes(self, element: ET.Element) -> str:
        """An element's attributes and its style, all as attributes; its colours as classes."""
        given = _given(element)
        classes = [
            f"{kind[0]}-{given.pop(kind)[1:]}" for kind in ("fill", "stroke") if COLOUR.fullmatch(given.get(kind, ""))
        ]
        self.colours.update("#" + name[2:] for name in classes)
        named = {"class": " ".join(classes)} if classes else {}
        if element.get("id") in self.ids:
            named["id"] = self.ids[element.get("id", "")]
        named |= {name: self.value(name, value) for name, value in given.items() if name in ATTRIBUTES}
        return "".join(f' {name}="{escape(value)}"' for name, value in named.items())

    def value(self, name: str, value: str) -> str:
        """An attribute's value: short numbers, references within the figure alone."""
        if name == "href" and value.startswith("data:image/png;base64,"):
            return value
        if name == "href" or "url(" in value:
            inner = re.fullmatch(r"(?:url\()?#([\w-]+)\)?", value)
            if not inner:
                raise _refused(self.path, f"refers to {value[:60]!r}")
            return value.replace(f"#{inner.group(1)}", f"#{self.ids[inner.group(1)]}")
        return _short(value)


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _given(element: ET.Element) -> dict[str, str]:
    """Attributes by their names, with those of the style attribute, which a page with a strict policy ignores."""
    given = {name.rpartition("}")[2]: value for name, value in element.attrib.items() if name != "style"}
    pairs = (part.split(":", 1) for part in element.get("style", "").split(";") if ":" in part)
    given |= {name.strip(): value.strip() for name, value in pairs}
    if given.get("transform", "").startswith("rotate(-0 "):
        del given["transform"]
    return given


def _references(element: ET.Element) -> Iterator[str]:
    for name, value in _given(element).items():
        if (name == "href" and not value.startswith("data:")) or "url(#" in value:
            yield value


def _short(value: str) -> str:
    shorter = re.sub(r"-?\d+\.\d+", lambda found: f"{float(found.group()):.2f}".rstrip("0").rstrip("."), value)
    return " ".join(shorter.split())
