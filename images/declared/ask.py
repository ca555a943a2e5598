"""Ask bake what is declared."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from itertools import takewhile
from pathlib import Path
from typing import Final

from actionkit.errors import ActionError, CommandFailed
from actionkit.process import run
from actionkit.workflow import Workflow
from images.declared.document import Declared, read_declared
from images.declared.find import Definition, find_definition
from images.inputs import Inputs
from images.means import Means
from images.source.needed import Spared, named, require_declaring, require_needed
from images.state import Source

_PLACED: Final = re.compile(
    r"^(?:ERROR: )?(?P<file>[^\s:]+):(?P<line>\d+)(?:[:,-][\d,:-]*)?(?: |$)", re.MULTILINE
)
_STACK: Final = re.compile(r"\d+ v?\d+\.\d\S* .*buildx |\t")
"""Where Go's stack begins, which buildx writes below some errors: number of the process, version, command."""

_PROGRESS: Final = re.compile(r"#\d+ ")


def read_declarations(inputs: Inputs, source: Source, means: Means) -> Declared:
    """Read every declared image; raise ActionError with the file and line that bake complains about."""
    project = means.context.repository.rpartition("/")[2]
    definition = find_definition(source.paths, inputs.files, project)
    require_declaring(definition.files, source)
    try:
        declared = read_declared(_printed(definition, inputs, source, means.registries.environment))
    except CommandFailed as error:
        raise _unreadable(definition, error) from error
    if not declared.targets:
        raise ActionError(
            "no image is declared",
            why=f"{', '.join(definition.files) or 'the repository'} has no target that builds something",
            fix="give the bake file a group default, or name the targets in input targets",
        )
    _tell_spared(require_needed(declared, source, inputs.unused_paths), means.workflow)
    if declared.others:
        others = ", ".join(declared.others)
        means.workflow.notice(f"{others}: made as files or only checked", title="targets that are no images")
    return declared


def _tell_spared(spared: Spared, workflow: Workflow) -> None:
    if spared.vouched:
        workflow.warning(
            f"not checked out, and said to be used by no image: {named(spared.vouched)}. An image that takes"
            " it all the same has a pointer or nothing in its place",
            title="input unused-paths",
        )
    if spared.untaken:
        workflow.notice(
            f"not checked out, and no COPY, ADD or RUN --mount of a Dockerfile takes it:"
            f" {named(spared.untaken)}. What a base image does by ONBUILD is not seen here",
            title="files that no image takes",
        )


def told(output: str) -> tuple[str, ...]:
    """Take from bake's output what it says to a person: neither its progress nor the stack below an error."""
    lines = takewhile(lambda line: not _STACK.match(line), output.splitlines())
    return tuple(line for line in lines if line.strip() and not _PROGRESS.match(line))


def _printed(definition: Definition, inputs: Inputs, source: Source, environment: Mapping[str, str]) -> bytes:
    with tempfile.NamedTemporaryFile("w", suffix=".json", dir=environment["DOCKER_CONFIG"]) as generated:
        generated.write(definition.generated)
        generated.flush()
        files = (*definition.files, *((generated.name,) if definition.generated else ()))
        options = tuple(part for file in files for part in ("--file", file))
        changes = tuple(part for change in inputs.overrides for part in ("--set", change))
        argv = ("docker", "buildx", "bake", "--print", *options, *changes, *inputs.targets)
        env = {**environment, **release_variables(inputs, source)}
        return run(argv, cwd=source.folder, env=env, secrets=inputs.confidential)


def release_variables(inputs: Inputs, source: Source) -> Mapping[str, str]:
    """Tell a bake or compose file which release it is built for: a ``variable`` of that name takes it."""
    return {
        "RELEASE_TAG": inputs.tag,
        "RELEASE_VERSION": str(inputs.version),
        "RELEASE_COMMIT": source.commit,
        "RELEASE_CREATED": source.created,
    }


def _unreadable(definition: Definition, error: CommandFailed) -> ActionError:
    names = " and ".join(definition.files)
    subject = (
        f"{names} {'declare' if len(definition.files) > 1 else 'declares'}"
        if names
        else "the Dockerfiles declare"
    )
    lines = told(error.stderr)
    place = _PLACED.search("\n".join(lines))
    known = place is not None and Path(place["file"]).name in {Path(file).name for file in definition.files}
    return ActionError(
        f"cannot read what {subject}",
        why="\n".join(lines),
        fix="docker buildx bake --print shows the same on your machine",
        file=place["file"] if place and known else "",
        line=int(place["line"]) if place and known else 0,
    )
