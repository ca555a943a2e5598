"""Generated repositories, locked by cargo, bumped by us, and judged by cargo again.

One repository has the root's workspace, one that is nested and excluded, and packages that stand alone; path
dependencies go everywhere between them, in every table and spelling.
"""

from __future__ import annotations

import posixpath
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actionkit.semver import Version, parse_version
from release.cargo import CargoPlan, Outcome, parse_selection, plan_bump
from release.cargo.workspace import read_repository

pytestmark = pytest.mark.cargo


class Home(StrEnum):
    ROOT = "crates"
    BY_PATH = "inner"  # a member only where another member depends on it
    NESTED = "nested/crates"
    ALONE = "alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crate:
    name: str
    home: Home
    version: str
    inherits: bool
    dependencies: tuple[str, ...]

    @property
    def directory(self) -> str:
        return f"{self.home}/{self.name}"


CARRIED = "0.4.2"
VERSIONS = (CARRIED, CARRIED, CARRIED, "0.4.1", "0.0.0", "1.7.0", "0.4.2-rc.1", "0.4.2+meta")
PLANNED = ("0.4.3", "0.5.0", "1.0.0", "1.0.0-rc.1", "0.4.3-0", "0.5.0+meta.1")
TABLES = (
    "dependencies",
    "dev-dependencies",
    "build-dependencies",
    "target.'cfg(unix)'.dependencies",
    'target."cfg(all(windows, not(test)))".dev-dependencies',
    "target.x86_64-unknown-linux-gnu.build-dependencies",
)
REQUIREMENTS = (
    *("{v}", "^{v}", "~{v}", "={v}", "= {v}", ">={v}", ">={v}, <99", ">= {v} , < {next}"),
    *("{short}", "~{short}", "{one}", "{short}.*", "*", ""),  # a short one admits no pre-release
)
WORKSPACES = {Home.ROOT: ".", Home.NESTED: "nested"}


class Spelling(StrEnum):
    INLINE = "key = { … }"
    DOTTED = "key.field = …"
    TABLE = "[table.key]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A dependency as it will be written: ``fields`` are TOML values by name."""

    table: str
    alias: str
    fields: tuple[tuple[str, str], ...]
    spelling: Spelling


@st.composite
def crates(draw: st.DrawFn) -> tuple[Crate, ...]:
    names = [f"c{number}" for number in range(draw(st.integers(2, 6)))]
    made = []
    for number, name in enumerate(names):
        home = draw(st.sampled_from((Home.ROOT, Home.ROOT, *Home)))
        inherits = home in WORKSPACES and draw(st.booleans())
        version = CARRIED if inherits else draw(st.sampled_from(VERSIONS))
        earlier = st.lists(st.sampled_from(names[:number] or [""]), unique=True, max_size=3)
        dependencies = tuple(filter(None, draw(earlier)))
        made.append(
            Crate(name=name, home=home, version=version, inherits=inherits, dependencies=dependencies)
        )
    return tuple(made)


@st.composite
def repositories(draw: st.DrawFn) -> dict[str, str]:
    all_crates = draw(crates())
    by_name = {crate.name: crate for crate in all_crates}
    shared: dict[str, list[Entry]] = {workspace: [] for workspace in WORKSPACES.values()}
    files = {}
    for crate in all_crates:
        entries = [draw(dependencies(crate, by_name[name], shared)) for name in crate.dependencies]
        files[f"{crate.directory}/Cargo.toml"] = draw(packages(crate)) + _written(entries)
    files |= draw(roots({crate.home for crate in all_crates}, shared))
    return {path: draw(in_bytes(text)) for path, text in files.items()}


@st.composite
def dependencies(draw: st.DrawFn, holder: Crate, target: Crate, shared: dict[str, list[Entry]]) -> Entry:
    table = draw(st.sampled_from(TABLES))
    alias = draw(st.sampled_from((target.name, f"alias-{target.name}")))
    workspace = WORKSPACES.get(holder.home)
    if workspace and draw(st.booleans()):
        key = f"{holder.name}-{alias}"
        shared[workspace].append(draw(entries("workspace.dependencies", key, target, workspace)))
        spelling = draw(st.sampled_from(Spelling))
        return Entry(table=table, alias=key, fields=(("workspace", "true"),), spelling=spelling)
    return draw(entries(table, alias, target, holder.directory))


@st.composite
def entries(draw: st.DrawFn, table: str, alias: str, target: Crate, start: str) -> Entry:
    quote = draw(st.sampled_from("\"'"))
    fields = [("path", f"{quote}{posixpath.relpath(target.directory, start)}{quote}")]
    if alias != target.name:
        fields.append(("package", f"{quote}{target.name}{quote}"))
    if requirement := draw(requirements(target.version)):
        fields.append(("version", f"{quote}{requirement}{quote}"))
    if draw(st.booleans()):
        fields.append(("features", '[ # version = "0.4.2"\n]'))
    order = draw(st.permutations(fields))
    spelling = draw(st.sampled_from(Spelling))
    return Entry(table=table, alias=alias, fields=tuple(order), spelling=spelling)


@st.composite
def requirements(draw: st.DrawFn, text: str) -> str:
    version = parse_version(text)
    requirement = draw(st.sampled_from(REQUIREMENTS)).format(
        v=text.partition("+")[0],
        short=f"{version.major}.{version.minor}",
        one=version.major,
        next=f"{version.major}.{version.minor + 1}",
    )
    return requirement if not version.prerelease or str(version) in requirement else ""


@st.composite
def packages(draw: st.DrawFn, crate: Crate) -> str:
    own = (f'version = "{crate.version}"', f"version='{crate.version}' # {crate.version}")
    inherited = ("version.workspace = true", "version = { workspace = true }", "version . workspace=true")
    spelling = draw(st.sampled_from(inherited if crate.inherits else own))
    return f'[package]\nname = "{crate.name}"\n{spelling}\nedition = "2021"\n'


@st.composite
def roots(draw: st.DrawFn, homes: set[Home], shared: dict[str, list[Entry]]) -> dict[str, str]:
    own = '[package]\nname = "root"\nversion.workspace = true\nedition = "2021"\n\n'
    virtual = Home.ROOT in homes and draw(st.booleans())
    members = '"crates/*"' if Home.ROOT in homes else ""
    common = f'\n[workspace.package]\nversion = "{CARRIED}"\n'
    files = {
        "Cargo.toml": ("" if virtual else own)
        + f'[workspace]\nresolver = "2"\nmembers = [{members}]\nexclude = ["nested", "alone"]\n'
        + common
        + _written(shared["."])
    }
    if Home.NESTED in homes:
        head = '[workspace]\nresolver = "2"\nmembers = ["crates/c[0-9]"]\n'
        files["nested/Cargo.toml"] = head + common + _written(shared["nested"])
    return files


@st.composite
def in_bytes(draw: st.DrawFn, text: str) -> str:
    text = text.replace("\n", "\r\n") if draw(st.booleans()) else text
    text = text.rstrip("\r\n") if draw(st.booleans()) else text
    return draw(st.sampled_from(("", "\ufeff"))) + text


def _written(entries: list[Entry]) -> str:
    """Write the entries' tables; TOML wants each once, sub-tables after the lines of their table."""
    text = ""
    for table in dict.fromkeys(entry.table for entry in entries):
        mine = [entry for entry in entries if entry.table == table]
        lines = [_lines(entry) for entry in mine if entry.spelling is not Spelling.TABLE]
        text += f"\n[{table}]\n" + "".join(lines) if lines else ""
        for entry in mine:
            if entry.spelling is Spelling.TABLE:
                text += f"\n[ {table} . {entry.alias} ]  # version = '0.4.2'\n" + _fields(entry, "")
    return text


def _lines(entry: Entry) -> str:
    if entry.spelling is Spelling.DOTTED:
        return _fields(entry, f"{entry.alias}.")
    inside = ",".join(f" {name}={value}" for name, value in entry.fields)
    return f'{entry.alias} = {{{inside} }} # version = "0.4.2"\n'


def _fields(entry: Entry, prefix: str) -> str:
    return "".join(f"{prefix}{name}\t= {value}\n" for name, value in entry.fields)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    files=repositories(),
    planned=st.sampled_from(PLANNED),
    packages=st.sampled_from(("lockstep", "all", "c0")),
)
def test_cargo_takes_what_the_bump_leaves(
    files: dict[str, str],
    planned: str,
    packages: str,
    cargo: Callable[..., str],
    write_tree: Callable[[Path, Mapping[str, str]], None],
    locked_versions: Callable[[Path], dict[str, set[str]]],
    members: Callable[[Path], set[str]],
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        write_tree(root, files)
        locked = files | _locks(root, files, cargo)
        plan = plan_bump(
            locked, version=parse_version(planned), selection=parse_selection(_possible(packages, files), "")
        )
        write_tree(root, {edit.path: edit.after for edit in plan.edits})

        seen = locked_versions(root)
        listed = members(root)

    repository = read_repository(files)
    assert {member.path for member in repository.members_of(repository.manifests["Cargo.toml"])} == listed
    _changed_only_versions(plan)
    for one in plan.packages:
        expected = planned if one.outcome is Outcome.BUMPED else str(one.prior_version)
        assert seen.get(one.name, {expected}) == {expected}


def _possible(packages: str, files: Mapping[str, str]) -> str:
    """A name alone cannot move what shares its version or is ahead."""
    named = next((text for path, text in files.items() if path.endswith("/c0/Cargo.toml")), "")
    impossible = "workspace" in named.split("edition")[0] or "1.7.0" in named
    return "lockstep" if packages == "c0" and impossible else packages


def _locks(root: Path, files: Mapping[str, str], cargo: Callable[..., str]) -> dict[str, str]:
    """Lock every workspace of the tree; a package of ``inner`` that nobody needs has none."""
    alone = [path for path in files if path.startswith("alone/")]
    roots = ["Cargo.toml", *(["nested/Cargo.toml"] if "nested/Cargo.toml" in files else []), *alone]
    locks = {}
    for path in roots:
        place = root / path
        cargo(place.parent, "generate-lockfile", "--offline")
        lock = place.parent / "Cargo.lock"
        locks[lock.relative_to(root).as_posix()] = lock.read_bytes().decode()
    return locks


def _changed_only_versions(plan: CargoPlan) -> None:
    version = re.compile(r"\d+(?:\.\d+){0,2}(?:\.\*)?(?:-[0-9A-Za-z.]+)?(?:\+[0-9A-Za-z.]+)?|\*|[<>=~]")
    for edit in plan.edits:
        assert version.sub("", edit.before) == version.sub("", edit.after)


def test_the_planned_versions_are_above_the_carried_one() -> None:
    assert all(parse_version(planned) > Version.parse(CARRIED) for planned in PLANNED)
