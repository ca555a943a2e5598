"""One bare repository, read and written with git's plumbing."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from actionkit.errors import CommandFailed
from actionkit.process import run

ZERO = "0" * 40
_PERSON = re.compile(rb"(?P<name>.*?) ?<(?P<email>[^>]*)> (?P<when>-?\d+) [+-]\d{4}")


class NoObject(LookupError):
    """No object has that name."""


class RefMoved(RuntimeError):
    """A ref was not where it was expected."""


class BadPath(ValueError):
    """A tree cannot have that path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Author, committer or tagger; ``when`` is ISO 8601 in UTC."""

    name: str
    email: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """An object as stored: its id, ``commit``, ``tag``, ``tree`` or ``blob``, and its bytes."""

    sha: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit's parts."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    message: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """An annotated tag's parts."""

    sha: str
    name: str
    target: str
    target_kind: str
    tagger: Person
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeEntry:
    """A path to put into a tree; ``mode`` "0" with the ZERO id takes it out."""

    path: str
    mode: str
    sha: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """A ref: full name, object id and kind, and the commit it leads to (through a tag object)."""

    name: str
    sha: str
    kind: str
    commit: str


@dataclass(frozen=True, slots=True)
class GitStore:
    """A bare repository at ``path``."""

    path: Path

    def git(self, *argv: str, stdin: bytes | None = None, env: Mapping[str, str] | None = None) -> bytes:
        """Run git in the repository; raise CommandFailed."""
        return run(("git", f"--git-dir={self.path}", *argv), stdin=stdin, env=env)

    def objects(self, names: Sequence[str]) -> Iterator[Object]:
        """Read objects by any name git understands; raise NoObject for the first that is not there."""
        if any("\n" in name or not name for name in names):
            raise NoObject(names)
        try:
            data = self.git("cat-file", "--batch", stdin="".join(f"{name}\n" for name in names).encode())
        except CommandFailed as error:  # names that mean something only in a work tree
            raise NoObject(names) from error
        for name in names:
            head, _, data = data.partition(b"\n")
            parts = head.decode(errors="replace").split(" ")
            if len(parts) != 3 or not parts[2].isdigit():  # noqa: PLR2004 - "sha type size", or "… missing"
                raise NoObject(name)
            size = int(parts[2])
            yield Object(sha=parts[0], kind=parts[1], content=data[:size])
            data = data[size + 1 :]

    def object(self, name: str) -> Object:
        """Read one object; raise NoObject."""
        return next(self.objects((name,)))

    def commit(self, name: str) -> Commit:
        """Read the commit that a name leads to; raise NoObject."""
        return parse_commit(self.object(f"{name}^{{commit}}"))

    def commits(self, *revisions: str, limit: int = 250, skip: int = 0) -> tuple[Commit, ...]:
        """Read the commits that ``git rev-list`` names, newest first; revisions must be resolved ids."""
        listed = self.git("rev-list", f"--max-count={limit}", f"--skip={skip}", *revisions, "--")
        return tuple(parse_commit(found) for found in self.objects(listed.decode().split()))

    def tag(self, sha: str) -> Tag:
        """Read an annotated tag; raise NoObject when the name is not one."""
        found = self.object(sha)
        if found.kind != "tag":
            raise NoObject(sha)
        return _parse_tag(found)

    def refs(self, prefix: str = "refs/") -> tuple[Ref, ...]:
        """List the refs below a prefix (``refs/heads/main`` lists just that), sorted by name."""
        shape = "%(refname) %(objectname) %(objecttype) %(*objectname)"
        lines = self.git("for-each-ref", f"--format={shape}", prefix.rstrip("/")).decode().splitlines()
        return tuple(_ref(line.split(" ")) for line in lines)

    def ref(self, name: str) -> Ref:
        """Read one ref by its full name; raise NoObject."""
        found = [ref for ref in self.refs(name) if ref.name == name]
        if not found:
            raise NoObject(name)
        return found[0]

    def write(self, kind: str, content: bytes) -> str:
        """Store an object and return its id; raise CommandFailed when git finds it malformed."""
        return self.git("hash-object", "-t", kind, "-w", "--stdin", stdin=content).decode().strip()

    def update_ref(self, name: str, new: str, *, old: str) -> None:
        """Move, create (``old`` ZERO) or delete (``new`` ZERO) a ref; raise RefMoved."""
        try:
            self.git("update-ref", "--stdin", stdin=f"update {name} {new} {old}\n".encode())
        except CommandFailed as error:
            raise RefMoved(error.why) from error

    def is_ancestor(self, ancestor: str, descendant: str) -> bool:
        """Whether one commit is reachable from another."""
        try:
            return self.git("merge-base", ancestor, descendant).decode().strip() == ancestor
        except CommandFailed:  # no common history
            return False

    def write_tree(self, base: str, entries: Sequence[TreeEntry]) -> str:
        """Store the tree ``base`` (empty for none) with entries put in; raise BadPath, CommandFailed."""
        for entry in entries:
            if {"", ".", "..", ".git"} & set(entry.path.lower().split("/")):
                raise BadPath(entry.path)
        lines = [f"{entry.mode} {entry.sha}\t{entry.path}\0" for entry in entries]
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            self.git("read-tree", base or "--empty", env=index)
            self.git("update-index", "-z", "--index-info", stdin="".join(lines).encode(), env=index)
            return self.git("write-tree", env=index).decode().strip()

    def write_commit(
        self, *, tree: str, parents: Sequence[str], author: Person, committer: Person, message: str
    ) -> str:
        """Store a commit object and return its id."""
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        lines += [f"author {stamp(author)}", f"committer {stamp(committer)}"]
        return self.write("commit", ("\n".join(lines) + "\n\n" + message).encode())


def stamp(person: Person) -> str:
    """Write a person as git's objects do; characters that would break the line are dropped."""
    name, email = (re.sub(r"[<>\n\0]", "", text) for text in (person.name, person.email))
    when = int(datetime.fromisoformat(person.when).timestamp())
    return f"{name} <{email}> {when} +0000"


def parse_commit(found: Object) -> Commit:
    """Take a commit object apart."""
    fields, message = _fields(found.content)
    return Commit(
        sha=found.sha,
        tree=fields["tree"][0].decode(),
        parents=tuple(parent.decode() for parent in fields.get("parent", ())),
        author=_person(fields["author"][0]),
        committer=_person(fields["committer"][0]),
        message=message,
        signature=fields.get("gpgsig", [b""])[0].decode(errors="replace"),
    )


def _parse_tag(found: Object) -> Tag:
    fields, message = _fields(found.content)
    return Tag(
        sha=found.sha,
        name=fields["tag"][0].decode(errors="replace"),
        target=fields["object"][0].decode(),
        target_kind=fields["type"][0].decode(),
        tagger=_person(fields.get("tagger", [b" <> 0 +0000"])[0]),
        message=message,
    )


def _fields(content: bytes) -> tuple[dict[str, list[bytes]], str]:
    head, _, message = content.partition(b"\n\n")
    fields: dict[str, list[bytes]] = {}
    for line in head.replace(b"\n ", b"\0").split(b"\n"):
        key, _, value = line.partition(b" ")
        fields.setdefault(key.decode(), []).append(value.replace(b"\0", b"\n"))
    return fields, message.decode(errors="replace")


def _person(raw: bytes) -> Person:
    match = _PERSON.match(raw)
    name, email, when = match.group("name", "email", "when") if match else (raw, b"", b"0")
    date = datetime.fromtimestamp(int(when), tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Person(name=name.decode(errors="replace"), email=email.decode(errors="replace"), when=date)


def _ref(parts: Sequence[str]) -> Ref:
    name, sha, kind, peeled = parts
    return Ref(name=name, sha=sha, kind=kind, commit=peeled or sha)
