"""JSON as Python's json writes it, read without leniency: NaN, Infinity and -Infinity are numbers, nothing else is."""

import json
from math import isfinite
from typing import Any

import orjson

WORDS = (b"NaN", b"Infinity")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Of a whole number of 64 bits, with its sign.
MOST_CHARACTERS = 20


class NotStrictJsonError(Exception):
    """The bytes are not one strict JSON document. The message is the reason."""


def parse(content: bytes) -> Any:
    """The document that the bytes hold.

    Fast for plain JSON; a document with one of the bare words is read by Python's own, slower parser.

    Raises:
        NotStrictJsonError: the bytes are empty, not UTF-8, begin with a byte order mark, are no single JSON document,
            repeat a key in an object, hold a number beyond the range of doubles, or nest too deeply.
    """
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        if any(word in content for word in WORDS):
            return _parse_slowly(content)
        raise NotStrictJsonError(_reason(content, error)) from error
    return _parse_slowly(content) if _may_repeat_a_key(content, document) else document


def _may_repeat_a_key(content: bytes, document: object) -> bool:
    # If a key is repeated, orjson drops the earlier pair, colon included, and keeps the last. Every colon of a document
    # is a plain colon, in text or not, unless escaped as \u003a: without such escapes, equal counts mean that nothing
    # was dropped.
    return b"\\u003" in content or content.count(b":") != _dumped(document).count(b":")


def _parse_slowly(content: bytes) -> Any:
    try:
        text = content.decode()
        document = json.loads(text, object_pairs_hook=_each_key_once, parse_float=_in_range, parse_int=_integer)
    except ValueError as error:
        raise NotStrictJsonError(_reason(content, error)) from error
    except RecursionError as error:
        raise NotStrictJsonError("nested too deeply") from error
    _dumped(document)
    return document


def _dumped(document: object) -> bytes:
    """The document as bytes, which text with half a surrogate pair cannot become."""
    try:
        return orjson.dumps(document)
    except TypeError as error:
        deep = "ecursion" in str(error)
        raise NotStrictJsonError("nested too deeply" if deep else f"holds text that is no text ({error})") from error


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise NotStrictJsonError(f"the key {repeated!r} stands twice in one object")
    return found


def _in_range(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise NotStrictJsonError(f"the number {digits[:30]} is beyond the range of doubles")
    return number


def _integer(digits: str) -> int | float:
    # Beyond 64 bits a double, as orjson has it; Python would refuse to convert thousands of digits at all.
    if len(digits) > MOST_CHARACTERS or not -(2**63) <= int(digits) < 2**64:
        return _in_range(digits)
    return int(digits)


def _reason(content: bytes, error: ValueError) -> str:
    if not content.strip():
        return "empty"
    if content.startswith(BYTE_ORDER_MARK):
        return "begins with a byte order mark"
    try:
        content.decode()
    except UnicodeDecodeError as decoding:
        return f"not UTF-8 (byte {decoding.start})"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})"
    return f"not JSON: {error}"
