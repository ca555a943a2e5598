"""Real git with a bare remote."""

from __future__ import annotations

from pathlib import Path

import pytest

from actionkit.errors import ActionError, PermissionDenied
from actionkit.git import Commit, Git, Tag
from actionkit.git.history import (
    commit_date,
    commits,
    is_ancestor,
    is_shallow,
    read_files,
    resolve,
    tag_names,
    tags,
    top_modes,
    touched_paths,
    tracked_modes,
)
from actionkit.git.objects import Signature, write_commit, write_tag
from actionkit.git.remote import REMOTE_TAGS, BranchMoved, fetch_branch, push_atomic, remote_references

_BOT = Signature(name="release <bot>", email="bot@example.com", seconds=1_767_323_045)


def test_commits_come_newest_first_with_their_whole_message(work) -> None:
    first = work.commit("feat: one\n\nbody\n\nRefs: #1")
    second = work.commit("fix: two")
    assert commits(work.git, "", "HEAD") == (
        Commit(
            sha=second,
            parents=(first,),
            author_name="Sample Developer",
            author_email="sample@example.com",
            message="fix: two\n",
            authored="1767323045",
        ),
        Commit(
            sha=first,
            author_name="Sample Developer",
            author_email="sample@example.com",
            message="feat: one\n\nbody\n\nRefs: #1\n",
            authored="1767323045",
        ),
    )
    assert [commit.sha for commit in commits(work.git, first, "HEAD")] == [second]
    assert commits(work.git, "HEAD", "HEAD") == ()


def test_a_message_cannot_forge_another_commit(work) -> None:
    work.commit("fix: a\n\n\x1e\x1f\x01deadbeef\x01 commit")
    assert len(commits(work.git, "", "HEAD")) == 1


def test_tags_are_found_loose_packed_annotated_and_lightweight(work) -> None:
    sha = work.commit("feat: one")
    work.git.run("tag", "v1.0.0")
    work.git.run("tag", "-a", "v1.1.0", "-m", "v1.1.0\n\nnotes")
    work.git.run("pack-refs", "--all")
    work.git.run("tag", "v1.2.0")
    annotated = work.git.text("rev-parse", "v1.1.0")
    assert tags(work.git) == (
        Tag(name="v1.0.0", object_sha=sha, commit_sha=sha, message=""),
        Tag(name="v1.1.0", object_sha=annotated, commit_sha=sha, message="v1.1.0\n\nnotes\n"),
        Tag(name="v1.2.0", object_sha=sha, commit_sha=sha, message=""),
    )
    assert tag_names(work.git) == ("v1.0.0", "v1.1.0", "v1.2.0")
    assert tag_names(work.git, "refs/none/") == ()
    assert tags(work.git, names=("v1.2.0",)) == tags(work.git)[2:]
    assert tags(work.git, names=("v1.2",)) == tags(work.git, names=()) == ()


def test_files_are_read_byte_for_byte_from_a_commit(work) -> None:
    text = "\ufeffone\r\ntwo"
    sha = work.commit("feat: one", a=text, b="")
    (work.git.directory / "a").write_text("changed later")
    assert read_files(work.git, sha, ("b", "a")) == {"a": text, "b": ""}


def test_a_tags_name_cannot_forge_another_tag(work) -> None:
    work.commit("feat: one")
    work.git.run("tag", "v1.0.0\u2028v9.0.0")
    assert tag_names(work.git) == ("v1.0.0\u2028v9.0.0",)


def test_what_stands_at_the_top_is_listed_without_what_is_below(work) -> None:
    (work.git.directory / "crates").mkdir()
    (work.git.directory / "crates" / "Cargo.toml").write_text("")
    (work.git.directory / "link").symlink_to("crates")
    sha = work.commit("feat: one", a="")
    assert top_modes(work.git, sha) == {"a": "100644", "crates": "040000", "link": "120000"}
    assert tracked_modes(work.git, sha) == {"a": "100644", "crates/Cargo.toml": "100644"}


def test_a_file_that_is_not_utf8_is_named(work) -> None:
    (work.git.directory / "Cargo.toml").write_bytes(b"name = '\xff'")
    sha = work.commit("feat: one")
    with pytest.raises(ActionError, match="is not UTF-8"):
        read_files(work.git, sha, ("Cargo.toml",))


def test_a_commit_is_written_without_touching_tree_or_branch(work) -> None:
    script = work.git.directory / "run.sh"
    script.write_text("old\n")
    script.chmod(0o755)
    parent = work.commit("feat: one", a="kept\n")
    sha = write_commit(
        work.git,
        parent=parent,
        files={"run.sh": ("100755", "new\r\n"), 'new "file".txt': ("100644", "x")},
        message="chore(release): v1.0.0\n\nbody",
        by=_BOT,
    )
    assert work.git.text("rev-parse", "HEAD") == parent
    assert work.git.text("status", "--porcelain") == ""
    assert tracked_modes(work.git, sha) == {
        "a": "100644",
        'new "file".txt': "100644",
        "run.sh": "100755",
    }
    assert read_files(work.git, sha, ("run.sh", "a")) == {"run.sh": "new\r\n", "a": "kept\n"}
    (written,) = commits(work.git, parent, sha)
    assert (written.parents, written.message) == ((parent,), "chore(release): v1.0.0\n\nbody")
    assert written.author_name == "release bot"
    assert commit_date(work.git, sha) == "2026-01-02T03:04:05Z"


def test_commit_and_tag_are_pushed_together_or_not_at_all(work) -> None:
    parent = work.commit("feat: one", a="1")
    work.push("main")
    sha = write_commit(work.git, parent=parent, files={"a": ("100644", "2")}, message="m", by=_BOT)
    tag = write_tag(work.git, name="v1.0.0", commit=sha, message="v1.0.0\n\n# notes", by=_BOT)
    updates = {"refs/heads/main": sha, "refs/tags/v1.0.0": tag}
    work.git.run("update-ref", "refs/heads/other", work.commit("feat: sneaked in"))
    work.push("+refs/heads/other:refs/heads/main")
    with pytest.raises(BranchMoved):
        push_atomic(work.git, str(work.remote), updates)
    assert remote_references(work.git, str(work.remote), "refs/tags/v1.0.0") == {}
    work.push(f"+{parent}:refs/heads/main")
    push_atomic(work.git, str(work.remote), updates)
    assert remote_references(work.git, str(work.remote), *updates) == updates
    fetch_branch(work.git, str(work.remote), "main")
    (found,) = tags(work.git, REMOTE_TAGS)
    assert (found.name, found.commit_sha, found.message) == ("v1.0.0", sha, "v1.0.0\n\n# notes\n")


def test_a_dry_push_writes_nothing(work) -> None:
    sha = work.commit("feat: one")
    push_atomic(work.git, str(work.remote), {"refs/heads/main": sha}, dry_run=True)
    assert remote_references(work.git, str(work.remote), "refs/heads/main") == {}


def test_a_rule_of_the_repository_is_told_as_one(work) -> None:
    sha = work.commit("feat: one")
    hook = work.remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'GH006: Protected branch update failed' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(PermissionDenied, match="a rule of the repository refuses the push"):
        push_atomic(work.git, str(work.remote), {"refs/heads/main": sha})


def test_a_shallow_clone_is_deepened_and_the_remotes_tags_kept_apart(work, tmp_path: Path) -> None:
    first = work.commit("feat: one")
    work.git.run("tag", "v1.0.0")
    tip = work.commit("fix: two")
    work.push("main", "v1.0.0")
    shallow = Git(directory=tmp_path / "shallow")
    work.git.run("clone", "--quiet", "--depth=1", f"file://{work.remote}", str(shallow.directory))
    assert is_shallow(shallow)
    assert fetch_branch(shallow, f"file://{work.remote}", "main") == tip
    assert not is_shallow(shallow)
    assert [tag.name for tag in tags(shallow, REMOTE_TAGS)] == ["v1.0.0"]
    assert tags(shallow) == ()
    assert is_ancestor(shallow, first, tip)
    assert not is_ancestor(shallow, tip, first)


def test_a_branch_that_is_not_there_is_named(work) -> None:
    work.commit("feat: one")
    work.push("main")
    with pytest.raises(ActionError, match="no branch nowhere"):
        fetch_branch(work.git, str(work.remote), "nowhere")


def test_an_unknown_revision_is_told(work) -> None:
    work.commit("feat: one")
    with pytest.raises(ActionError, match="--upload-pack=x names no commit"):
        resolve(work.git, "--upload-pack=x")


def test_touched_paths_are_listed_by_commit(work) -> None:
    first = work.commit("feat: one", a="1")
    second = work.commit("feat: two", a="2", b="ü")
    third = work.commit("chore: nothing")
    assert touched_paths(work.git, "", "HEAD") == {first: ("a",), second: ("a", "b"), third: ()}


def test_the_token_is_in_the_environment_and_nowhere_else(work) -> None:
    git = work.git.with_login("https://github.com", "s3cret-token")
    work.commit("feat: one")
    with pytest.raises(ActionError) as failure:
        git.run("config", "--get-regexp", "s3cret-token[")
    assert "s3cret-token" not in str(failure.value)
    assert git.text("config", "--get-all", "http.https://github.com/.extraheader").startswith("\nAUTH")


def test_hooks_of_the_repository_do_not_run(work) -> None:
    hook = work.git.directory / ".git" / "hooks" / "pre-push"
    hook.write_text("#!/bin/sh\ntouch hooked\n")
    hook.chmod(0o755)
    sha = work.commit("feat: one")
    push_atomic(work.git, str(work.remote), {"refs/heads/main": sha})
    assert not (work.git.directory / "hooked").exists()


def test_neither_configuration_nor_environment_of_a_job_starts_programs(
    work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap, sprung = tmp_path / "trap", tmp_path / "sprung"
    trap.write_text(f"#!/bin/sh\necho $0 $@ >> {sprung}\n")
    trap.chmod(0o755)
    first = work.commit("feat: one", a="1")
    work.push("main")
    hooks = work.git.directory / ".git" / "hooks"
    for hook in ("pre-push", "reference-transaction", "post-commit", "pre-commit", "post-index-change"):
        (hooks / hook).write_text(trap.read_text())
        (hooks / hook).chmod(0o755)
    included = tmp_path / "included"
    included.write_text(
        f"[core]\n\tfsmonitor = {trap}\n\tsshCommand = {trap}\n\taskPass = {trap}\n\tpager = {trap}\n"
        f"\teditor = {trap}\n\thooksPath = {hooks}\n\talternateRefsCommand = {trap}\n"
        f"[gpg]\n\tprogram = {trap}\n[log]\n\tshowSignature = true\n[push]\n\tgpgSign = if-asked\n"
        f"\tfollowTags = true\n\trecurseSubmodules = on-demand\n"
        f'[credential]\n\thelper = {trap}\n[filter "x"]\n\tclean = {trap}\n\tsmudge = {trap}\n'
        f"[diff]\n\texternal = {trap}\n[alias]\n\tlog = !{trap}\n\tpush = !{trap}\n"
    )
    with (work.git.directory / ".git" / "config").open("a") as config:
        config.write(f"[include]\n\tpath = {included}\n")
    (work.git.directory / ".git" / "info" / "attributes").write_text("* filter=x diff=x\n")
    for name in ("GIT_ASKPASS", "SSH_ASKPASS", "GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_EDITOR", "GIT_SSH"):
        monkeypatch.setenv(name, str(trap))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", f"'core.fsmonitor'='{trap}'")
    monkeypatch.setenv("GIT_TRACE", "1")
    git = Git(directory=work.git.directory).with_login("http://127.0.0.1:9", "t")
    assert [commit.sha for commit in commits(git, "", "main")] == [first]
    git.run("tag", "--annotate", "--no-sign", "-m", "x", "loose", env=dict(work.git.environment))
    second = write_commit(git, parent=first, files={"a": ("100644", "2")}, message="two\n", by=_BOT)
    push_atomic(git, str(work.remote), {"refs/heads/main": second})
    assert fetch_branch(git, str(work.remote), "main") == second
    with pytest.raises(ActionError):
        fetch_branch(git, "http://127.0.0.1:9/x/y.git", "main")
    assert tags(Git(directory=work.remote)) == (), "push.followTags has no effect"
    assert not sprung.exists(), sprung.read_text()


def test_a_number_in_the_remotes_answer_is_no_lack_of_permission(work) -> None:
    """Of the shas that the remote names, one in fifty has 403 or 401 in it."""
    first = work.commit("feat: one", a="1")
    hook = work.remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'no: 4030401 is at 0403 and 401' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(PermissionDenied, match="a rule of the repository refuses the push"):
        push_atomic(work.git, str(work.remote), {"refs/heads/main": first})
