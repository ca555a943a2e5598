"""Documents are code: links lead somewhere, YAML can be pasted, tables say what the programs do."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from actionkit.main import BUG, FAILED, INTERRUPTED, OK, USAGE
from actionkit.registry import Address
from actionkit.semver import Version
from images.declared.ask import release_variables
from images.declared.document import read_declared
from images.declared.find import find_definition
from images.publish.destinations import Destination
from images.publish.registries import repository_name
from images.tags import Move, floating_tags, version_tag
from pipeline.__main__ import main
from pipeline.rehearsal.sample_repository import make_sample_repository
from release.cargo.requirement import raised
from release.commits import Commit, judge
from release.version import PriorRelease, ZeroRule, next_version

_BIN = Path(sys.executable).parent
_ADDRESS = "/".join(("zama-ai", "release-pipeline"))
_PLACEHOLDER = "acme/library"
_MARKDOWN = MarkdownIt("commonmark").enable("table")
_PIPELINES = {"release": "release.yml", "images": "on-release-images.yml"}
_CHECKED_OUT = {"submodules", "lfs"}
"""What a called workflow asks for its own step actions/checkout."""
_RANKS = ("read", "write")
_NOTHING = "–"  # noqa: RUF001 - how an empty cell is written

Row = tuple[str, ...]


@pytest.fixture(scope="module")
def documents(root: Path) -> Mapping[str, list[Token]]:
    """Every page of the project as Markdown tokens, by its path; test cases are none."""
    listed = run(root, "git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md").split()
    paths = [path for path in listed if not path.startswith("tests/") and (root / path).is_file()]
    return {path: _MARKDOWN.parse((root / path).read_text()) for path in paths}


@pytest.fixture(scope="module")
def blocks(documents) -> Mapping[str, Any]:
    """Every YAML block with the place where it stands, parsed, with a name in the place of ours."""
    return {
        f"{path}:{token.map[0] + 1}": yaml.safe_load(_named(token.content))
        for path, tokens in documents.items()
        for token in tokens
        if token.type == "fence" and token.info == "yaml" and token.map
    }


@pytest.fixture(scope="module")
def written(documents, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The blocks that are whole workflows as files in a project of their own, by the place they stand."""
    folder = tmp_path_factory.mktemp("pasted") / ".github" / "workflows"
    folder.mkdir(parents=True)
    files: dict[str, Path] = {}
    for path, tokens in documents.items():
        for token in tokens:
            if token.type == "fence" and re.search(r"^jobs:", token.content, re.MULTILINE) and token.map:
                place = f"{path}:{token.map[0] + 1}"
                files[place] = folder / f"{re.sub(r'[^a-z0-9]+', '-', place.lower())}.yml"
                files[place].write_text(_named(token.content))
    return files


def test_every_relative_link_leads_to_a_file(root: Path, documents) -> None:
    broken = [
        f"{path}: {target}"
        for path, tokens in documents.items()
        for target in links(tokens)
        if "://" not in target and not (root / path).parent.joinpath(target.partition("#")[0]).exists()
    ]
    assert broken == []


def test_every_page_is_linked_from_the_readme(documents) -> None:
    known = set(links(documents["README.md"]))
    assert [path for path in documents if path.startswith("docs/") and path not in known] == []


def test_the_librarys_address_stands_in_the_readme_alone(root: Path) -> None:
    found = run(root, "git", "grep", "--untracked", "--files-with-matches", "--fixed-strings", _ADDRESS)
    assert found.split() == ["README.md"]


def test_the_tables_of_inputs_and_outputs_are_those_of_the_actions(root: Path) -> None:
    pages = ("release/README.md", "images/README.md")
    done = subprocess.run(
        (str(_BIN / "cog"), "--check", "-P", *pages), cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"run `make docs`\n{done.stdout}{done.stderr}"


def test_every_input_is_told(documents, actions) -> None:
    told = {name: spans(documents[f"{name}/README.md"]) for name in ("release", "images")}
    untold = {name: set(actions[name]["inputs"]) - told[name] for name in told}
    untold[""] = set(actions[""]["inputs"]) - told["release"] - told["images"]
    assert untold == {"release": set(), "images": set(), "": set()}


def test_every_workflow_to_paste_passes_actionlint(written, actionlint: str) -> None:
    assert len(written) > 3
    files = [str(path) for path in written.values()]
    # actionlint 1.7.12 does not know `queue: max` yet; GitHub's schema does, and the next tests look at it
    assert verdict(actionlint, "-ignore", 'unexpected key "queue" for "concurrency" section', *files) == ""


def test_every_workflow_to_paste_follows_githubs_schema(written) -> None:
    files = [str(path) for path in written.values()]
    argv = (str(_BIN / "check-jsonschema"), "--builtin-schema", "vendor.github-workflows", *files)
    assert verdict(*argv) == ""


def test_every_workflow_to_paste_lets_all_its_runs_have_their_turn(blocks) -> None:
    """Those that call a workflow of ours leave that to it: the same group in both would wait for itself."""
    whole = {place: block for place, block in blocks.items() if isinstance(block, dict) and "jobs" in block}
    waiting = {
        place: set(block["concurrency"]) - {"group"} if "concurrency" in block else set()
        for place, block in whole.items()
    }
    calls = {place: any(_called(job) for job in block["jobs"].values()) for place, block in whole.items()}
    assert len(whole) > 3
    assert waiting == {place: set() if called else {"queue"} for place, called in calls.items()}
    assert all(block["concurrency"]["queue"] == "max" for place, block in whole.items() if not calls[place])


def test_every_images_workflow_to_paste_can_be_dispatched_with_a_tag(documents, blocks) -> None:
    """Pipeline 1 dispatches the file of this name: what GITHUB_TOKEN publishes fires no event."""
    listening = {
        place: block[True]["workflow_dispatch"]["inputs"]
        for place, block in blocks.items()
        if isinstance(block, dict) and "release" in (block.get(True) or {})
    }
    assert len(listening) > 3
    tag = {"type": "string", "required": True}
    assert {place: inputs["tag"] for place, inputs in listening.items()} == dict.fromkeys(listening, tag)
    required = {name for inputs in listening.values() for name in inputs if inputs[name].get("required")}
    assert required == {"tag"}
    for page in {place.partition(":")[0] for place in listening}:
        assert ".github/workflows/on-release-images.yml" in spans(documents[page])


def test_yaml_to_paste_gives_the_actions_and_workflows_what_they_declare(blocks, actions, workflows) -> None:
    wrong = []
    for place, block in blocks.items():
        for used, given in uses(block):
            kind, name = used
            known = actions[name] if kind == "action" else workflows[name][True]["workflow_call"]
            wrong += [f"{place}: {name} has no input {key}" for key in given if key not in known["inputs"]]
    either = actions["release"]["inputs"] | actions["images"]["inputs"]
    wrong += [
        f"{place}: no action has an input {key}"
        for place, block in blocks.items()
        if isinstance(block, dict) and set(block) == {"with"}
        for key in block["with"]
        if key not in either
    ]
    assert wrong == []


def test_whoever_calls_a_workflow_grants_what_its_job_needs(blocks, workflows) -> None:
    asked = {
        (place, name): job.get("permissions")
        for place, block in blocks.items()
        if isinstance(block, dict)
        for job in block.get("jobs", {}).values()
        for name in _called(job)
    }
    assert len(asked) > 1
    assert asked == {(place, name): permissions(workflows[name]) for place, name in asked}


def test_the_tables_of_permissions_are_those_of_the_workflows(documents, workflows) -> None:
    needed = {name: permissions(workflows[file]) for name, file in _PIPELINES.items()}
    asked: dict[str, dict[str, str]] = {"release": {}, "images": {}}
    for _, permission, where in rows(documents["docs/permissions.md"]):
        for scope, level in re.findall(r"`([a-z-]+): (read|write)`", permission):
            held = asked[where].setdefault(scope, level)
            asked[where][scope] = max(held, level, key=_RANKS.index)
    assert asked == needed
    (row,) = [row for row in rows(documents["docs/ci/release.md"]) if row[0] == "permissions of its job"]
    assert [dict(re.findall(r"`([a-z-]+): ([a-z]+)`", cell)) for cell in row[1:]] == list(needed.values())


def test_the_variables_and_secrets_of_the_workflows_are_told(root: Path, documents, workflows) -> None:
    head = ("set once", "pipeline 1", "pipeline 2")
    told = [[set(_code(cell)) for cell in row[1:]] for row in table(documents["docs/ci/release.md"], *head)]
    real = []
    for kind in ("vars", "secrets"):
        texts = [(root / ".github/workflows" / file).read_text() for file in _PIPELINES.values()]
        real.append([set(re.findall(rf"{kind}\.(\w+)", text)) for text in texts])
    assert told == real


def test_the_inputs_of_the_workflows_are_the_actions_own(actions, workflows) -> None:
    other = {
        name: set(workflows[file][True]["workflow_call"]["inputs"]) - set(actions[name]["inputs"])
        for name, file in _PIPELINES.items()
    }
    assert other == {"release": {"version"}, "images": _CHECKED_OUT}


def test_whoever_calls_the_images_workflows_can_say_what_the_action_takes(actions, workflows) -> None:
    """Logins come as a secret, and how jobs are split is the workflow's own business."""
    own = {"token", "password", "secrets", "platform", "parts"}
    for file, more in (("on-release-images.yml", set()), ("native-images.yml", {"runners"})):
        offered = set(workflows[file][True]["workflow_call"]["inputs"]) - _CHECKED_OUT
        missing = {"dry-run"} if more else set()
        assert offered == (set(actions["images"]["inputs"]) - own - missing) | more


def test_the_minutes_after_which_jobs_end_are_told(documents, workflows) -> None:
    head = ("job", "input", "does", "ends after")
    told = [row[-1] for row in table(documents["docs/images.md"], *head)]
    jobs = workflows["native-images.yml"]["jobs"].values()
    assert told == [f"{job['timeout-minutes']} minutes" for job in jobs]


def test_the_variables_that_bake_files_can_use_are_told(documents) -> None:
    release = SimpleNamespace(tag="v1.2.3", version="1.2.3")
    given = release_variables(
        release, SimpleNamespace(commit="the tagged commit", created="its time, in ISO 8601")
    )
    rows = table(documents["docs/images.md"], "variable", "is for the tag `v1.2.3`")
    assert {name.strip("`"): value.strip("`") for name, value in rows} == given


def test_the_options_of_the_command_line_are_told(documents, capsys: pytest.CaptureFixture[str]) -> None:
    told = {}
    for command, options in table(documents["docs/command-line.md"], "command", "options"):
        name = command.strip("`")
        with pytest.raises(SystemExit):
            main([name, "--help"])
        told[name] = (set(re.findall(r"--[a-z-]+", options)), _options(capsys.readouterr().out))
    assert set(told) == {"plan", "bump", "rehearse"}
    assert {name: documented for name, (documented, _) in told.items()} == {
        name: real for name, (_, real) in told.items()
    }


def test_the_plans_keys_and_the_exit_statuses_are_told(
    documents, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = documents["docs/command-line.md"]
    sample = make_sample_repository(tmp_path / "sample")
    assert main(["plan", str(sample), "--json"]) == OK
    plan = json.loads(capsys.readouterr().out)
    told = {key: about for keys, about in table(page, "key", "value") for key in _code(keys)}
    assert list(told) == list(plan)
    for key in ("commits", "packages", "edits"):
        assert _code(re.sub(r"\(.*?\)", "", told[key])) == list(plan[key][0]), key
    assert main(["plan", str(tmp_path / "nowhere")]) == FAILED
    with pytest.raises(SystemExit) as usage:
        main([])
    assert usage.value.code == USAGE
    documented = [int(status) for status, _ in table(page, "exit status", "meaning")]
    assert documented == [OK, FAILED, USAGE, BUG, INTERRUPTED]


def test_the_examples_of_commits_raise_what_is_told(documents) -> None:
    page = documents["docs/versions.md"]
    told, real = [], []
    for messages, level, version in table(page, "message (⏎ is a line break)", "raises", "after 1.2.0"):
        for message in _code(messages):
            (judgement,) = judge([_commit(message)])
            decision = next_version(prior=_after("1.2.0"), judgements=[judgement])
            told.append((message, level, version))
            real.append((message, str(judgement.level), str(getattr(decision, "version", _NOTHING))))
    assert len(told) > 10
    assert real == told


def test_the_examples_of_0_x_rise_as_told(documents) -> None:
    head = ("commit after 0.4.2", "`zero-version: minor` (default)", "`cargo`", "`major`")
    told = {_code(row[0])[0]: row[1:] for row in table(documents["docs/versions.md"], *head)}
    real = {
        message: tuple(
            str(
                getattr(
                    next_version(prior=_after("0.4.2"), judgements=judge([_commit(message)]), zero=rule),
                    "version",
                    "",
                )
            )
            for rule in ZeroRule
        )
        for message in told
    }
    assert len(told) > 2
    assert real == told


def test_the_examples_of_requirements_are_raised_as_told(documents) -> None:
    head = ("requirement", "at 0.3.0", "at 0.2.9", "at 0.3.0-rc.1")
    versions = [Version.parse(title.removeprefix("at ")) for title in head[1:]]
    told = [tuple(_code("".join(row))) for row in table(documents["docs/cargo.md"], *head)]
    assert len(told) > 5
    assert [(row[0], *(raised(row[0], version) for version in versions)) for row in told] == told


def test_the_examples_of_dockerfiles_are_named_as_told(documents) -> None:
    told = {
        path: _code(image)[0]
        for paths, image in table(documents["docs/images.md"], "Dockerfile in the repository `kms`", "image")
        for path in _code(paths)
    }
    real = {path: find_definition([path], (), "kms").generated for path in told}
    assert {path: list(json.loads(text)["target"]) for path, text in real.items()} == {
        path: [image] for path, image in told.items()
    }


def test_the_examples_of_names_are_those_that_are_published(documents) -> None:
    head = ("repository", "target", "its first tag", "published as")
    told, real = [], []
    for row in table(documents["docs/images.md"], *head):
        project, target, published = (row[number].strip("`") for number in (0, 1, 3))
        declared = {"group": {"default": {"targets": [target]}}, "target": {target: {"tags": _code(row[2])}}}
        (image,) = (found.image for found in read_declared(json.dumps(declared).encode()).targets)
        registry = Address(host="ghcr.io", plain=False)
        to = Destination(address=registry, namespace=project.lower(), username="", password="")
        told.append(published)
        real.append(repository_name(to, image, project))
    assert real == told


def test_the_examples_of_tags_move_as_told(documents) -> None:
    told, real = [], []
    for row in table(documents["docs/images.md"], "version", "others", "gets", "left alone"):
        version = Version.parse(row[0])
        others = [] if row[1] == _NOTHING else [Version.parse(row[1])]
        tags = floating_tags(version, others)
        moved = [one.tag for one in tags if isinstance(one, Move)]
        told.append((_code(row[2]), _code(row[3])))
        real.append(([version_tag(version), *moved], [one.tag for one in tags if one.tag not in moved]))
    assert len(told) > 5
    assert real == told


def links(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                yield str(child.attrs["href"])


def spans(tokens: Sequence[Token]) -> set[str]:
    """What stands between backticks in a page's text."""
    return {
        child.content for token in tokens for child in token.children or () if child.type == "code_inline"
    }


def tables(tokens: Sequence[Token]) -> Iterator[list[Row]]:
    """Every table as rows of cells, the head first."""
    found: list[Row] = []
    cells: list[str] = []
    for number, token in enumerate(tokens):
        match token.type:
            case "table_open":
                found = []
            case "tr_open":
                cells = []
            case "th_open" | "td_open":
                cells.append(tokens[number + 1].content)
            case "tr_close":
                found.append(tuple(cells))
            case "table_close":
                yield found


def rows(tokens: Sequence[Token]) -> list[Row]:
    """The rows of all tables of a page, heads left out."""
    return [row for one in tables(tokens) for row in one[1:]]


def table(tokens: Sequence[Token], *head: str) -> list[Row]:
    """The rows of the one table with this head."""
    (found,) = [one for one in tables(tokens) if one[0] == head]
    return found[1:]


def uses(block: Any) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    """What of this library a block uses, ("action", folder) or ("workflow", file), and what it passes on."""
    match block:
        case {"uses": str(used), **rest} if used.startswith(_PLACEHOLDER):
            path = used.removeprefix(_PLACEHOLDER).partition("@")[0].strip("/")
            kind = "workflow" if path.endswith(".yml") else "action"
            yield (kind, path.rpartition("/")[2]), rest.get("with") or {}
        case dict():
            for value in block.values():
                yield from uses(value)
        case list():
            for value in block:
                yield from uses(value)


def permissions(workflow: Mapping[Any, Any]) -> Mapping[str, str]:
    """What a caller has to grant: of each scope the most that a job of the workflow asks."""
    granted: dict[str, str] = {}
    for job in workflow["jobs"].values():
        for scope, level in job["permissions"].items():
            granted[scope] = max(granted.get(scope, level), level, key=_RANKS.index)
    return granted


def verdict(*argv: str) -> str:
    """Run a tool; what it printed when it found something, else nothing."""
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"{done.stdout}{done.stderr}" or f"status {done.returncode}"


def run(folder: Path, *argv: str) -> str:
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=True).stdout


def _named(text: str) -> str:
    return text.replace(_ADDRESS, _PLACEHOLDER).replace("LIBRARY", _PLACEHOLDER)


def _called(job: Mapping[str, Any]) -> list[str]:
    used = str(job.get("uses", ""))
    return [used.rpartition("/")[2].partition("@")[0]] if used.startswith(_PLACEHOLDER) else []


def _code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def _options(text: str) -> set[str]:
    usage = text.partition("\n\n")[0]
    return set(re.findall(r"--[a-z-]+", usage))


def _commit(message: str) -> Commit:
    text = message.replace("⏎", "\n")
    return Commit(sha="a" * 40, author_name="Ada", author_email="ada@example.com", message=text)


def _after(version: str) -> PriorRelease:
    return PriorRelease(version=Version.parse(version), tag=f"v{version}")
