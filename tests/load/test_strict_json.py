"""Strict JSON: everything that is accepted is what Python's json makes of it, and each kind of bad file is refused."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.load import strict_json
from pipeline.load.strict_json import NotStrictJsonError, parse

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NUMBERS = st.one_of(st.integers(-(2**63), 2**64 - 1), st.floats())
DOCUMENTS = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=20,
)


def alike(one: object, other: object) -> bool:
    """Equal, in type as well, with NaN equal to NaN."""
    return json.dumps(one) == json.dumps(other)


@given(DOCUMENTS, st.sampled_from([None, 2]), st.booleans())
def test_what_python_writes_is_read_back(document: object, indent: int | None, in_ascii: bool) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=in_ascii)
    assert alike(parse(text.encode()), document)


@given(DOCUMENTS)
def test_both_parsers_agree(document: object) -> None:
    content = json.dumps(document).encode()
    assert alike(parse(content), strict_json._parse_slowly(content))


@given(st.dictionaries(TEXT, DOCUMENTS, min_size=1, max_size=4), DOCUMENTS, st.data())
def test_a_repeated_key_is_refused_wherever_it_stands(
    holder: dict[str, object], value: object, data: st.DataObject
) -> None:
    key = data.draw(st.sampled_from(sorted(holder)))
    members = [f"{json.dumps(name)}: {json.dumps(inner)}" for name, inner in [*holder.items(), (key, value)]]
    with pytest.raises(NotStrictJsonError, match="stands twice"):
        parse(f'[0, {{"a:b": [{{{", ".join(members)}}}]}}]'.encode())


def test_an_escaped_colon_cannot_hide_a_repeated_key() -> None:
    with pytest.raises(NotStrictJsonError, match="the key 'a' stands twice"):
        parse(rb'{"a": 1, "a": 2, "b": "\u003a"}')


def test_the_three_bare_words_are_numbers() -> None:
    found = parse(b'{"a": NaN, "b": [Infinity, -Infinity, 1, 2.5]}')
    assert math.isnan(found["a"])
    assert found["b"] == [math.inf, -math.inf, 1, 2.5]


def test_the_words_inside_text_are_text() -> None:
    assert parse(b'{"NaN": "Infinity: -Infinity"}') == {"NaN": "Infinity: -Infinity"}


@pytest.mark.parametrize("digits", [b"18446744073709551616", b"-9223372036854775809", b"1" * 300])
def test_a_whole_number_beyond_64_bits_is_a_double_to_both_parsers(digits: bytes) -> None:
    assert parse(digits) == strict_json._parse_slowly(digits) == float(digits)
    assert type(strict_json._parse_slowly(digits)) is float


BAD = {
    "no byte": (b"", "empty"),
    "blanks alone": (b" \n\t ", "empty"),
    "truncated": (b'{"a": [1, 2', "not JSON: unexpected end"),
    "truncated after a bare word": (b'{"a": NaN, "b": 1', "not JSON"),
    "truncated within a bare word": (b'{"a": Infin', "not JSON"),
    "two documents": (b'{"a": 1}\n{"a": 2}', "unexpected content after document"),
    "two documents with a bare word": (b'{"a": NaN}\n{"a": 2}', "not JSON: Extra data"),
    "not UTF-8": (b'{"a": "\xff"}', "not UTF-8 (byte 7)"),
    "not UTF-8, with a bare word": (b'{"a": "\xff", "b": NaN}', "not UTF-8 (byte 7)"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "not UTF-8 (byte 0)"),
    "a byte order mark": (b'\xef\xbb\xbf{"a": 1}', "begins with a byte order mark"),
    "a byte order mark and a bare word": (b'\xef\xbb\xbf{"a": NaN}', "begins with a byte order mark"),
    "a repeated key": (b'{"a": 1, "a": 1}', "the key 'a' stands twice in one object"),
    "a repeated key, deep": (b'{"a": [{"b": 1, "c": {}, "b": NaN}]}', "the key 'b' stands twice"),
    "a key repeated by an escape": (rb'{"a": 1, "\u0061": 2}', "the key 'a' stands twice"),
    "a comma at the end": (b"[1, ]", "not JSON"),
    "a comma at the end, with a bare word": (b"[NaN, ]", "not JSON"),
    "single quotes": (b"{'a': 1}", "not JSON"),
    "a comment": (b"[1] // one", "not JSON"),
    "nan in small letters": (b"[nan]", "not JSON"),
    "inf": (b"[inf]", "not JSON"),
    "-NaN": (b"[-NaN]", "not JSON"),
    "+Infinity": (b"[+Infinity]", "not JSON"),
    "a leading zero": (b"[01]", "not JSON"),
    "a leading zero, with a bare word": (b"[01, NaN]", "not JSON"),
    "hexadecimal": (b"[0x1]", "not JSON"),
    "a double too large": (b"[1e400]", "infinity"),
    "a double too large, with a bare word": (b"[NaN, -1e400]", "beyond the range of doubles"),
    "a whole number too large": (b"1" * 400, "infinity"),
    "a whole number of 5,000 digits, with a bare word": (b"[NaN, " + b"1" * 5000 + b"]", "beyond the range"),
    "a control character": (b'["\x01"]', "not JSON"),
    "half a surrogate pair": (rb'["\ud800"]', "not JSON"),
    "half a surrogate pair, with a bare word": (rb'["\ud800", NaN]', "holds text that is no text"),
    "nested too deeply": (b"[" * 100_000 + b"]" * 100_000, "depth limit"),
    "nested deeply, with a bare word": (b"[" * 100_000 + b"NaN" + b"]" * 100_000, "nested too deeply"),
    "nested just too deeply": (b"[" * 300 + b"]" * 300, "nested too deeply"),
}


@pytest.mark.parametrize(("content", "reason"), BAD.values(), ids=BAD.keys())
def test_bad_json_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(NotStrictJsonError) as caught:
        parse(content)
    assert reason in str(caught.value)
    assert len(str(caught.value)) < 200
