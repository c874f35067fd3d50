"""A server that speaks the part of GitHub that a fetch uses, over real sockets, and misbehaves when told to."""

import gzip
import hashlib
import io
import json
import socket
import struct
import tarfile
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

COMMIT = "c0ffee" + "0" * 34
HTML = b"<!DOCTYPE html><html><body>Sign in to the network</body></html>"
FOR_EVER = 10**6


def blob_sha1(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def tree_sha1(path: str) -> str:
    """Any hash that is a folder's own: nobody can check a tree's hash from its listing alone."""
    return hashlib.sha1(b"tree " + path.encode(), usedforsecurity=False).hexdigest()


@dataclass
class Repository:
    """What the server serves. `extra_items` are added to the listing, `extra_members` to the archive."""

    files: dict[str, bytes]
    name: str = "google/BIG-bench"
    commit: str = COMMIT
    ref: str = "main"
    # Folders, "" for the top, whose recursive listing is cut short.
    truncated: set[str] = field(default_factory=set)
    extra_items: list[dict] = field(default_factory=list)
    extra_members: list[tuple[tarfile.TarInfo, bytes]] = field(default_factory=list)
    # Replaces the archive as a whole.
    archive: bytes | None = None
    # What the archive and raw hold in the place of the listed bytes.
    served: dict[str, bytes] = field(default_factory=dict)

    def content(self, path: str) -> bytes:
        return self.served.get(path, self.files[path])

    def items(self, folder: str, *, recursive: bool) -> list[dict]:
        prefix = f"{folder}/" if folder else ""
        items: dict[str, dict] = {}
        for path, content in self.files.items():
            if not path.startswith(prefix):
                continue
            parts = path.removeprefix(prefix).split("/")
            for depth in range(1, len(parts)):
                name = "/".join(parts[:depth])
                if recursive or depth == 1:
                    items[name] = {"path": name, "mode": "040000", "type": "tree", "sha": tree_sha1(prefix + name)}
            if recursive or len(parts) == 1:
                name = "/".join(parts)
                items[name] = {
                    "path": name,
                    "mode": "100644",
                    "type": "blob",
                    "size": len(content),
                    "sha": blob_sha1(content),
                }
        return [*items.values(), *(self.extra_items if not folder else [])]

    def folder(self, sha: str) -> str | None:
        if sha in (self.commit, self.ref):
            return ""
        folders = {"/".join(p.split("/")[:d]) for p in self.files for d in range(1, p.count("/") + 1)}
        return next((folder for folder in folders if tree_sha1(folder) == sha), None)

    def make_archive(self) -> bytes:
        if self.archive is not None:
            return self.archive
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w:gz", format=tarfile.PAX_FORMAT, compresslevel=1) as archive:
            for member, content in self.extra_members:
                archive.addfile(member, io.BytesIO(content))
            for path in sorted(self.files):
                member = tarfile.TarInfo(f"{self.name.partition('/')[2]}-{self.commit}/{path}")
                member.size = len(self.content(path))
                archive.addfile(member, io.BytesIO(self.content(path)))
        return buffer.getvalue()


class QuietServer(ThreadingHTTPServer):
    """Says nothing when a client hangs up, which a fetch does once it has what it wants."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        pass


class GitHubServer:
    """Serves a repository; `fault(where, kind, times)` makes the next answers of "api", "archive" or "raw" go wrong."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.released = threading.Event()
        # Seconds of silence in the middle of each archive, for tests that interrupt it.
        self.archive_pause = 0.0
        self.redirect_api_to: str | None = None
        self._faults: dict[str, deque[str]] = {"api": deque(), "archive": deque(), "raw": deque()}
        self._for_ever: dict[str, str] = {}
        self._httpd = QuietServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._httpd.serve_forever, kwargs={"poll_interval": 0.002}, daemon=True).start()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._httpd.server_address[1]}"

    def fault(self, where: str, kind: str, times: int = 1) -> None:
        if times == FOR_EVER:
            self._for_ever[where] = kind
        else:
            self._faults[where].extend([kind] * times)

    def mend(self) -> None:
        self._for_ever.clear()
        for queue in self._faults.values():
            queue.clear()

    def asked(self, where: str) -> list[str]:
        return [path for place, path, _ in self.requests if place == where]

    def close(self) -> None:
        self.released.set()
        self._httpd.shutdown()
        self._httpd.server_close()

    def next_fault(self, where: str) -> str | None:
        return self._faults[where].popleft() if self._faults[where] else self._for_ever.get(where)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                where = self.path.split("/")[1]
                server.requests.append((where, self.path, dict(self.headers)))
                kind = server.next_fault(where)
                try:
                    Answer(self, server, where).give(kind)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

        return Handler


class Answer:
    """One answer, right or with one of the faults: the methods named after them."""

    def __init__(self, handler: BaseHTTPRequestHandler, server: GitHubServer, where: str) -> None:
        self.handler = handler
        self.server = server
        self.where = where

    def give(self, kind: str | None) -> None:
        if kind is not None:
            getattr(self, kind)()
        elif self.where == "api" and self.server.redirect_api_to:
            self.send(302, b"", Location=self.server.redirect_api_to + self.handler.path)
        else:
            status, body = self.right_answer()
            self.send(status, body)

    def right_answer(self) -> tuple[int, bytes]:
        repository = self.server.repository
        parts = urlsplit(self.handler.path)
        path = unquote(parts.path).removeprefix(f"/{self.where}")
        if self.where == "api":
            return self.api(path.removeprefix(f"/repos/{repository.name}/"), recursive=bool(parts.query))
        if path == f"/{repository.name}/tar.gz/{repository.commit}" and self.where == "archive":
            return 200, repository.make_archive()
        path = path.removeprefix(f"/{repository.name}/{repository.commit}/")
        if self.where == "raw" and path in repository.files:
            return 200, repository.content(path)
        return 404, b"404: Not Found"

    def api(self, path: str, *, recursive: bool) -> tuple[int, bytes]:
        repository = self.server.repository
        if path in (f"commits/{repository.ref}", f"commits/{repository.commit}"):
            return 200, json.dumps({"sha": repository.commit, "commit": {"tree": {"sha": tree_sha1("")}}}).encode()
        folder = repository.folder(path.removeprefix("git/trees/")) if path.startswith("git/trees/") else None
        if folder is None:
            return 404, b'{"message": "Not Found"}'
        cut = recursive and folder in repository.truncated
        items = repository.items(folder, recursive=recursive)
        return 200, json.dumps(
            {"sha": "0" * 40, "tree": items[: len(items) // 3] if cut else items, "truncated": cut}
        ).encode()

    def send(self, status: int, body: bytes, *, length: bool = True, **headers: str) -> None:
        handler = self.handler
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        if length:
            handler.send_header("Content-Length", str(len(body)))
        else:
            handler.send_header("Connection", "close")
            handler.close_connection = True
        handler.end_headers()
        if self.where == "archive" and self.server.archive_pause:
            half = len(body) // 2
            handler.wfile.write(body[:half])
            handler.wfile.flush()
            self.server.released.wait(self.server.archive_pause)
            body = body[half:]
        handler.wfile.write(body)

    # Faults

    def reset(self) -> None:
        connection = self.handler.connection
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        self.handler.close_connection = True

    def stall(self) -> None:
        self.server.released.wait(20)
        self.handler.close_connection = True

    def short(self) -> None:
        status, body = self.right_answer()
        self.handler.send_response(status)
        self.handler.send_header("Content-Length", str(len(body)))
        self.handler.end_headers()
        self.handler.wfile.write(body[: len(body) // 2])
        self.handler.close_connection = True

    def cut_gzip(self) -> None:
        status, body = self.right_answer()
        if self.where == "archive":
            self.send(status, body[: len(body) // 2], length=False)
        else:
            packed = gzip.compress(body)
            self.send(status, packed[: len(packed) // 2], length=False, Content_Encoding="gzip")

    def cut_chunked(self) -> None:
        status, body = self.right_answer()
        half = body[: len(body) // 2]
        self.handler.send_response(status)
        self.handler.send_header("Transfer-Encoding", "chunked")
        self.handler.end_headers()
        self.handler.wfile.write(b"%x\r\n%b\r\n" % (len(half), half))
        self.handler.close_connection = True

    def html(self) -> None:
        self.send(200, HTML, Content_Type="text/html")

    def wrong_bytes(self) -> None:
        if self.where == "api":
            self.send(200, b'{"sha": 7, "tree": [{"path": 1}], "truncated": false}')
        elif self.where == "raw":
            status, body = self.right_answer()
            self.send(status, body[::-1])
        else:
            repository = self.server.repository
            other = replace(repository, archive=None)
            other.served = {path: content[::-1] for path, content in repository.files.items()}
            self.send(200, other.make_archive())

    def not_found(self) -> None:
        self.send(404, b"404: Not Found")

    def limited_with_retry_after(self) -> None:
        self.send(429, b"", Retry_After="30")

    def limited(self) -> None:
        self.send(429, b"")

    def limited_until_reset(self) -> None:
        self.send(403, b"", X_RateLimit_Remaining="0", X_RateLimit_Reset="1000040")

    def forbidden(self) -> None:
        self.send(403, b"", X_RateLimit_Remaining="41", X_RateLimit_Reset="1000040")

    def server_error(self) -> None:
        self.send(500, b"")


@contextmanager
def serving(repository: Repository) -> Iterator[GitHubServer]:
    server = GitHubServer(repository)
    try:
        yield server
    finally:
        server.close()


def refused_address() -> str:
    """An address at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


# Of each source: its repository, a file that is none of scores, and the name of one that is.
NAMES = {
    "official": ("google/BIG-bench", "{folder}/task.json", "{folder}/results/scores_BIG-G_{model}b_T=0.json"),
    "pythia": ("EleutherAI/pythia", "{folder}/notes.md", "{folder}/zero-shot/{model}b_step0.json"),
}
FOLDERS = {"official": "bigbench/benchmark_tasks", "pythia": "evals/pythia-v1"}


def score_files(
    tasks: int = 4, models: int = 3, make: Callable[[int, int], str] | None = None, source: str = "official"
) -> dict[str, bytes]:
    """A small made-up tree: score files, and files that are none."""
    files = {"README.md": b"# BIG-bench\n", "bigbench/models/a.py": b"pass\n", "other/results.json": b"{}"}
    _, other, name = NAMES[source]
    for task in range(tasks):
        folder = f"{FOLDERS[source]}/task_{task}"
        files[other.format(folder=folder)] = b'{"examples": []}'
        for model in range(models):
            text = make(task, model) if make else json.dumps({"task": task, "model": model, "pad": "x" * 200 * model})
            files[name.format(folder=folder, model=model)] = text.encode()
    return files


def repository_of(source: str, **made: object) -> Repository:
    """A repository with such a tree, as a source expects it."""
    return Repository(score_files(source=source, **made), NAMES[source][0])  # type: ignore[arg-type]
