"""SOURCE=table: the mirror, the network (a real server on this machine), and the stand-in."""

import hashlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipeline import sources
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.fetch import table

CONTENT = b"scores" * 1000


@pytest.fixture
def server():
    """A server whose next answer a test sets: (status, body, declared length)."""

    class Handler(BaseHTTPRequestHandler):
        answer = (200, CONTENT, len(CONTENT))

        def do_GET(self):
            status, body, length = self.answer
            self.send_response(status)
            if length is not None:
                self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.002}, daemon=True)
    thread.start()
    http.handler = Handler
    yield http
    http.shutdown()
    http.server_close()


def pin_at(port, content=CONTENT):
    digest = hashlib.sha256(content).hexdigest()
    return table.Pin("scores.parquet", f"http://127.0.0.1:{port}/scores.parquet", digest, len(content))


@pytest.fixture
def offline():
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_it_downloads_and_verifies(project, server):
    target, manifest = table.fetch(project, pin_at(server.server_port))
    assert target.read_bytes() == CONTENT
    assert table.read_manifest(project).path == "data/raw/scores.parquet"
    assert manifest == table.manifest_path(project)


def test_a_verified_file_is_not_downloaded_again(project, server):
    pin = pin_at(server.server_port)
    table.fetch(project, pin)
    server.handler.answer = (500, b"", 0)
    assert table.fetch(project, pin)[0].read_bytes() == CONTENT


def test_a_damaged_file_is_downloaded_again(project, server):
    pin = pin_at(server.server_port)
    target = table.fetch(project, pin)[0]
    target.write_bytes(CONTENT[:-1])
    assert table.fetch(project, pin)[0].read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((404, b"", 0), "answered 404"),
        ((500, b"", 0), "answered 500"),
        ((429, b"", 0), "answered 429"),
        ((200, b"<html>sign in</html>", 20), "sha256 is"),
        ((200, CONTENT[:100], len(CONTENT)), "broke off"),
        ((200, CONTENT[:100], None), "sha256 is"),
        ((200, CONTENT + b"x", len(CONTENT) + 1), "sends more than"),
        ((200, b"s" * len(CONTENT), len(CONTENT)), "sha256 is"),
    ],
)
def test_anything_but_the_pinned_bytes_is_an_error_and_leaves_no_file(project, server, answer, words):
    server.handler.answer = answer
    with pytest.raises(PipelineError, match=words) as caught:
        table.fetch(project, pin_at(server.server_port))
    assert "Next: " in str(caught.value)
    assert list((project.data / "raw").glob("*")) == [] if (project.data / "raw").exists() else True


def test_the_mirror_comes_first(project, offline):
    mirror = project.root / "mirror"
    mirror.mkdir()
    (mirror / "scores.parquet").write_bytes(CONTENT)
    settings = Settings(root=project.root, mirror="mirror")
    assert table.fetch(settings, pin_at(offline))[0].read_bytes() == CONTENT


@pytest.mark.parametrize("content", [CONTENT[:-1], b"", b"another file"])
def test_a_damaged_mirror_is_named(project, offline, content):
    mirror = project.root / "mirror"
    mirror.mkdir()
    (mirror / "scores.parquet").write_bytes(content)
    with pytest.raises(PipelineError, match=r"mirror/scores\.parquet: sha256 is .* pinned is .* Next: "):
        table.fetch(Settings(root=project.root, mirror="mirror"), pin_at(offline))


def test_a_mirror_that_was_asked_for_must_hold_the_table(project, offline):
    with pytest.raises(PipelineError, match="MIRROR=nowhere holds no"):
        table.fetch(Settings(root=project.root, mirror="nowhere"), pin_at(offline))


def test_without_network_the_committed_curves_stand_in(project, offline, capsys):
    stand_in = project.committed / "emergence.parquet"
    stand_in.parent.mkdir(parents=True)
    stand_in.write_bytes(b"curves")
    assert table.fetch(project, pin_at(offline)) == []
    assert table.read_manifest(project).is_stand_in
    assert "STAND-IN" in capsys.readouterr().out


def test_without_network_and_stand_in_the_error_says_all_that_is_missing(project, offline):
    with pytest.raises(
        PipelineError, match=r"No scores: .* cannot be reached .*emergence\.parquet is missing\. Next: "
    ):
        table.fetch(project, pin_at(offline))


def test_an_unknown_source_is_named(project):
    with pytest.raises(PipelineError, match="SOURCE=guesswork .* Next: "):
        sources.fetch(Settings(root=project.root, source="guesswork"))


def test_the_pin_is_the_published_file():
    assert table.PINNED.sha256 == "01003018d79571713499665315c35546378eab71500dba4302c93147f2e6397a"
    assert table.COMMIT in table.PINNED.address
