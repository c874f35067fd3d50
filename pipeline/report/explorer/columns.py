"""Tables as columns, small enough for a page: texts by number, numbers with few digits, all of it compressed."""

import base64
import gzip
import math
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
import pandas as pd

from pipeline.core import wording

# As many as separate any two scores of a test set of some thousand examples.
DIGITS = 8
FEWER_DIGITS = 4
# As many as a number has: E is often a whole number but for its last bit, and so is a threshold.
ALL_DIGITS = 17
LONGEST_NAME = 400
# The highest, 9, takes four times as long for 2 % less.
COMPRESSION = 7


def texts(names: Iterable[object]) -> dict[str, list[Any]]:
    """The distinct names, readable and of bounded length, and for each name its place among them (-1 for null).

    Two names that look the same once they are cut stay two names.
    """
    places: dict[object, int] = {}
    of = [-1 if pd.isna(name) else places.setdefault(name, len(places)) for name in names]  # type: ignore[call-overload]
    return {"names": apart(shown(str(name)) for name in places), "of": of}


def shown(name: str) -> str:
    """A name on one line, of bounded length, without what is not seen."""
    return wording.shortened(wording.visible(wording.shortened(name, 2 * LONGEST_NAME)), LONGEST_NAME)


def apart(names: Iterable[str]) -> list[str]:
    """Names, those that repeat an earlier one with a number behind."""
    seen: dict[str, int] = {}
    told = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        told.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return told


def numbers(values: Iterable[Any], digits: int = DIGITS) -> list[float | int | None]:
    """Numbers with few digits; nothing for what is none or not finite, which JSON cannot say."""
    return [_rounded(value, digits) for value in values]


def _rounded(value: Any, digits: int) -> float | int | None:  # noqa: ANN401 - whatever a column holds
    if pd.isna(value) or not math.isfinite(value):
        return None
    number = float(f"{value:.{digits}g}")
    return int(number) if number.is_integer() else number


def columns(frame: pd.DataFrame, digits: Mapping[str, int]) -> dict[str, Any]:
    """A table as its columns: texts by number, and numbers with so many digits where it is not DIGITS."""
    return {
        str(name): numbers(column, digits.get(str(name), DIGITS))
        if pd.api.types.is_numeric_dtype(column)
        else texts(column)
        for name, column in frame.items()
    }


def packed(content: Mapping[str, Any]) -> str:
    """Content as JSON, compressed, in letters that mean nothing in HTML; the same bytes every time."""
    return base64.b64encode(gzip.compress(orjson.dumps(content), COMPRESSION, mtime=0)).decode()


def unpacked(text: str) -> Any:  # noqa: ANN401 - whatever was packed
    """What was packed."""
    return orjson.loads(gzip.decompress(base64.b64decode(text)))
