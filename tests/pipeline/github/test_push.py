"""Real git against the server: clone, push, and how pushes are refused."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from actionkit.errors import CommandFailed
from pipeline.rehearsal.github import LocalGitHub, TokenKind


@pytest.fixture
def change(work: Path, git):
    """Commit something to ``work``; workflow files on request."""

    def commit(message: str = "feat: more", *, path: str = "b.txt") -> str:
        (work / path).write_text(message)
        git("add", ".", cwd=work)
        git("commit", "-qm", message, cwd=work)
        return git("rev-parse", "HEAD", cwd=work)

    return commit


@pytest.fixture
def refused(git, work: Path):
    """Push and return what git says when it is refused."""

    def push(*argv: str) -> str:
        with pytest.raises(CommandFailed) as caught:
            git("push", *argv, cwd=work)
        return caught.value.stderr

    return push


def test_anybody_clones_what_is_public(git, github: LocalGitHub, sample: str, tmp_path: Path) -> None:
    for address in (f"{github.url}/{sample}", f"{github.url}/Octo-Org/Sample.git"):
        git("clone", "-q", address, address[-3:])
        assert git("log", "--format=%s", cwd=tmp_path / address[-3:]) == "fix: two\nfeat: one"
        assert git("tag", cwd=tmp_path / address[-3:]) == "annotated\nv0.1.0"


def test_a_shallow_clone_can_be_deepened(git, github: LocalGitHub, sample: str, tmp_path: Path) -> None:
    git("clone", "-q", "--depth=1", "--no-tags", f"{github.url}/{sample}", "clone")
    assert git("rev-list", "--count", "HEAD", cwd=tmp_path / "clone") == "1"
    git("fetch", "-q", "--unshallow", "--tags", cwd=tmp_path / "clone")
    assert git("rev-list", "--count", "HEAD", cwd=tmp_path / "clone") == "2"


def test_a_shallow_source_is_served_as_it_is(git, github: LocalGitHub, work: Path, tmp_path: Path) -> None:
    git("clone", "-q", "--depth=1", f"file://{work}", "shallow")
    name = github.create_repository("octo-org/shallow", source=tmp_path / "shallow").full_name
    git("clone", "-q", f"{github.url}/{name}", "clone")
    assert git("log", "--format=%s", cwd=tmp_path / "clone") == "fix: two"


def test_an_atomic_push_of_branch_and_tag_arrives(git, work, remote, token, change, api) -> None:
    head = change()
    git("tag", "-a", "v1.0.0", "-m", "one", cwd=work)
    git("push", "-q", "--atomic", remote(token), "main", "v1.0.0", cwd=work)
    assert api("GET", "/branches/main").json["commit"]["sha"] == head
    assert api("GET", "/git/ref/tags/v1.0.0").json["object"]["type"] == "tag"
    assert api("GET", "").json["pushed_at"] == "2026-03-04T05:06:07Z"


def test_a_push_by_header_arrives_too(git, github, sample, work, basic, token, change, api) -> None:
    head = change()
    header = f"http.extraHeader=Authorization: {basic(token)}"
    git("-c", header, "push", "-q", f"{github.url}/{sample}", "main", cwd=work)
    assert api("GET", "/branches/main").json["commit"]["sha"] == head


def test_a_big_push_arrives_in_chunks(git, work, remote, token, api) -> None:
    data = b"".join(number.to_bytes(4, "big") for number in range(700_000))
    (work / "big.bin").write_bytes(data)
    git("add", ".", cwd=work)
    git("commit", "-qm", "feat: big", cwd=work)
    git("-c", "http.postBuffer=65536", "push", "-q", remote(token), "main", cwd=work)
    assert api("GET", "/git/trees/main").json["tree"][2]["size"] == len(data)


def test_nobody_pushes_without_a_token(refused, github: LocalGitHub, sample, change) -> None:
    change()
    assert "could not read Username" in refused(f"{github.url}/{sample}", "main")
    assert "Authentication failed" in refused(f"{github.url}/{sample}".replace("://", "://x:bad@"), "main")


def test_a_token_without_contents_write_cannot_push(refused, github, sample, remote, change) -> None:
    change()
    reader = github.issue_token(sample, permissions={"contents": "read"})
    text = refused(remote(reader), "main")
    assert "remote: Permission to octo-org/sample.git denied to github-actions[bot]." in text
    assert "The requested URL returned error: 403" in text


def test_a_private_repository_is_not_found_by_others(git, github: LocalGitHub, work, token) -> None:
    github.create_repository("octo-org/secret", source=work, private=True)
    mine = github.issue_token("octo-org/secret", permissions={"contents": "read"})

    def listed(value: str) -> str:
        return git("ls-remote", f"{github.url}/octo-org/secret".replace("://", f"://x:{value}@"), "main")

    assert listed(mine).endswith("refs/heads/main")
    with pytest.raises(CommandFailed, match="ended with status 128") as caught:
        listed(token)
    assert "not found" in caught.value.stderr


def test_git_refuses_what_is_no_fast_forward_and_takes_force(
    git, refused, work, remote, token, change, api
) -> None:
    change("feat: ours")
    git("push", "-q", remote(token), "main", cwd=work)
    git("reset", "-q", "--hard", "v0.1.0", cwd=work)
    head = change("feat: theirs")
    assert "[rejected]" in refused(remote(token), "main")
    git("push", "-q", "--force", remote(token), "main", cwd=work)
    assert api("GET", "/branches/main").json["commit"]["sha"] == head


def test_a_ruleset_refuses_the_branch_and_takes_the_tag(
    git, refused, github, sample, work, remote, token, change, api
):
    github.protect(sample, "main")
    change()
    git("tag", "v1.0.0", cwd=work)
    lines = [line.rstrip() for line in refused(remote(token), "main", "v1.0.0").splitlines()]
    assert lines[:5] == [
        "remote: error: GH013: Repository rule violations found for refs/heads/main.",
        f"remote: Review all repository rules at {github.url}/octo-org/sample/rules?ref=refs%2Fheads%2Fmain",
        "remote:",
        "remote: - Changes must be made through a pull request.",
        "remote:",
    ]
    assert " * [new tag]         v1.0.0 -> v1.0.0" in lines
    reason = "push declined due to repository rule violations"
    assert f" ! [remote rejected] main -> main ({reason})" in lines
    assert api("GET", "/git/ref/tags/v1.0.0").status == 200


def test_an_atomic_push_is_refused_as_a_whole(
    git, refused, github, sample, work, remote, token, change, api
) -> None:
    github.protect(sample, "main", style="classic")
    change()
    git("tag", "v1.0.0", cwd=work)
    text = refused("--atomic", remote(token), "main", "v1.0.0")
    assert "remote: error: GH006: Protected branch update failed for refs/heads/main." in text
    assert "main -> main (protected branch hook declined)" in text
    assert "v1.0.0 -> v1.0.0 (atomic transaction failed)" in text
    assert api("GET", "/git/ref/tags/v1.0.0").status == 404


def test_a_kind_of_token_may_bypass_a_rule(
    git, refused, github, sample, work, remote, token, app_token, change
) -> None:
    github.protect(sample, "main", bypass=[TokenKind.APP])
    change()
    refused(remote(token), "main")
    git("push", "-q", remote(app_token), "main", cwd=work)


@pytest.mark.parametrize(
    ("rule", "argv", "line"),
    [
        ("deletion", (":main",), "Cannot delete this branch"),
        ("non_fast_forward", ("+v0.1.0:main",), "Cannot force-push to this branch"),
        ("update", ("main",), "Cannot update this protected ref."),
        ("creation", ("main:refs/heads/main2",), "Cannot create ref due to creations being restricted."),
        ("required_status_checks:build", ("main",), 'Required status check "build" is expected.'),
        ("required_signatures", ("main",), "Commits must have verified signatures."),
        ("required_linear_history", ("main",), "This branch must not contain merge commits."),
    ],
)
def test_each_rule_refuses_in_its_words(
    git, refused, github, sample, work, remote, token, change, rule, argv, line
):
    github.protect(sample, "main*", rules=[rule])
    git("checkout", "-q", "-b", "side", "v0.1.0", cwd=work)
    change("feat: side")
    git("checkout", "-q", "main", cwd=work)
    git("merge", "-q", "--no-edit", "side", cwd=work)
    assert f"- {line}" in refused(remote(token), *argv)


def test_rules_are_told_by_the_api_and_hold_for_it(
    api, github, sample, work, git, remote, app_token, change
) -> None:
    assert api("GET", "/rules/branches/main").json == []
    rules = ["pull_request", "required_status_checks:build", "update", "deletion"]
    github.protect(sample, "main", rules=rules)
    github.protect(sample, "release/*", style="classic")
    told = api("GET", "/rules/branches/main").json
    assert [one["type"] for one in told] == [one.partition(":")[0] for one in rules]
    assert api("GET", "/rules/branches/release/1.x").json == []  # classic protection is told elsewhere
    assert api("GET", "/branches/main").json["protected"] is True
    head = change()
    git("push", "-q", remote(app_token), "main:other", cwd=work)
    refused = api("PATCH", "/git/refs/heads/main", {"sha": head})
    assert refused.status == 422
    assert refused.json["message"].startswith(
        "Repository rule violations found\n\nChanges must be made through"
    )
    with pytest.raises(ValueError, match="no such rule"):
        github.protect(sample, "main", rules=["pull_requests"])


def test_a_job_cannot_push_a_change_of_workflow_files(
    git, refused, github, sample, work, remote, token, app_token, change
) -> None:
    path = ".github/workflows/new.yml"
    change("ci: new", path=path)
    change("feat: and more")
    reason = f"create or update workflow `{path}` without `workflows` permission"
    assert f"(refusing to allow a GitHub App to {reason})" in refused(remote(token), "main")
    git("tag", "v1.0.0", cwd=work)
    assert "refusing to allow a GitHub App" in refused(remote(token), "v1.0.0")
    mona = github.issue_token(sample, permissions={"contents": "write"}, kind=TokenKind.PAT, login="mona")
    assert "refusing to allow a Personal Access Token" in refused(remote(mona), "main")
    git("push", "-q", remote(app_token), "main", cwd=work)
    git("push", "-q", remote(token), "v1.0.0", cwd=work)  # the commit is there already


def test_a_job_cannot_move_a_ref_to_new_workflow_files_through_the_api(
    api, app_token, sample, github
) -> None:
    head = api("GET", "/git/ref/heads/main").json["object"]["sha"]
    entry = {"path": ".github/workflows/new.yml", "mode": "100644", "type": "blob", "content": "on: push"}
    tree = api("POST", "/git/trees", {"base_tree": head, "tree": [entry]}).json["sha"]
    commit = api("POST", "/git/commits", {"message": "ci", "tree": tree, "parents": [head]}).json["sha"]
    refused = api("PATCH", "/git/refs/heads/main", {"sha": commit})
    assert (refused.status, refused.json["message"]) == (403, "Resource not accessible by integration")
    assert api("PATCH", "/git/refs/heads/main", {"sha": commit}, token=app_token).status == 200


def test_a_burned_tag_cannot_be_pushed_again(
    git, refused, github, sample, work, remote, token, app_token, api
) -> None:
    github.set_immutable_releases(sample, enabled=True)
    api("POST", "/releases", {"tag_name": "v0.1.0"})
    assert "Cannot update this protected ref." in refused("-f", remote(app_token), "main:refs/tags/v0.1.0")
    assert "Cannot delete this protected ref." in refused(remote(app_token), ":v0.1.0")
    github.repository(sample).git.git("update-ref", "-d", "refs/tags/v0.1.0")
    assert "Cannot create ref due to creations being restricted." in refused(remote(token), "v0.1.0")


def test_a_push_fires_push_with_what_changed(git, github, work, remote, token, app_token, change) -> None:
    before, after = git("rev-parse", "main", cwd=work), change()
    git("push", "-q", remote(app_token), "main", "HEAD:refs/heads/new", cwd=work)
    main, new = github.events()
    assert (main.name, main.ref, main.sha, main.actor) == ("push", "refs/heads/main", after, "releaser[bot]")
    told = {key: main.payload[key] for key in ("before", "after", "created", "deleted", "forced")}
    assert told == {"before": before, "after": after, "created": False, "deleted": False, "forced": False}
    assert [one["id"] for one in main.payload["commits"]] == [after]
    assert (new.ref, new.payload["created"], new.payload["before"]) == ("refs/heads/new", True, "0" * 40)
    git("push", "-q", remote(app_token), ":new", cwd=work)
    (gone,) = github.events()
    assert (gone.payload["deleted"], gone.payload["head_commit"]) == (True, None)
    git("push", "-q", remote(token), "HEAD:refs/heads/by-job", cwd=work)
    assert [one.event.ref for one in github.suppressed()] == ["refs/heads/by-job"]


def test_more_than_three_tags_at_once_fire_nothing(git, github, work, remote, app_token) -> None:
    tags = [f"v1.0.{number}" for number in range(4)]
    for tag in tags:
        git("tag", tag, cwd=work)
    git("push", "-q", remote(app_token), *tags[:3], cwd=work)
    assert [one.ref for one in github.events()] == [f"refs/tags/{tag}" for tag in tags[:3]]
    git("push", "-q", "--delete", remote(app_token), *tags[:3], cwd=work)
    list(github.events())
    git("push", "-q", remote(app_token), *tags, cwd=work)
    assert list(github.events()) == []
    assert {one.reason for one in github.suppressed()} == {
        "a push of more than three tags at once fires no push event for them"
    }


def test_pushes_at_the_same_time_do_not_lose_each_other(git, work, remote, token, change, api) -> None:
    change()
    environment = {
        "PATH": "/usr/bin:/bin:/usr/local/bin",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "HOME": str(work),
    }
    pushes = [
        subprocess.Popen(
            ("git", "push", "-q", remote(token), f"HEAD:refs/heads/b{number}"),
            cwd=work,
            env=environment,
        )
        for number in range(4)
    ]
    assert [push.wait(30) for push in pushes] == [0, 0, 0, 0]
    assert len(api("GET", "/branches").json) == 5
