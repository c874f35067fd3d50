"""GitHub's API: which commit a ref stands for, and which files that commit holds."""

import ipaddress
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from pipeline.core.errors import PipelineError
from pipeline.core.settings import GitHub
from pipeline.fetch.listing import SHA1, Entry
from pipeline.fetch.remote import Remote
from pipeline.fetch.web import Bearer, Fault, NoAnswer, Nobody, Web, body, shown

# GitHub cuts a listing at 7 MB; a mirror may give more.
MAX_ANSWER = 128 << 20


class Api:
    """The three calls of GitHub's API that a fetch needs."""

    def __init__(self, web: Web, github: GitHub, remote: Remote) -> None:
        self._web = web
        self._remote = remote
        self._base = f"{github.api}/repos/{remote.repository}"
        self._auth = Bearer(github.token) if github.token and _may_carry_a_token(github.api) else Nobody()

    def commit(self, ref: str) -> str:
        """The commit that a branch, tag or abbreviated commit stands for.

        Raises:
            NoAnswer: there is no such ref, or no usable answer.
        """

        def take(response: requests.Response) -> str:
            sha = _document(response).get("sha")
            if not isinstance(sha, str) or not SHA1.fullmatch(sha):
                raise Fault("gives no commit")
            return sha

        return self._web.get(f"{self._base}/commits/{quote(ref)}", take, self._auth)

    def entries(self, commit: str) -> list[Entry]:
        """The files of a commit in one call, or, where GitHub cuts that short, at least all that may be fetched.

        Raises:
            NoAnswer: no usable answer.
        """
        return list(self._walk(commit, ""))

    def _walk(self, tree: str, prefix: str) -> Iterator[Entry]:
        items, truncated = self._tree(tree, recursive=True)
        if not truncated:
            yield from _files(items, prefix)
            return
        items, truncated = self._tree(tree, recursive=False)
        if truncated:
            raise NoAnswer(f"{shown(self._base)}: cannot list tree {tree}, too many files in one folder")
        yield from _files(items, prefix)
        for item in items:
            path = prefix + item["path"]
            if item.get("type") == "tree" and self._remote.may_lie_below(path):
                yield from self._walk(_sha(item), f"{path}/")

    def _tree(self, tree: str, *, recursive: bool) -> tuple[list[dict[str, Any]], bool]:
        address = f"{self._base}/git/trees/{tree}" + ("?recursive=1" if recursive else "")
        return self._web.get(address, _take_tree, self._auth)


def check_ref(ref: str) -> None:
    """Refuse a ref that git would not allow, or would take for an option.

    Raises:
        PipelineError: it is such a ref.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_./+-]{0,199}", ref) or ".." in ref or ref.endswith("/"):
        raise PipelineError(f"REF={ascii(ref)[1:-1]} is no branch, tag or commit. Next: name one, or leave REF out.")


def _may_carry_a_token(address: str) -> bool:
    """Only encrypted, or within this machine, for anyone between here and there could read it."""
    parts = urlsplit(address)
    if parts.scheme == "https" or parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _document(response: requests.Response) -> dict[str, Any]:
    try:
        document = json.loads(body(response, MAX_ANSWER))
    except (ValueError, RecursionError) as error:
        raise Fault("the answer is no JSON, or cut short") from error
    if not isinstance(document, dict):
        raise Fault("the answer is not of GitHub's form")
    return document


def _take_tree(response: requests.Response) -> tuple[list[dict[str, Any]], bool]:
    document = _document(response)
    items, truncated = document.get("tree"), document.get("truncated")
    well_formed = isinstance(items, list) and isinstance(truncated, bool)
    if not well_formed or not all(isinstance(item, dict) and isinstance(item.get("path"), str) for item in items or []):
        raise Fault("the answer is not of GitHub's form")
    return items or [], bool(truncated)


def _files(items: list[dict[str, Any]], prefix: str) -> Iterator[Entry]:
    for item in items:
        if item.get("type") == "blob":
            yield Entry(prefix + item["path"], str(item.get("mode")), item.get("size"), item.get("sha"))


def _sha(item: dict[str, Any]) -> str:
    sha = item.get("sha")
    if not isinstance(sha, str) or not SHA1.fullmatch(sha):
        raise NoAnswer("the listing gives no hash for a folder")
    return sha
