from __future__ import annotations

from pathlib import Path

import pytest

from actionkit.errors import InputError
from pipeline.rehearsal.runner.commands import Command, CommandReader, Line, Text, parse
from pipeline.rehearsal.runner.filecommands import CommandFiles
from pipeline.rehearsal.runner.masking import Masker
from pipeline.rehearsal.runner.results import Annotation
from pipeline.rehearsal.runner.steplog import StepLog


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("plain text", Text("plain text")),
        ("::error::it broke", Command(name="error", data="it broke")),
        (
            "  ::Error file=a%2Cb.rs,line=3,title=No%3A way::50%25%0Adone",
            Command(
                name="error", properties={"file": "a,b.rs", "line": "3", "title": "No: way"}, data="50%\ndone"
            ),
        ),
        ("::unknown::x", Text("::unknown::x")),
        ("a ::error::x", Text("a ::error::x")),
        ("::error", Text("::error")),
        ("fix: ##[error]x", Command(name="error", data="x")),
        ("##[group name=a%5D]b", Command(name="group", properties={"name": "a]"}, data="b")),
        ("##[nothing]b", Text("##[nothing]b")),
        ("::set-output name=a::%250A", Command(name="set-output", properties={"name": "a"}, data="%0A")),
    ],
)
def test_a_line_is_a_command_or_text(line: str, expected: Line) -> None:
    assert parse(line) == expected


def test_between_stop_commands_and_its_token_everything_is_text() -> None:
    reader = CommandReader()
    lines = ["::stop-commands::Token", "::error::x", "fix ##[error]y", "::other::", "::token::", "::error::z"]
    assert [reader.read(line) for line in lines] == [
        Command(name="stop-commands", data="Token"),
        Text("::error::x"),
        Text("fix ##[error]y"),
        Text("::other::"),
        Text("::token::"),
        Command(name="error", data="z"),
    ]


def test_a_command_cannot_be_its_own_stop_token() -> None:
    reader = CommandReader()
    reader.read("::stop-commands::error")
    assert reader.read("::error::x") == Command(name="error", data="x")


def log() -> tuple[StepLog, list[str]]:
    seen: list[str] = []
    return StepLog(masker=Masker(), workspace="/tmp/w/kms", on_line=seen.append), seen  # noqa: S108 - only text


def test_a_log_shows_annotations_and_hides_secrets() -> None:
    step, seen = log()
    for line in ("::add-mask::s3cret", "with s3cret", "::warning file=/github/workspace/a.rs,line=2::s3cret"):
        step.raw(line)
    assert seen == ["with ***", "##[warning]***"]
    assert step.annotations == [Annotation(level="warning", message="***", file="a.rs", line=2)]


def test_only_ten_annotations_of_a_kind_are_kept_and_long_ones_are_cut() -> None:
    step, _ = log()
    for number in range(12):
        step.raw(f"::error::{number}")
    step.raw(f"::notice::{'x' * 5000}")
    assert [known.message for known in step.annotations] == [*map(str, range(10)), "x" * 4096]


def test_a_secret_is_masked_in_the_spellings_it_is_met_in() -> None:
    masker = Masker()
    masker.add('pass"word long/enough')
    assert masker.mask('{"p": "pass\\"word long/enough"}') == '{"p": "***"}'
    assert masker.mask("?p=pass%22word%20long%2Fenough") == "?p=***"
    assert "***" in masker.mask("eC1hY2Nlc3MtdG9rZW46cGFzcyJ3b3JkIGxvbmcvZW5vdWdo")
    assert not masker.hides("password")


def files(folder: Path, name: str, text: str) -> CommandFiles:
    made = CommandFiles(folder=folder, unique="1")
    made.make()
    made.paths()[name].write_bytes(text.encode())
    return made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("a=1\n\nb=x=y\n", (("a", "1"), ("b", "x=y"))),
        ("a=1", (("a", "1"),)),
        ("a<<E\none\ntwo\nE\nb=2", (("a", "one\ntwo"), ("b", "2"))),
        ("a<<E\nE\n", (("a", ""),)),
        ("a<<E\n\n\nE", (("a", "\n"),)),
        ("a=x<<E\n", (("a", "x<<E"),)),
        ("a<<E\nb=2\nE \nE\n", (("a", "b=2\nE "),)),
        ("a<<E\nx\r\ny\u2028z\x0bE\nE\n", (("a", "x\r\ny\u2028z\x0bE"),)),
        ("=1\n", (("", "1"),)),
    ],
)
def test_an_output_file_has_names_and_values(
    tmp_path: Path, text: str, expected: tuple[tuple[str, str], ...]
) -> None:
    assert files(tmp_path, "output", text).pairs("output") == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nothing\n", "invalid format 'nothing'"),
        ("<<E\nx\nE\n", "invalid format '<<E'"),
        ("a<<\nx\n", "invalid format 'a<<'"),
        ("a<<E\nx\n", "matching delimiter not found: 'E'"),
        ("a<<E\nxE", "does not end in a newline"),
    ],
)
def test_an_output_file_that_is_not_well_formed_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        files(tmp_path, "output", text).pairs("output")


def test_a_summary_over_one_mebibyte_is_dropped_whole(tmp_path: Path) -> None:
    assert files(tmp_path, "step_summary", "# Done\n").summary() == "# Done\n"
    with pytest.raises(InputError, match="the job summary is dropped"):
        files(tmp_path, "step_summary", "x" * (1024 * 1024 + 1)).summary()


def test_a_file_that_a_step_removed_is_empty(tmp_path: Path) -> None:
    made = files(tmp_path, "path", "/a\n\n/b\n")
    assert made.lines("path") == ("/a", "/b")
    made.paths()["path"].unlink()
    assert made.lines("path") == ()
