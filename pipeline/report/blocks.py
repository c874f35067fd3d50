"""What a page makes of Markdown's blocks: figures with captions, tables that scroll and fold, sections that fold."""

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path

from markdown_it.token import Token

from pipeline.core import wording
from pipeline.core.errors import PipelineError
from pipeline.report import svg

# A table of more rows is folded, and then shows the first few.
LONGEST_TABLE, FIRST_ROWS = 12, 10
BESIDE_THE_PAGE = re.compile(r"(?:tables|figures)/[\w-]+(?:\.[\w-]+)+")


class Blocks:
    """The blocks of one page, and what was found in them."""

    def __init__(self, tokens: Sequence[Token], folder: Path) -> None:
        self.folder = folder
        self.contents: list[tuple[str, str]] = []
        self.colours: set[str] = set()
        self._figures = self._tables = 0
        self._heading = ""
        tokens = without_contents(tokens)
        _name_headings(tokens)
        for token in tokens:
            for child in token.children or []:
                _lead_to_pages(child)
        self.tokens = list(_folded(list(self._rewritten(tokens))))

    def _rewritten(self, tokens: Sequence[Token]) -> Iterator[Token]:
        position = 0
        is_first_paragraph = True
        while position < len(tokens):
            token = tokens[position]
            if token.type == "heading_open":
                self._enter(token, tokens[position + 1])
            if token.type == "table_open":
                end = _closing(tokens, position)
                yield from self._table(tokens, position, end)
                position = end + (4 if _is_caption(tokens, end + 1) else 1)
            elif _is_picture(tokens, position):
                yield from self._figure(tokens, position)
                position += 6 if _is_caption(tokens, position + 3) else 3
            else:
                if token.type == "paragraph_open" and token.level == 0 and is_first_paragraph:
                    token.attrSet("class", "lead")
                    is_first_paragraph = False
                elif _is_caption(tokens, position):
                    token.attrSet("class", "caption")
                yield token
                position += 1

    def _enter(self, opening: Token, inline: Token) -> None:
        self._heading = spoken(inline)
        if opening.tag == "h2":
            self.contents.append((str(opening.attrGet("id")), self._heading))

    def _figure(self, tokens: Sequence[Token], position: int) -> Iterator[Token]:
        """A picture with its caption: the paragraph of the picture and the one after it."""
        self._figures += 1
        (image,) = tokens[position + 1].children or []
        source, description = str(image.attrGet("src")), image.content
        yield _html(f'<figure><div class="scroll" tabindex="0" role="region" aria-label="Picture {self._figures}">')
        yield _html(self._picture(source, description))
        yield _html("</div><figcaption>")
        if _is_caption(tokens, position + 3):
            yield tokens[position + 4]
        yield _html(f' <a class="file open" href="{escape(source)}">Open the picture</a></figcaption></figure>')

    def _picture(self, source: str, description: str) -> str:
        if not re.fullmatch(r"figures/[\w-]+\.(?:svg|png)", source):
            raise PipelineError(
                f"a page shows the picture {source[:60]!r}, and only those in figures/ may be shown. "
                "Next: correct its template."
            )
        path = self.folder / source
        if path.suffix == ".svg":
            inlined = svg.inline(path, description, f"f{self._figures}")
            self.colours |= inlined.colours
            return inlined.markup
        try:
            data = base64.b64encode(path.read_bytes()).decode()
        except OSError as error:
            raise PipelineError(f"{path}: cannot be read ({error.strerror}). Next: run `make report` again.") from error
        return f'<img alt="{escape(description)}" src="data:image/png;base64,{data}">'

    def _table(self, tokens: Sequence[Token], start: int, end: int) -> Iterator[Token]:
        """A table within a box of its own, with its caption and its files."""
        self._tables += 1
        table, rows = tokens[start : end + 1], sum(token.type == "tr_open" for token in tokens[start:end]) - 1
        _align(table)
        for token in table:
            token.children = list(_breakable(token.children)) if token.children else token.children
        caption = tokens[end + 2] if _is_caption(tokens, end + 1) else None
        yield _html('<div class="table">')
        label = escape(f"Table {self._tables}: {self._heading}")
        yield _html(f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">')
        yield from table
        yield _html("</div>")
        if rows > LONGEST_TABLE:
            fold = f"<span>Show all {wording.thousands(rows)} rows</span><span>Show the first {FIRST_ROWS} rows</span>"
            yield _html(f'<details class="rows"><summary>{fold}</summary></details>')
        yield _html('<div class="caption">')
        yield from [caption] if caption else []
        yield _html("</div></div>")


def without_contents(tokens: Sequence[Token]) -> list[Token]:
    """A page without its list of chapters, which the HTML page shows at its side."""
    kept, position = [], 0
    while position < len(tokens):
        if tokens[position].type == "ordered_list_open":
            end = _closing(tokens, position)
            if _is_contents(tokens[position:end]):
                position = end + 1
                continue
        kept.append(tokens[position])
        position += 1
    return kept


def spoken(inline: Token) -> str:
    """The words of a heading or a paragraph without their marks."""
    return "".join(
        child.content if child.type in ("text", "code_inline", "text_special") else " " * (child.type == "softbreak")
        for child in inline.children or []
    )


def _is_contents(tokens: Iterable[Token]) -> bool:
    """Whether every item of a list is one link within the page."""
    lines = [token.children or [] for token in tokens if token.type == "inline"]
    links = [line[0].attrGet("href") for line in lines if line and line[0].type == "link_open"]
    return bool(lines) and len(links) == len(lines) and all(str(link).startswith("#") for link in links)


def _is_caption(tokens: Sequence[Token], position: int) -> bool:
    """Whether a paragraph of slanted words alone begins there."""
    if position + 1 >= len(tokens) or tokens[position].type != "paragraph_open":
        return False
    kinds = [child.type for child in tokens[position + 1].children or []]
    return len(kinds) > 2 and kinds[0] == "em_open" and kinds.index("em_close") == len(kinds) - 1


def _is_picture(tokens: Sequence[Token], position: int) -> bool:
    if position + 1 >= len(tokens) or tokens[position].type != "paragraph_open":
        return False
    return [child.type for child in tokens[position + 1].children or []] == ["image"]


def _closing(tokens: Sequence[Token], position: int) -> int:
    """Where the block that opens there is closed."""
    opening = tokens[position]
    kind = opening.type.replace("_open", "_close")
    return next(
        place
        for place in range(position, len(tokens))
        if tokens[place].type == kind and tokens[place].level == opening.level
    )


def _name_headings(tokens: Sequence[Token]) -> None:
    """Give every heading the anchor that GitHub gives it, and where it can a link to itself."""
    seen: dict[str, int] = {}
    for position, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        name = wording.slug(tokens[position + 1].content) or "section"
        seen[name] = seen.get(name, -1) + 1
        anchor = f"{name}-{seen[name]}" if seen[name] else name
        token.attrSet("id", anchor)
        # The heading of a section that folds is its switch, and a switch may hold no link.
        if token.tag not in ("h1", "h3"):
            link = f' <a class="anchor" href="#{escape(anchor)}" aria-label="Link to this section">#</a>'
            children = tokens[position + 1].children
            if children is not None:
                children.append(_html(link, "html_inline"))


def _lead_to_pages(token: Token) -> None:
    """Links between pages lead to their HTML form, and names of files beside the page lead to those."""
    if token.type == "link_open":
        target = str(token.attrGet("href"))
        token.attrSet("href", re.sub(r"^([\w-]+)\.md(?=#|$)", r"\1.html", target))
        if target.startswith(("http:", "https:")):
            token.attrSet("rel", "noopener noreferrer")
    if token.type == "code_inline" and BESIDE_THE_PAGE.fullmatch(token.content):
        name = escape(token.content)
        token.type, token.content = "html_inline", f'<a class="file" href="{name}"><code>{name}</code></a>'


def _align(table: Sequence[Token]) -> None:
    """Alignment as a class: the page's policy ignores style attributes."""
    for token in table:
        if token.type in ("th_open", "td_open"):
            style = str(token.attrs.pop("style", ""))
            if style.endswith("right"):
                token.attrSet("class", "number")
            if token.type == "th_open":
                token.attrSet("scope", "col")


def _breakable(children: Iterable[Token]) -> Iterator[Token]:
    """The words of a cell with a place to break after every underscore, so that long names fit on a phone."""
    for child in children:
        first, *others = child.content.split("_") if child.type == "text" else [child.content]
        for rest in others:
            yield Token("text", "", 0, content=f"{first}_")
            yield _html("<wbr>", "html_inline")
            first = rest
        child.content = first
        yield child


def _folded(tokens: Sequence[Token]) -> Iterator[Token]:
    """The blocks with each section of the third level folded under its heading."""
    is_open = False
    for token in tokens:
        if is_open and token.type == "heading_open" and token.tag in ("h1", "h2", "h3"):
            yield _html("</details>")
            is_open = False
        if token.type == "heading_open" and token.tag == "h3":
            yield _html('<details class="section"><summary>')
            is_open = True
        yield token
        if token.type == "heading_close" and token.tag == "h3":
            yield _html("</summary>")
    if is_open:
        yield _html("</details>")


def _html(markup: str, kind: str = "html_block") -> Token:
    return Token(kind, "", 0, content=markup)
