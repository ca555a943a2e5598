"""What a failing build tells: the target, the line, the last output."""

from __future__ import annotations

from pathlib import Path

import pytest

from images.build.log import BuildLog, cache_trouble, explain_failure, plain_target

LOG = """\
#12 [api build 3/4] RUN cargo build --locked
#12 0.412 error: linker `cc` not found
#12 ERROR: process "/bin/sh -c cargo build --locked" did not complete successfully: exit code: 101
#13 [web app 1/1] COPY x /
#13 CANCELED
#14 [web] exporting to oci image format
#14 ERROR: failed to copy: EOF: unavailable
------
 > [web] exporting to oci image format:
------
------
 > [api build 3/4] RUN cargo build --locked:
0.412 error: linker `cc` not found
------
Dockerfile:7
--------------------
   5 |
   6 |     COPY . .
   7 | >>> RUN cargo build --locked
   8 |
--------------------
ERROR: target api: failed to solve: process "/bin/sh -c cargo build --locked" did not complete successfully: \
exit code: 101
"""

TARGETS: dict[str, dict[str, str]] = {
    "api": {"context": ".", "dockerfile": "docker/Dockerfile", "target": "build"},
    "web": {},
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A repository with the step of the log, in files of two names."""
    for path in ("docker/Dockerfile", "build/Containerfile"):
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).write_text("# something\n" * 6 + "RUN cargo build --locked\n")
    return tmp_path


def test_a_failing_step_is_told_with_target_line_and_output(source: Path) -> None:
    error = explain_failure(tuple(LOG.splitlines()), TARGETS, source)
    assert (error.what, error.file, error.line) == (
        "the image api does not build",
        "docker/Dockerfile",
        7,
    )
    assert error.fix.endswith("docker build --file docker/Dockerfile --target build .")
    assert error.why == "\n".join(
        (
            'failed to solve: process "/bin/sh -c cargo build --locked" did not complete successfully: '
            "exit code: 101",
            " > [api build 3/4] RUN cargo build --locked:",
            "0.412 error: linker `cc` not found",
            "Dockerfile:7",
            "--------------------",
            "   5 |",
            "   6 |     COPY . .",
            "   7 | >>> RUN cargo build --locked",
            "   8 |",
            "--------------------",
        )
    )


def test_a_failing_step_is_told_though_its_number_is_a_secret(source: Path) -> None:
    told: list[str] = []
    log = BuildLog(tell=told.append, hidden=("1", "linker"))
    for line in LOG.splitlines():
        log.take(line)
    error = log.explain(TARGETS, source)
    assert (error.what, error.file, error.line) == ("the image api does not build", "docker/Dockerfile", 7)
    assert "0.4***2 error: *** `cc` not found" in error.why.splitlines()
    assert told[1] == "#***2 0.4***2 error: *** `cc` not found"
    assert "1" not in "".join((*told, error.why))


def test_the_longer_of_two_secrets_is_hidden_whole() -> None:
    told: list[str] = []
    BuildLog(tell=told.append, hidden=("tulip", "a-tulip-b")).take("x a-tulip-b")
    assert told == ["x ***"]


def test_the_cause_is_shown_though_more_output_follows_than_buildkit_repeats() -> None:
    written = [f"#12 0.{number} note {number}" for number in range(100, 130)]
    lines = LOG.splitlines()
    long = (*lines[:2], *written, *lines[2:])
    error = explain_failure(long, TARGETS, Path("/w"))
    assert error.why.splitlines()[1:4] == [
        " > [api build 3/4] RUN cargo build --locked:",
        "0.412 error: linker `cc` not found",
        "0.100 note 100",
    ]
    assert error.why.splitlines()[32:34] == ["0.129 note 129", "Dockerfile:7"]


def test_a_dockerfile_within_the_bake_file_is_no_place_in_the_repository() -> None:
    error = explain_failure(tuple(LOG.splitlines()), {"api": {"dockerfile-inline": "FROM x"}}, Path("/w"))
    assert (error.file, error.line) == ("", 0)
    assert error.fix.endswith("docker buildx bake api")


def test_a_failure_without_a_step_shows_the_end_of_the_output() -> None:
    error = explain_failure(("#1 loading", "ERROR: no builder"), TARGETS, Path("/w"))
    assert (error.what, error.why) == ("the images do not build", "no builder\n#1 loading\nERROR: no builder")


def test_the_only_target_is_named_though_buildkit_does_not() -> None:
    error = explain_failure(("ERROR: failed to solve: x",), {"api": {}}, Path("/w"))
    assert error.what == "the image api does not build"


def test_a_failure_of_the_cache_alone_is_told_apart() -> None:
    trouble = "failed to solve: failed to configure gha cache exporter: token is malformed"
    assert cache_trouble((f"ERROR: target api: {trouble}",)) == trouble
    assert cache_trouble(tuple(LOG.splitlines())) == ""


@pytest.mark.parametrize(
    ("flag", "outside"),
    [("fs.read=..", True), ("fs.read=/w/../x", True), ("fs.read=sub/..", False), ("ssh", False)],
)
def test_nobody_is_told_to_let_a_build_read_what_is_outside_the_repository(flag: str, outside: bool) -> None:
    error = explain_failure((f"Pass --allow={flag} to grant", "ERROR: no"), {"api": {}}, Path("/w"))
    assert ("is outside the repository" in error.fix) == outside
    assert (flag in error.yaml) != outside


def test_a_failure_that_names_no_line_may_be_a_cache_s_and_a_right_that_lacks_is_not() -> None:
    reason = "failed to solve: invalid character 'c' looking for beginning of object key string"
    assert cache_trouble((f"ERROR: {reason}",)) == reason
    asked = ('Pass "--allow=network.host" to grant requested privileges.', "ERROR: additional privileges")
    assert cache_trouble(asked) == ""


EARLY = ("#1 [internal] load build definition from Dockerfile", "#4 [api build 1/4] FROM debian")
BEGUN = (*EARLY, "#5 [api linux/arm64 build 2/4] RUN make")


@pytest.mark.parametrize(
    ("before", "reason", "is_cache"),
    [
        (EARLY, "rpc error: code = Unavailable desc = EOF", True),
        (BEGUN, "rpc error: code = Unavailable desc = EOF", False),
        (("#5 [2/4] COPY x /", "#5 CACHED"), "write /blob: no space left on device", False),
        (("#5 0.1 more",) * 5000, "rpc error: code = Unavailable desc = EOF", False),
        (BEGUN, "failed to configure registry cache importer: 403", True),
        (
            (*BEGUN, "#9 exporting cache to client directory", "#9 ERROR: disk quota"),
            "solve: disk quota",
            True,
        ),
        ((*BEGUN, "WARNING: local cache import at /c not found due to err: bad index"), "bad index", True),
        ((*BEGUN, "#9 exporting to oci image", "#9 ERROR: disk quota"), "solve: disk quota", False),
        (EARLY, 'process "/bin/sh -c cache import" did not complete successfully: exit code: 1', False),
    ],
)
def test_once_steps_ran_only_a_cache_s_own_failure_is_one(
    before: tuple[str, ...], reason: str, is_cache: bool
) -> None:
    assert cache_trouble((*before, f"ERROR: {reason}")) == (reason if is_cache else "")


def test_the_target_that_cannot_be_an_index_is_named() -> None:
    reason = "failed to solve: index annotations not supported for single platform export"
    assert plain_target((f"ERROR: target web: {reason}",), ("api", "web")) == "web"
    assert plain_target((f"ERROR: {reason}",), ("api",)) == "api"
    assert plain_target((f"ERROR: {reason}",), ("api", "web")) == ""
    assert plain_target(tuple(LOG.splitlines()), ("api",)) == ""


def test_a_step_of_a_containerfile_is_told_with_its_line(source: Path) -> None:
    lines = (line.replace("Dockerfile:7", "Containerfile:7") for line in LOG.splitlines())
    error = explain_failure(tuple(lines), {"api": {"dockerfile": "build/Containerfile"}}, source)
    assert (error.file, error.line) == ("build/Containerfile", 7)


def test_no_line_is_named_in_a_file_where_it_does_not_stand(source: Path) -> None:
    (source / "docker" / "Dockerfile").write_text("FROM base\n")
    error = explain_failure(tuple(LOG.splitlines()), TARGETS, source)
    assert (error.file, error.line) == ("", 0)
