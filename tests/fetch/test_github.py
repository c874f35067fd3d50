import json
from collections.abc import Callable

import pytest

from pipeline.core.errors import PipelineError
from pipeline.core.settings import GitHub, Settings
from pipeline.fetch.github import Api, check_ref
from pipeline.fetch.listing import accept
from pipeline.fetch.web import NoAnswer, Patience, Web
from tests.fetch.conftest import expected
from tests.github_server import COMMIT, GitHubServer, Repository, score_files, serving

TASKS = "bigbench/benchmark_tasks"


def api(server: GitHubServer, patience: Patience, token: str = "", path: str = "/api") -> Api:
    return Api(Web(patience), GitHub(api=server.base + path, token=token))


def test_a_ref_is_resolved(server: GitHubServer, patience: Patience) -> None:
    assert api(server, patience).commit("main") == COMMIT
    assert server.asked("api") == ["/api/repos/google/BIG-bench/commits/main"]


def test_a_listing_takes_one_call(server: GitHubServer, patience: Patience) -> None:
    listing = accept(api(server, patience).entries(COMMIT), "test")
    assert {file.path for file in listing.files} == set(expected(server.repository))
    assert server.asked("api") == [f"/api/repos/google/BIG-bench/git/trees/{COMMIT}?recursive=1"]


@pytest.mark.parametrize(
    "truncated", [{""}, {"", "bigbench"}, {"", "bigbench", TASKS}, {"", "bigbench", TASKS, f"{TASKS}/task_1"}]
)
def test_a_truncated_listing_is_taken_by_subtree(server: GitHubServer, patience: Patience, truncated: set[str]) -> None:
    server.repository.truncated = truncated
    listing = accept(api(server, patience).entries(COMMIT), "test")
    assert {file.path for file in listing.files} == set(expected(server.repository))
    assert len(server.requests) <= 4 + 2 * len(truncated) + 4


def test_a_truncated_listing_asks_for_no_folder_without_scores(server: GitHubServer, patience: Patience) -> None:
    server.repository.files["docs/a/b.md"] = b""
    server.repository.truncated = {""}
    api(server, patience).entries(COMMIT)
    # The top twice, and bigbench.
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
        assert len(accept(entries, "test").files) == 12


def test_a_listing_of_200_000_score_files_is_refused(patience: Patience) -> None:
    scores = [
        {"path": f"{TASKS}/t/results/scores_{n}.json", "mode": "100644", "type": "blob", "size": 1, "sha": "0" * 40}
        for n in range(200_000)
    ]
    with serving(Repository({}, extra_items=scores)) as server:
        entries = api(server, Patience(sleep=patience.sleep)).entries(COMMIT)
        with pytest.raises(PipelineError, match="lists 200,000 score files"):
            accept(entries, "test")


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
    with pytest.raises(PipelineError, match="Next: try REF=main"):
        check_ref(ref)


TOKEN = "ghp_secret"  # noqa: S105 - not one


def test_the_token_goes_to_the_api(server: GitHubServer, patience: Patience) -> None:
    api(server, patience, TOKEN).commit("main")
    assert server.requests[-1][2]["Authorization"] == f"Bearer {TOKEN}"


def test_the_token_does_not_follow_a_redirect_to_another_host(server: GitHubServer, patience: Patience) -> None:
    with serving(Repository(score_files())) as elsewhere:
        server.redirect_api_to = elsewhere.base
        assert api(server, patience, TOKEN).commit("main") == COMMIT
        assert "Authorization" in server.requests[-1][2]
        assert len(elsewhere.requests) == 1
        assert "Authorization" not in elsewhere.requests[-1][2]


def test_the_token_is_not_sent_in_clear_text_over_a_network(
    patience: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []
    monkeypatch.setattr(Web, "get", lambda _self, _address, _take, auth: sent.append(auth))
    for address in ("http://mirror.example.org", "https://mirror.example.org"):
        Api(Web(patience), GitHub(api=address, token=TOKEN)).commit("main")
    assert [type(auth).__name__ for auth in sent] == ["Nobody", "Bearer"]


def test_the_token_is_in_no_message(
    server: GitHubServer, patience: Patience, settings_for: Callable[..., Settings], capfd: pytest.CaptureFixture[str]
) -> None:
    settings = settings_for(server, token=TOKEN)
    assert TOKEN not in repr(settings)
    server.fault("api", "limited_with_retry_after")
    server.fault("api", "server_error", 9)
    with pytest.raises(NoAnswer) as caught:
        Api(Web(patience), settings.github).commit("main")
    assert TOKEN not in str(caught.value) + "".join(capfd.readouterr())


def test_addresses_and_token_come_from_the_environment() -> None:
    environment = {
        "BIGBENCH_API": "http://a/",
        "BIGBENCH_ARCHIVE": "",
        "BIGBENCH_GIT": "/g",
        "GITHUB_TOKEN": f" {TOKEN}\n",
    }
    assert GitHub.from_environment(environment) == GitHub(api="http://a", git="/g", token=TOKEN)


def test_a_token_that_cannot_be_one_is_refused_without_showing_it() -> None:
    with pytest.raises(PipelineError, match="GITHUB_TOKEN holds") as caught:
        GitHub.from_environment({"GITHUB_TOKEN": "ghp\nsecret"})
    assert "secret" not in str(caught.value)
