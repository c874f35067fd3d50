import email.utils

import pytest
import requests

from pipeline.fetch import web
from pipeline.fetch.web import Limited, NoAnswer, Patience, Web, asked_wait, body, shown
from tests.fetch.conftest import NOW, Clock
from tests.github_server import COMMIT, FOR_EVER, GitHubServer, refused_address


def raw(server: GitHubServer) -> str:
    return f"{server.base}/raw/{server.repository.name}/{COMMIT}/README.md"


def take(response: requests.Response) -> bytes:
    return body(response, 1000)


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (200, {"Retry-After": "5"}, None),
        (429, {"Retry-After": "30"}, 30),
        (403, {"Retry-After": "30"}, 30),
        (429, {"Retry-After": "0"}, 1),
        (429, {"Retry-After": email.utils.formatdate(NOW + 90, usegmt=True)}, 90),
        (429, {"Retry-After": "soon", "X-RateLimit-Reset": str(int(NOW) + 9)}, 10),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW) + 40)}, 41),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW) - 40)}, 1),
        (403, {"X-RateLimit-Remaining": "7", "X-RateLimit-Reset": str(int(NOW) + 40)}, None),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "-1"}, None),
        (403, {}, None),
        (429, {}, 60),
        (503, {"Retry-After": "30"}, None),
    ],
)
def test_what_an_answer_asks_for(status: int, headers: dict[str, str], wait: float | None) -> None:
    assert asked_wait(status, headers, NOW, limited=0) == wait


def test_limits_without_a_time_are_waited_out_longer_each_time() -> None:
    assert [asked_wait(429, {}, NOW, limited=n) for n in range(3)] == [60, 120, 240]


def test_a_wait_is_announced_and_slept(
    server: GitHubServer, patience: Patience, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    server.fault("raw", "limited_with_retry_after")
    assert Web(patience).get(raw(server), take) == b"# BIG-bench\n"
    assert clock.slept == [30]
    assert "going on in 30 s" in capsys.readouterr().out


def test_waits_share_one_allowance(server: GitHubServer, clock: Clock) -> None:
    client = Web(Patience(attempts=3, max_wait=45, sleep=clock.sleep))
    server.fault("raw", "limited_with_retry_after", 2)
    with pytest.raises(Limited, match="wants 30 s.*MAX_WAIT allows 15 s more") as caught:
        client.get(raw(server), take)
    assert caught.value.seconds == 30
    assert clock.slept == [30]


def test_a_limit_that_never_ends_is_given_up(server: GitHubServer, patience: Patience) -> None:
    server.fault("raw", "limited_with_retry_after", FOR_EVER)
    with pytest.raises(NoAnswer, match="still limited after 3 waits"):
        Web(patience).get(raw(server), take)


def test_pauses_between_attempts_grow_and_end(server: GitHubServer, patience: Patience, clock: Clock) -> None:
    server.fault("raw", "server_error", FOR_EVER)
    with pytest.raises(NoAnswer, match=r"answered 500 Internal Server Error \(3 attempts\)"):
        Web(patience).get(raw(server), take)
    assert clock.slept == [1, 2]
    assert len(server.requests) == 3


def test_an_address_with_a_password_is_shown_without(patience: Patience) -> None:
    address = refused_address().replace("://", "://user:secret@")
    with pytest.raises(NoAnswer) as caught:
        Web(patience).get(f"{address}/x?key=secret", take)
    assert "secret" not in str(caught.value)
    assert shown("https://u:p@host/\x1b[1m?q") == r"https://host/\x1b[1m"


def test_a_netrc_file_adds_no_credentials(
    server: GitHubServer, patience: Patience, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w") as file:  # noqa: PTH123
        file.write("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", netrc)
    Web(patience).get(raw(server), take)
    assert "Authorization" not in server.requests[-1][2]


def test_a_body_longer_than_allowed_is_not_read_to_its_end(server: GitHubServer, patience: Patience) -> None:
    with pytest.raises(NoAnswer, match="sends more than 3 bytes"):
        Web(patience).get(raw(server), lambda response: body(response, 3))


def test_pauses_have_a_longest(clock: Clock) -> None:
    Patience(sleep=clock.sleep).pause(100)
    assert clock.slept == [web.LONGEST_PAUSE]
