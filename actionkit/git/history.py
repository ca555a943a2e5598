"""Read a repository: tags, commits, paths and file contents, each with one git call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from actionkit.errors import ActionError, CommandFailed
from actionkit.git.command import Git

_COMMIT_FORMAT: Final = "%H%x00%P%x00%an%x00%ae%x00%at%x00%B"
_COMMIT_FIELDS: Final = 6
_SHORT: Final = 7
_TAG_FORMAT: Final = (
    "%(refname)%00%(objecttype)%(*objecttype)%00%(objectname)%00%(*objectname)%00%(contents)%00%01"
)
_NO_COMMIT: Final = ("blob", "tree")


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit as git tells it.

    ``message`` is the raw, whole message; ``paths`` are the files it changes, needed only for path filters;
    ``authored`` is the author date in any fixed spelling: a cherry-pick keeps it, so it tells the same
    change from a second change of the same words.
    """

    sha: str
    parents: tuple[str, ...] = ()
    author_name: str
    author_email: str
    message: str
    paths: tuple[str, ...] = ()
    authored: str = ""

    @property
    def short(self) -> str:
        """The first seven digits of the hash."""
        return self.sha[:_SHORT]

    @property
    def subject(self) -> str:
        """The message's first line."""
        return self.message.strip().split("\n", 1)[0].strip()

    @property
    def is_merge(self) -> bool:
        """Whether it joins two or more lines of history."""
        return len(self.parents) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One tag, lightweight or annotated: ``message`` is empty for the former, ``commit_sha`` peeled.

    ``commit_sha`` is empty for a tag of a file or a folder: such a name is taken, and releases nothing.
    """

    name: str
    object_sha: str
    commit_sha: str
    message: str


def resolve(git: Git, revision: str) -> str:
    """Return the commit a revision names; raise ActionError when there is none."""
    try:
        return git.text("rev-parse", "--quiet", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    except CommandFailed as error:
        if error.returncode != 1:
            raise
        raise ActionError(
            f"{revision} names no commit in {git.directory.name}",
            fix="commit something first, or check the branch or tag name",
        ) from error


def tag_names(git: Git, namespace: str = "refs/tags/") -> tuple[str, ...]:
    """Name every tag below ``namespace``: no object is opened, so thousands of tags cost milliseconds."""
    listed = git.text("for-each-ref", "--format=%(refname)", namespace)
    return tuple(name.removeprefix(namespace) for name in listed.split("\n") if name)


def tags(git: Git, namespace: str = "refs/tags/", names: Iterable[str] = ("",)) -> tuple[Tag, ...]:
    """Read the tags ``names``, left out all below ``namespace``: packed, loose, lightweight, annotated."""
    wanted = tuple(f"{namespace}{name}" for name in names)
    if not wanted:  # git would list every reference
        return ()
    raw = git.run("for-each-ref", f"--format={_TAG_FORMAT}", *wanted).decode(errors="replace")
    records = (record.lstrip("\n").split("\0") for record in raw.split("\0\x01") if record.strip())
    return tuple(_tag(namespace, *record) for record in records)


def commits(git: Git, since: str, until: str) -> tuple[Commit, ...]:
    """List the commits reachable from ``until`` and not from ``since`` (empty: all), newest first."""
    revisions = (until, f"^{since}") if since else (until,)
    raw = git.run("log", "-z", "--topo-order", f"--format={_COMMIT_FORMAT}", *revisions, "--")
    fields = raw.decode(errors="replace").split("\0")
    starts = range(0, len(fields) - _COMMIT_FIELDS + 1, _COMMIT_FIELDS)
    return tuple(_commit(*fields[start : start + _COMMIT_FIELDS]) for start in starts)


def touched_paths(git: Git, since: str, until: str) -> Mapping[str, tuple[str, ...]]:
    """Map each commit's sha in the range to the paths it touched (merges: none)."""
    revisions = (until, f"^{since}") if since else (until,)
    raw = git.run("log", "-z", "--name-only", "--format=%x01%H", *revisions, "--").decode(errors="replace")
    found: dict[str, tuple[str, ...]] = {}
    for record in raw.split("\x01")[1:]:
        sha, *paths = (part.strip("\n") for part in record.split("\0"))
        found[sha] = tuple(path for path in paths if path)
    return found


def is_ancestor(git: Git, ancestor: str, descendant: str) -> bool:
    """Tell whether the commit ``ancestor`` (empty: none) is reachable from ``descendant``."""
    return bool(ancestor) and git.succeeds("merge-base", "--is-ancestor", ancestor, descendant)


def merged_tags(git: Git, commit: str, namespace: str) -> frozenset[str]:
    """Name every tag below ``namespace`` that is reachable from ``commit``: one walk through the history."""
    listed = git.text("for-each-ref", f"--merged={commit}", "--format=%(refname)", namespace)
    return frozenset(name.removeprefix(namespace) for name in listed.splitlines())


def is_shallow(git: Git) -> bool:
    """Tell whether history was cut, as actions/checkout does by default."""
    return git.text("rev-parse", "--is-shallow-repository") == "true"


def commit_date(git: Git, commit: str) -> str:
    """Return the committer date of ``commit`` in strict ISO 8601, in UTC."""
    return (
        git.run(
            "log", "-1", "--date=format-local:%Y-%m-%dT%H:%M:%SZ", "--format=%cd", commit, env={"TZ": "UTC"}
        )
        .decode()
        .strip()
    )


def tracked_modes(git: Git, commit: str) -> Mapping[str, str]:
    """Map every tracked file of ``commit`` to its mode, ``100644`` or ``100755``; links are left out."""
    return {path: mode for path, mode in all_modes(git, commit).items() if mode.startswith("100")}


def all_modes(git: Git, commit: str) -> Mapping[str, str]:
    """Map every tracked path of ``commit`` to its mode; a link's is ``120000``, a submodule's ``160000``."""
    return _modes(git, "-r", "-z", "--full-tree", commit)


def top_modes(git: Git, commit: str) -> Mapping[str, str]:
    """Map what stands at the top of ``commit`` to its mode, a folder's ``040000``: no folder is opened."""
    return _modes(git, "-z", "--full-tree", commit)


def read_files(git: Git, commit: str, paths: Iterable[str]) -> Mapping[str, str]:
    """Read the text of ``paths`` at ``commit``, decoded as UTF-8; raise ActionError for other bytes."""
    wanted, odd = _parted(paths)
    if not wanted and not odd:
        return {}
    asked = "".join(f"{commit}:{path}\n" for path in wanted)
    raw = git.run("cat-file", "--batch", stdin=asked.encode(errors="surrogateescape"))
    found: dict[str, str] = {}
    for path in wanted:
        header, _, rest = raw.partition(b"\n")
        size = int(header.rsplit(b" ", 1)[1])
        found[path] = _decoded(path, rest[:size])
        raw = rest[size + 1 :]
    return found | {path: _decoded(path, git.run("cat-file", "blob", f"{commit}:{path}")) for path in odd}


def _modes(git: Git, *arguments: str) -> Mapping[str, str]:
    raw = git.run("ls-tree", *arguments).decode(errors="surrogateescape")
    entries = (entry.split("\t", 1) for entry in raw.split("\0") if entry)
    return {path: about.split(" ", 1)[0] for about, path in entries}


def _parted(paths: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Part the paths with a line end in them from the others: ``cat-file --batch`` takes one a line."""
    found = tuple(paths)
    return tuple(path for path in found if "\n" not in path), tuple(path for path in found if "\n" in path)


def _tag(namespace: str, refname: str, types: str, object_sha: str, peeled: str, message: str) -> Tag:
    return Tag(
        name=refname.removeprefix(namespace),
        object_sha=object_sha,
        commit_sha="" if types.endswith(_NO_COMMIT) else peeled or object_sha,
        message=message if peeled else "",
    )


def _commit(
    sha: str, parents: str, author_name: str, author_email: str, authored: str, message: str
) -> Commit:
    return Commit(
        sha=sha.strip(),
        parents=tuple(parents.split()),
        author_name=author_name,
        author_email=author_email,
        authored=authored,
        message=message,
    )


def _decoded(path: str, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ActionError(
            f"{path} is not UTF-8",
            why=f"byte {error.start} cannot be decoded",
            fix="save the file as UTF-8",
            file=path,
        ) from error
