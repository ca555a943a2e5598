from __future__ import annotations

from textwrap import indent
from typing import Any

import pytest

HEAD = "on: workflow_dispatch\njobs:\n"


def job(name: str, *steps: str, needs: str = "") -> str:
    head = f"  {name}:\n    runs-on: x\n" + (f"    needs: {needs}\n" if needs else "") + "    steps:\n"
    return head + "".join(indent(f"- {step}\n", "      ") for step in steps)


def upload(name: str, path: str, **more: str) -> str:
    given = {"name": name, "path": path, **more}
    return "uses: actions/upload-artifact@v4\n  with:\n" + "".join(
        f"    {key}: {value!r}\n" for key, value in given.items()
    )


def download(**given: str) -> str:
    return "uses: actions/download-artifact@v4\n  with:\n" + "".join(
        f"    {key}: {value!r}\n" for key, value in given.items()
    )


MAKE = "run: mkdir -p out/deep && echo 1 > out/a && echo 2 > out/deep/b"
LIST = "run: find got -type f | sort"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"name": "part-1", "path": "got"}, ["got/a", "got/deep/b"]),
        ({"path": "got"}, ["got/other/a", "got/part-1/a", "got/part-1/deep/b"]),
        ({"path": "got", "pattern": "part-*"}, ["got/part-1/a", "got/part-1/deep/b"]),
        ({"path": "got", "merge-multiple": "true"}, ["got/a", "got/deep/b"]),
    ],
)
def test_files_are_handed_from_job_to_job(bench: Any, wanted: dict[str, str], found: list[str]) -> None:
    first = job("first", MAKE, upload("part-1", "out"), upload("other", "out/a"))
    result = bench.run(HEAD + first + job("second", download(**wanted), LIST, needs="first"))
    assert result.conclusion == "success"
    assert result.job("second").steps[1].log.splitlines()[-len(found) :] == found


@pytest.mark.parametrize(
    ("step", "conclusion", "told"),
    [
        (upload("x", "none"), "success", "No files were found with the provided path: none."),
        (upload("x", "none", **{"if-no-files-found": "error"}), "failure", "No files were found"),
        (upload("a/b", "out"), "failure", "'a/b' cannot be the name of an artifact"),
        (upload("taken", "out"), "failure", "an artifact with the name taken is there already"),
        (upload("taken", "out", overwrite="true"), "success", "there will be 2 files uploaded"),
        (download(name="none"), "failure", "there is no artifact with the name none"),
        (download(name="taken", repository="a/b"), "failure", "'repository', which is not done here"),
    ],
)
def test_what_cannot_be_handed_over_is_told_as_the_actions_tell_it(
    bench: Any, step: str, conclusion: str, told: str
) -> None:
    result = bench.run(HEAD + job("only", MAKE, upload("taken", "out"), step))
    last = result.job("only").steps[-1]
    assert last.conclusion == conclusion
    assert told in last.log + "".join(note.message for note in last.annotations)
