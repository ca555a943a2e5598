"""The runner's protocol, read back the way the runner reads it."""

from __future__ import annotations

import io
import re
from pathlib import Path

from actionkit.errors import ActionError, Problems
from actionkit.main import BUG, FAILED, OK, run_action
from actionkit.workflow import SUMMARY_LIMIT, Workflow


def speaking(tmp_path: Path) -> tuple[Workflow, io.StringIO]:
    for name in ("output", "summary"):
        (tmp_path / name).touch()
    environ = {"GITHUB_OUTPUT": str(tmp_path / "output"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    log = io.StringIO()
    return Workflow(environ=environ, stdout=log), log


def test_an_output_cannot_forge_another(tmp_path: Path) -> None:
    workflow, _ = speaking(tmp_path)
    workflow.set_output("notes", "a\nEOF\nforged=1\nghadelimiter_0\n")
    lines = (tmp_path / "output").read_text().split("\n")
    name, delimiter = lines[0].split("<<")
    assert (name, lines[-2]) == ("notes", delimiter)
    assert lines[1:-2] == ["a", "EOF", "forged=1", "ghadelimiter_0", ""]
    workflow.set_output("notes", "b")
    assert delimiter not in (tmp_path / "output").read_text().split("\n")[-3:]


def test_an_error_is_one_annotation_at_its_place(tmp_path: Path) -> None:
    workflow, log = speaking(tmp_path)
    error = ActionError("bad: value, here", fix="50% more\nlines", file="a,b.toml", line=3, column=7)
    workflow.error(error)
    assert log.getvalue() == (
        "::error title=bad%3A value%2C here,file=a%2Cb.toml,line=3,col=7::"
        "a,b.toml:3:7: bad: value, here%0Afix: 50%25 more%0Alines\n"
    )


def test_an_annotation_without_place_has_no_empty_properties(tmp_path: Path) -> None:
    workflow, log = speaking(tmp_path)
    workflow.warning("look")
    assert log.getvalue() == "::warning::look\n"


def test_text_of_others_passes_between_stop_commands(tmp_path: Path) -> None:
    workflow, log = speaking(tmp_path)
    workflow.quote("::set-output name=x::y\n##[error]no")
    lines = log.getvalue().splitlines()
    token = re.fullmatch(r"::stop-commands::([0-9a-f]{32})", lines[0])
    assert token
    assert lines[1:] == ["::set-output name=x::y", "##[error]no", f"::{token[1]}::"]


def test_a_summary_too_large_is_cut_and_says_so(tmp_path: Path) -> None:
    workflow, _ = speaking(tmp_path)
    workflow.summarize("- ünïcode line\n" * 200_000)
    data = (tmp_path / "summary").read_bytes()
    assert len(data) <= SUMMARY_LIMIT
    assert data.decode().endswith("GitHub shows at most 1 MiB a step.\n")


def test_what_follows_a_summary_that_was_cut_has_room(tmp_path: Path) -> None:
    workflow, _ = speaking(tmp_path)
    workflow.summarize("- line\n" * 200_000)
    workflow.summarize("**Released**")
    workflow.summarize("- line\n" * 200_000)
    data = (tmp_path / "summary").read_bytes()
    assert len(data) <= SUMMARY_LIMIT
    assert data.decode().endswith("GitHub shows at most 1 MiB a step.\n**Released**\n")


def test_a_name_with_a_line_end_begins_no_command(tmp_path: Path) -> None:
    workflow, log = speaking(tmp_path)
    workflow.info("uploaded a\n::error::b\r::error::c")
    assert log.getvalue() == "uploaded a ::error::b ::error::c\n"


def test_bytes_that_are_no_text_are_shown_as_escapes(tmp_path: Path) -> None:
    workflow, log = speaking(tmp_path)
    workflow.info("\udcff")
    workflow.summarize("\udcff")
    assert log.getvalue() == "\\udcff\n"
    assert (tmp_path / "summary").read_text() == "\\udcff\n"


def test_every_line_of_a_secret_is_masked(tmp_path: Path) -> None:
    workflow, log = speaking(tmp_path)
    workflow.mask("one\n\ntwo")
    assert log.getvalue() == "::add-mask::one\n::add-mask::two\n"


def test_an_action_ends_with_its_status_and_one_annotation(tmp_path: Path) -> None:
    workflow, log = speaking(tmp_path)

    def fails(_: Workflow) -> None:
        raise Problems((ActionError("one"), ActionError("two", file="x", line=2)))

    def breaks(_: Workflow) -> None:
        raise ZeroDivisionError

    assert run_action(workflow, lambda _: None) == OK
    assert run_action(workflow, fails) == FAILED
    assert log.getvalue().count("::error ") == 1
    assert "::error title=2 problems,file=x,line=2,col=1::1. one%0A2. x:2: two" in log.getvalue()
    assert run_action(workflow, breaks) == BUG
    assert log.getvalue().count("::error ") == 2
