"""The inputs of the action, parsed: one frozen object, every problem reported together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from actionkit.context import Context
from actionkit.errors import InputError
from actionkit.inputs import InputReader
from actionkit.registry.oci import normal_platform
from actionkit.semver import NotARelease, TagFormat, Version, format_of
from images.build.attestations import Attestations
from images.build.caches import check_caches
from images.publish.destinations import Destination, destinations
from images.secrets.mounts import Secret, parse_secrets

_PLATFORM: Final = re.compile(r"[a-z0-9]+/[a-z0-9_]+(?:/[a-z0-9]+)?")
_ALLOW: Final = re.compile(r"[a-z][a-z.]*(?:=.+)?")
_INSIDE: Final = re.compile(r"(?!\.{0,2}/)(?!\.{1,2}$)(?!.*/\.\.?(?:/|$))[^-].*")
_OVERRIDE: Final = re.compile(r"[^-=\s][^=\s]*\+?=.*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Everything the user asked for; what is empty the project's own declarations decide."""

    tag: str
    version: Version
    tag_format: TagFormat
    token: str
    destinations: tuple[Destination, ...]
    files: tuple[str, ...]
    targets: tuple[str, ...]
    overrides: tuple[str, ...]
    allow: tuple[str, ...]
    public_arguments: tuple[str, ...]
    public_secrets: tuple[str, ...]
    unused_paths: tuple[str, ...]
    platforms: tuple[str, ...]
    builder: str
    cache: tuple[str, ...]
    secrets: tuple[Secret, ...]
    attestations: tuple[Attestations, ...]
    release_notes: bool
    overwrite: bool
    dry_run: bool
    platform: str
    parts: str

    @property
    def is_split(self) -> bool:
        """Whether several machines build, or would: a plan is made for them too."""
        return bool(self.platform or self.parts or self.dry_run)

    @property
    def confidential(self) -> tuple[str, ...]:
        """Every value that must appear in no log."""
        passwords = tuple(destination.password for destination in self.destinations)
        secrets = (secret.value for secret in self.secrets if secret.identity not in self.public_secrets)
        return tuple(text for text in (self.token, *passwords, *secrets) if text)


def read_inputs(environ: Mapping[str, str], context: Context) -> Inputs:
    """Parse the ``INPUT_*`` variables; raise every problem together."""
    reader = InputReader(environ=environ)
    tag = reader.text("tag") or _tag_of_event(context)
    tag_format = reader.parsed("tag-format", lambda text: _tag_format(text, tag), TagFormat())
    inputs = Inputs(
        tag=tag,
        version=_version(reader, tag, tag_format),
        tag_format=tag_format,
        token=reader.text("token"),
        destinations=destinations(reader, context),
        files=_matching(reader, "files", reader.words("files"), re.compile(r"[^-\s].*"), "paths, one a line"),
        targets=_matching(
            reader, "targets", reader.words("targets"), re.compile(r"[^-\s]\S*"), "targets, one a line"
        ),
        overrides=_matching(reader, "set", reader.lines("set"), _OVERRIDE, "target.key=value, one a line"),
        allow=_matching(
            reader, "allow", reader.words("allow"), _ALLOW, "entitlements such as network.host, one a line"
        ),
        public_arguments=reader.words("public-arguments"),
        public_secrets=reader.words("public-secrets"),
        unused_paths=_matching(
            reader,
            "unused-paths",
            reader.lines("unused-paths"),
            _INSIDE,
            "paths in the repository, one a line",
        ),
        platforms=_platforms(reader),
        builder=_builder(reader),
        cache=_cache(reader, context),
        secrets=_secrets(reader),
        attestations=_attestations(reader),
        release_notes=reader.flag("release-notes", default=True),
        overwrite=reader.flag("overwrite"),
        dry_run=reader.flag("dry-run"),
        platform=_platform(reader),
        parts=reader.text("parts"),
    )
    reader.finish()
    return inputs


def _tag_format(text: str, tag: str) -> TagFormat:
    """Take the format that is given, else read it off the tag: whoever made the tag chose it."""
    if text:
        return TagFormat(text)
    read = format_of(tag)
    return read if isinstance(read, TagFormat) else TagFormat()


def _tag_of_event(context: Context) -> str:
    release = context.event.get("release")
    if isinstance(release, Mapping) and release.get("tag_name"):
        return str(release["tag_name"])
    return context.ref_name if context.ref_type == "tag" else ""


def _version(reader: InputReader, tag: str, tag_format: TagFormat) -> Version:
    fallback = Version(0)
    if not tag:
        reader.problems.append(
            InputError(
                "there is no tag to build the images of",
                why="input tag is empty, and the run was started neither by a release nor on a tag",
                fix="pass the tag",
                yaml="with:\n  tag: v1.2.3",
            )
        )
        return fallback
    version = tag_format.version(tag)
    if isinstance(version, NotARelease):
        reader.problems.append(
            InputError(
                f"the tag {tag} is not the tag of a version",
                why=f"input tag-format says that such tags look like {tag_format.template}",
                fix="pass the tag of a release, or say how your tags look",
                yaml="with:\n  tag-format: my-crate-v{version}",
            )
        )
        return fallback
    return version


def _matching(
    reader: InputReader, name: str, values: tuple[str, ...], pattern: re.Pattern[str], meaning: str
) -> tuple[str, ...]:
    for value in values:
        if not pattern.fullmatch(value):
            reader.problems.append(InputError(f"input {name} has {value!r}", why=f"it takes {meaning}"))
    return values


def _secrets(reader: InputReader) -> tuple[Secret, ...]:
    secrets, problems = parse_secrets(reader.text("secrets"))
    reader.problems.extend(problems)
    return secrets


def _platforms(reader: InputReader) -> tuple[str, ...]:
    given = _matching(
        reader, "platforms", reader.words("platforms"), _PLATFORM, "os/architecture, separated by commas"
    )
    return tuple(dict.fromkeys(normal_platform(platform) for platform in given))


def _platform(reader: InputReader) -> str:
    given = (reader.text("platform"),) if reader.text("platform") else ()
    _matching(reader, "platform", given, _PLATFORM, "one os/architecture")
    if given and not reader.text("parts"):
        reader.problems.append(
            InputError(
                "input platform is given without parts",
                why="what one machine builds is published by a later job, which has to know of it",
                fix="name the folder that goes from this job to that one",
                yaml="with:\n  parts: ${{ runner.temp }}/parts",
            )
        )
    return normal_platform(given[0]) if given else ""


def _builder(reader: InputReader) -> str:
    given = (reader.text("builder"),) if reader.text("builder") else ()
    _matching(reader, "builder", given, re.compile(r"[A-Za-z0-9]\S*"), "a name or an address")
    return reader.text("builder")


def _cache(reader: InputReader, context: Context) -> tuple[str, ...]:
    words = reader.words("cache")
    reader.problems.extend(check_caches(words, (context.workspace, context.temporary)))
    return words


def _attestations(reader: InputReader) -> tuple[Attestations, ...]:
    words = reader.words("attestations")
    known = tuple(Attestations)
    for word in words:
        if word not in known:
            reader.problems.append(
                InputError(f"input attestations has {word!r}", why=f"it takes some of: {', '.join(known)}")
            )
    return tuple(Attestations(word) for word in words if word in known)
