"""Move the version inside one file's text, each format by its own rule, touching nothing else."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from typing import Any, Final

from actionkit.errors import InputError
from actionkit.semver import Version
from release.cargo.rewrite import manifest_spans, rewritten
from release.cargo.toml import Change, Span, parse, string
from release.cargo.version_files.inputs import Pattern
from release.cargo.version_files.json_text import JsonKeys, replaced

_SEMVER: Final = r"\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"
_CHART_LINE: Final = re.compile(
    rf"^(version|appVersion):[ \t]+(?P<quote>[\"']?)v?(?P<version>{_SEMVER})(?P=quote)(?=[ \t]*(?:#|\r?$))",
    re.MULTILINE,
)
_UV_LOCAL: Final = ("editable", "virtual", "directory")
_UV_ENTRY: Final = re.compile(
    r'^\[\[package\]\]\r?\nname = "[^"\r\n]+"\r?\nversion = "([^"\r\n]+)"\r?\n'
    r'source = \{ (?:editable|virtual|directory) = "([^"\r\n]+)" \}',
    re.MULTILINE,
)
_PRE_RELEASES: Final = {"alpha": "a", "beta": "b", "a": "a", "b": "b", "rc": "rc", "c": "rc", "dev": ".dev"}


def with_pattern(text: str, pattern: Pattern, version: Version, *, path: str) -> str:
    """Put ``version`` wherever the pattern fits around a semantic version."""
    shape = f"({re.escape(pattern.before)}){_SEMVER}(?={re.escape(pattern.after)})"
    after, count = re.subn(shape, lambda match: f"{match[1]}{version}", text)
    if not count:
        raise _no_version(path, f"nothing in it looks like {str(pattern)!r} with a version in the braces")
    return after


def with_chart(text: str, version: Version, *, path: str) -> str:
    """Move a Helm chart's ``appVersion``, and its ``version`` when both were the same or it is alone.

    A chart whose version differs from the application's has a life of its own
    (https://helm.sh/docs/topics/charts/#the-appversion-field); a ``path:pattern`` line moves it nevertheless.
    """
    found = {match[1]: match for match in _CHART_LINE.finditer(text)}
    application, chart = found.get("appVersion"), found.get("version")
    together = application and chart and application["version"] == chart["version"]
    places = [match for match in (application, chart if together or not application else None) if match]
    if not places:
        raise _no_version(path, "it has neither version nor appVersion at the start of a line")
    for match in sorted(places, key=lambda place: -place.start()):
        text = text[: match.start("version")] + str(version) + text[match.end("version") :]
    return text


def with_pyproject(text: str, version: Version, *, path: str) -> str:
    """Move ``project.version`` or Poetry's ``tool.poetry.version``, spelled as Python's PEP 440 has it."""
    document = parse(text, path=path)
    after = python_version(version)
    changes = [
        Change(keys=keys, before=string(document, *keys), after=after)
        for keys in (("project", "version"), ("tool", "poetry", "version"))
        if string(document, *keys)
    ]
    if not changes:
        raise _no_version(path, "it has no project.version; a dynamic one stands in another file")
    return rewritten(text, changes, path=path, spans=manifest_spans(text, changes))


def with_uv_lock(text: str, projects: tuple[str, ...], version: Version, *, path: str) -> str:
    """Move the entries of the local projects in these directories, as seen from the lock's own."""
    after = python_version(version)
    changes = tuple(_uv_changes(parse(text, path=path).get("package", []), projects, after))
    spans = [
        Span(start=match.start(1), end=match.end(1), after=after)
        for match in _UV_ENTRY.finditer(text)
        if posixpath.normpath(match[2]) in projects
    ]
    return rewritten(text, changes, path=path, spans=spans)


def with_package_json(text: str, version: Version, *, path: str) -> str:
    """Move the top-level ``version``."""
    if "version" not in _json(text, path):
        raise _no_version(path, "it has no version")
    return replaced(text, {("version",): str(version)}, path=path)


def with_package_lock(text: str, projects: tuple[str, ...], version: Version, *, path: str) -> str:
    """Move the projects in these directories in npm's lock.

    https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json: ``packages`` has one entry for each
    directory, the root's key is empty and its version stands at the top a second time.
    """
    document = _json(text, path)
    keys = [("packages", "" if project == "." else project, "version") for project in projects]
    wanted: dict[JsonKeys, str] = {key: str(version) for key in keys if string(document, *key)}
    if "." in projects and "version" in document:
        wanted[("version",)] = str(version)
    return replaced(text, wanted, path=path)


def python_version(version: Version) -> str:
    """Spell a semantic version as PEP 440 has it: ``1.3.0-rc.1`` is ``1.3.0rc1``, ``1.3.0-0`` ``1.3.0.dev0``.

    Raise InputError for a pre-release that Python has no word for; written as it stands, pip would sort it
    elsewhere (``1.3.0-0`` after 1.3.0).
    """
    core = f"{version.major}.{version.minor}.{version.patch}"
    local = f"+{version.build}".replace("-", ".") if version.build else ""
    if not version.prerelease:
        return core + local
    word, _, number = f".{version.prerelease}".rpartition(".")
    phase = _PRE_RELEASES.get(word.strip(".") or "dev") if number.isdigit() else None
    bare = _PRE_RELEASES.get(version.prerelease)
    if phase is None and bare is None:
        raise InputError(
            f"{version} cannot be written as a Python version",
            why="PEP 440 has a, b, rc and dev with a number as pre-releases, and no others",
            fix="use a pre-release such as rc.1, or take pyproject.toml out of version-files",
        )
    return f"{core}{phase or bare}{number if phase else 0}{local}"


def _uv_changes(entries: Any, projects: tuple[str, ...], after: str) -> Iterator[Change]:
    for index, entry in enumerate(entries):
        source = entry.get("source", {})
        places = [posixpath.normpath(source[kind]) for kind in _UV_LOCAL if kind in source]
        if set(places) & set(projects) and "version" in entry:
            yield Change(keys=("package", index, "version"), before=entry["version"], after=after)


def _json(text: str, path: str) -> dict[str, Any]:
    try:
        document = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path} is not valid JSON", why=error.msg, file=path, line=error.lineno, column=error.colno
        ) from error
    return document if isinstance(document, dict) else {}


def _no_version(path: str, why: str) -> InputError:
    return InputError(
        f"no version was found in {path}, which version-files names",
        why=why,
        fix=f"correct the file, or say where the version stands: {path}:text before {{version}} text after",
        file=path,
    )
