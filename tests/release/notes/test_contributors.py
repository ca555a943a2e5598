"""Who is thanked in the notes, with a local GitHub that knows some of them."""

from __future__ import annotations

import re

from actionkit.forge import Forge
from actionkit.git import Commit
from release.commits import CommitRules
from release.contributors import find_contributors
from release.notes import Contributor
from release.snapshot import FirstRelease, Snapshot


def test_authors_and_co_authors_are_thanked_once_and_bots_never(world) -> None:
    world.github.add_user("devi", emails=("sample@example.com", "second@example.com"))
    world.push(
        "fix: x\n\nCo-authored-by: Sample <SAMPLE@example.com>\nCo-authored-by: Bo <bo@example.org>\n"
        "Co-authored-by: Cy <12+cy@users.noreply.github.com>\nCo-authored-by: r[bot] <r@example.org>"
    )

    notes = world.run(dry_run="true").outputs["notes"]

    assert re.findall(r"Thanks to (.*)\.", notes) == ["@devi, Bo, @cy"]


def test_only_those_of_the_released_part_are_thanked(world) -> None:
    world.run()
    world.push("fix: x", {"crates/core/x": "x"})
    world.push("fix(lens): y\n\nCo-authored-by: Bo <bo@example.org>", {"other/x": "x"})

    inside = world.run(paths="crates/**", dry_run="true").outputs["notes"]
    scoped = world.run(paths="crates/**", scopes="lens", dry_run="true").outputs["notes"]

    assert ("Bo" in inside, "Bo" in scoped) == (False, True)


def test_nobody_is_left_out_of_a_large_release(world) -> None:
    forge = Forge(repository="octo-org/sample", api_url=world.github.api_url, token=world.token())
    head = world.bare.text("rev-parse", "main")
    commits = tuple(
        Commit(
            sha=head, author_name=f"Person {number}", author_email=f"{number}@example.org", message="fix: x"
        )
        for number in range(205)
    )

    found = find_contributors(forge, _snapshot(head, commits), CommitRules())

    assert found == tuple(Contributor(name=f"Person {number}") for number in range(205))


def _snapshot(head: str, commits: tuple[Commit, ...]) -> Snapshot:
    empty = dict.fromkeys(("existing", "merged_prereleases"), ())
    first = FirstRelease()
    known = {"head": head, "branch": "main", "prior": first, "newest": first, "commits": commits}
    places = {name: frozenset() for name in Snapshot.__slots__ if name in ("tracked", "others")}
    return Snapshot(**known, **empty, **places, files={})
