import json
from collections.abc import Callable

import pytest

from pipeline.core.errors import PipelineError
from pipeline.core.settings import GitHub, Settings
from pipeline.fetch.github import Api, check_ref
from pipeline.fetch.listing import accept
from pipeline.fetch.remote import Remote
from pipeline.fetch.web import NoAnswer, Patience, Web
from tests.fetch.conftest import expected, remote_of
from tests.github_server import COMMIT, GitHubServer, Repository, score_files, serving

TASKS = "bigbench/benchmark_tasks"


def api(server: GitHubServer, patience: Patience, token: str = "") -> Api:
    return Api(Web(patience), GitHub(api=f"{server.base}/api", token=token), remote_of(server))


def listed(server: GitHubServer, patience: Patience) -> set[str]:
    listing = accept(api(server, patience).entries(COMMIT), remote_of(server), "test")
    return {file.path for file in listing.files}


def test_a_ref_is_resolved(server: GitHubServer, patience: Patience) -> None:
    assert api(server, patience).commit("main") == COMMIT
    assert server.asked("api") == [f"/api/repos/{server.repository.name}/commits/main"]


def test_a_listing_takes_one_call(server: GitHubServer, patience: Patience) -> None:
    assert listed(server, patience) == set(expected(server.repository))
    assert server.asked("api") == [f"/api/repos/{server.repository.name}/git/trees/{COMMIT}?recursive=1"]


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_a_truncated_listing_is_taken_by_subtree(server: GitHubServer, patience: Patience, depth: int) -> None:
    folder = remote_of(server).folder
    server.repository.truncated = set(["", folder.split("/")[0], folder, f"{folder}/task_1"][:depth])
    assert listed(server, patience) == set(expected(server.repository))
    assert len(server.requests) <= 4 + 2 * depth + 4


def test_a_truncated_listing_asks_for_no_folder_without_scores(server: GitHubServer, patience: Patience) -> None:
    server.repository.files["docs/a/b.md"] = b""
    server.repository.truncated = {""}
    api(server, patience).entries(COMMIT)
    # The top twice, and the first folder on the way.
    assert len(server.requests) == 3


def test_a_folder_too_large_to_list_is_an_error(
    server: GitHubServer, patience: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.github_server.Answer.api", lambda *_, **__: (200, b'{"tree": [], "truncated": true}'))
    with pytest.raises(NoAnswer, match="cannot list tree"):
        api(server, patience).entries(COMMIT)


def test_a_listing_of_200_000_entries(patience: Patience) -> None:
    files = score_files()
    others = [
        {
            "path": f"bigbench/benchmark_tasks/t/{n}/task.json",
            "mode": "100644",
            "type": "blob",
            "size": n,
            "sha": "0" * 40,
        }
        for n in range(200_000)
    ]
    with serving(Repository(files, extra_items=others)) as server:
        entries = api(server, Patience(sleep=patience.sleep)).entries(COMMIT)
        assert len(entries) >= 200_000
        assert len(accept(entries, remote_of(server), "test").files) == 12


def test_a_listing_of_200_000_score_files_is_refused(patience: Patience) -> None:
    scores = [
        {"path": f"{TASKS}/t/results/scores_{n}.json", "mode": "100644", "type": "blob", "size": 1, "sha": "0" * 40}
        for n in range(200_000)
    ]
    with serving(Repository({}, extra_items=scores)) as server:
        entries = api(server, Patience(sleep=patience.sleep)).entries(COMMIT)
        with pytest.raises(PipelineError, match="lists 200,000 score files"):
            accept(entries, remote_of(server), "test")


@pytest.mark.parametrize(
    "document",
    [
        [],
        None,
        {},
        {"tree": {}, "truncated": False},
        {"tree": [], "truncated": None},
        {"tree": [1], "truncated": False},
        {"tree": [{}], "truncated": False},
        {"tree": [{"path": None}], "truncated": False},
    ],
)
def test_a_listing_of_another_form_is_asked_for_again(
    server: GitHubServer, patience: Patience, monkeypatch: pytest.MonkeyPatch, document: object
) -> None:
    monkeypatch.setattr("tests.github_server.Answer.api", lambda *_, **__: (200, json.dumps(document).encode()))
    with pytest.raises(NoAnswer, match="not of GitHub's form"):
        api(server, patience).entries(COMMIT)
    assert len(server.requests) == patience.attempts


def test_deeply_nested_json_does_not_crash(
    server: GitHubServer, patience: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.github_server.Answer.api", lambda *_, **__: (200, b"[" * 100_000))
    with pytest.raises(NoAnswer):
        api(server, patience).entries(COMMIT)


@pytest.mark.parametrize("ref", ["main", "v1.0", "feature/x", "0" * 40, "a_b-c"])
def test_refs_that_git_allows(ref: str) -> None:
    check_ref(ref)


@pytest.mark.parametrize(
    "ref", ["", "-x", "--upload-pack=id", "a..b", "/a", "a/", "a b", "a\n", "a?b", "a:b", "a" * 201]
)
def test_refs_that_are_refused(ref: str) -> None:
    with pytest.raises(PipelineError, match="Next: name one, or leave REF out"):
        check_ref(ref)


TOKEN = "ghp_secret"  # noqa: S105 - not one


def test_the_token_goes_to_the_api(server: GitHubServer, patience: Patience) -> None:
    api(server, patience, TOKEN).commit("main")
    assert server.requests[-1][2]["Authorization"] == f"Bearer {TOKEN}"


def test_the_token_does_not_follow_a_redirect_to_another_host(server: GitHubServer, patience: Patience) -> None:
    with serving(server.repository) as elsewhere:
        server.redirect_api_to = elsewhere.base
        assert api(server, patience, TOKEN).commit("main") == COMMIT
        assert "Authorization" in server.requests[-1][2]
        assert len(elsewhere.requests) == 1
        assert "Authorization" not in elsewhere.requests[-1][2]


def test_the_token_is_not_sent_in_clear_text_over_a_network(
    patience: Patience, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []
    monkeypatch.setattr(Web, "get", lambda _self, _address, _take, auth: sent.append(auth))
    for address in ("http://mirror.example.org", "https://mirror.example.org"):
        Api(Web(patience), GitHub(api=address, token=TOKEN), remote).commit("main")
    assert [type(auth).__name__ for auth in sent] == ["Nobody", "Bearer"]


def test_the_token_is_in_no_message(
    server: GitHubServer, patience: Patience, settings_for: Callable[..., Settings], capfd: pytest.CaptureFixture[str]
) -> None:
    settings = settings_for(server, token=TOKEN)
    assert TOKEN not in repr(settings)
    server.fault("api", "limited_with_retry_after")
    server.fault("api", "server_error", 9)
    with pytest.raises(NoAnswer) as caught:
        Api(Web(patience), settings.github, remote_of(server)).commit("main")
    assert TOKEN not in str(caught.value) + "".join(capfd.readouterr())


@pytest.mark.parametrize(("source", "prefix"), [("official", "BIGBENCH"), ("pythia", "PYTHIA"), ("a-b", "A_B")])
def test_addresses_and_token_come_from_the_environment(source: str, prefix: str) -> None:
    environment = {
        f"{prefix}_API": "http://a/",
        f"{prefix}_ARCHIVE": "",
        f"{prefix}_GIT": "/g",
        "GITHUB_TOKEN": f" {TOKEN}\n",
    }
    assert GitHub.from_environment(environment, source) == GitHub(api="http://a", git="/g", token=TOKEN)
    # A mirror of one repository holds no other.
    assert GitHub.from_environment(environment, "another") == GitHub(token=TOKEN)


def test_an_address_of_git_may_be_of_one_repository_or_of_all() -> None:
    assert GitHub().git_address("google/BIG-bench") == "https://github.com/google/BIG-bench.git"
    assert GitHub(git="file:///mirrors/{repository}").git_address("a/{b}") == "file:///mirrors/a/{b}"
    assert GitHub(git="/mirror/{0}%s").git_address("a/b") == "/mirror/{0}%s"


def test_a_token_that_cannot_be_one_is_refused_without_showing_it() -> None:
    with pytest.raises(PipelineError, match="GITHUB_TOKEN holds") as caught:
        GitHub.from_environment({"GITHUB_TOKEN": "ghp\nsecret"}, "official")
    assert "secret" not in str(caught.value)
