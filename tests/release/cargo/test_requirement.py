"""Requirements: raised by our rules, and read as cargo's own crate ``semver`` reads them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actionkit.semver import Version, parse_version
from release.cargo.requirement import NotARequirement, admits, raised

JUDGE = """
use std::io::{self, BufRead};

fn main() {
    for line in io::stdin().lock().lines() {
        let line = line.unwrap();
        let (requirement, version) = line.split_once('\\t').unwrap();
        let version = semver::Version::parse(version).unwrap();
        match semver::VersionReq::parse(requirement) {
            Ok(requirement) => println!("{}", requirement.matches(&version)),
            Err(_) => println!("error"),
        }
    }
}
"""


@pytest.mark.parametrize(
    ("requirement", "version", "expected"),
    [
        ("0.2.1", "0.3.0", "0.3.0"),
        ("0.2", "0.3.0", "0.3"),
        ("0.2", "0.2.9", "0.2"),
        ("1", "2.0.0", "2"),
        ("=0.2.1", "0.3.0", "=0.3.0"),
        ("^0.2.1", "0.2.2", "^0.2.2"),
        ("~0.2", "0.3.7", "~0.3"),
        ("0.2.*", "0.3.0", "0.3.*"),
        ("1.x", "2.1.0", "2.x"),
        ("*", "9.9.9", "*"),
        ("*", "1.0.0-rc.1", ">=1.0.0-rc.1"),
        (">=0.2, <0.4", "0.3.0", ">=0.2, <0.4"),
        (">=0.2.0, <0.3.0", "0.3.1", ">=0.3.1, <0.4.0"),
        (" >= 1.2 , < 2 ", "2.1.0", " >= 2.1 , < 3 "),
        ("<1.0.0-0", "1.0.0", "<2.0.0-0"),
        ("<=1.4", "1.5.2", "<=1.5"),
        (">1.4, <2", "2.0.0", ">1.4, <3"),
        ("0.2", "0.3.0-rc.1", "0.3.0-rc.1"),
        ("1.0.0-rc.1", "1.0.0", "1.0.0"),
        ("1.0.0-x", "1.1.0", "1.1.0"),
        ("0.2.1", "0.3.0+llvm.19", "0.3.0"),
    ],
)
def test_a_requirement_is_raised_with_its_operator_and_precision(
    requirement: str, version: str, expected: str
) -> None:
    assert raised(requirement, parse_version(version)) == expected


@pytest.mark.parametrize("text", ["", "1.2.3.4", "a", "1.*.3", ">=", "*, 1", "1.2-rc.1", "1,", "==1"])
def test_other_text_is_no_requirement(text: str) -> None:
    with pytest.raises(NotARequirement):
        raised(text, Version(1))


numbers = st.integers(0, 3)
pre_releases = st.sampled_from(("", "", "", "-0", "-alpha", "-alpha.1", "-rc.1", "-rc.10"))
metadata = st.sampled_from(("", "", "", "+b.1"))
versions = st.builds("{}.{}.{}{}{}".format, numbers, numbers, numbers, pre_releases, metadata)
operators = st.sampled_from(("", "=", "^", "~", ">", ">=", "<", "<=", "= ", ">= "))
partial = st.one_of(
    st.builds("{}".format, numbers),
    st.builds("{}.{}".format, numbers, numbers),
    st.builds("{}.*".format, numbers),
    st.builds("{}.{}.*".format, numbers, numbers),
    versions,
)
comparators = st.builds("{}{}".format, operators, partial)
requirements = st.one_of(st.just("*"), st.lists(comparators, min_size=1, max_size=2).map(", ".join))


@given(requirement=requirements, version=versions)
def test_a_raised_requirement_admits_the_version_or_is_refused(requirement: str, version: str) -> None:
    planned = parse_version(version)
    try:
        after = raised(requirement, planned)
    except NotARequirement:
        return
    assert admits(after, planned)
    assert raised(after, planned) == after


@pytest.mark.cargo
@pytest.mark.network
def test_requirements_are_read_as_the_crate_semver_reads_them(
    tmp_path: Path, cargo: Callable[..., str]
) -> None:
    pairs = _pairs(3000)
    answers = _judged(tmp_path, cargo, pairs)

    ours = [_answer(requirement, version) for requirement, version in pairs]
    different = [
        (pair, mine, its) for pair, mine, its in zip(pairs, ours, answers, strict=True) if mine != its
    ]

    assert different == []
    assert {"true", "false"} <= set(answers)


def _answer(requirement: str, version: str) -> str:
    try:
        return str(admits(requirement, parse_version(version))).lower()
    except NotARequirement:
        return "error"


def _pairs(count: int) -> list[tuple[str, str]]:
    """Draw pairs from the strategies; near ones, so that both answers are frequent."""
    pairs: list[tuple[str, str]] = []

    @settings(max_examples=count, database=None, derandomize=True)
    @given(requirement=requirements, version=versions)
    def collect(requirement: str, version: str) -> None:
        pairs.append((requirement, version))

    collect()
    return pairs


def _judged(directory: Path, cargo: Callable[..., str], pairs: list[tuple[str, str]]) -> list[str]:
    (directory / "src").mkdir()
    (directory / "src/main.rs").write_text(JUDGE)
    (directory / "Cargo.toml").write_text(
        '[package]\nname = "judge"\nedition = "2021"\n\n[dependencies]\nsemver = "1"\n'
    )
    cargo(directory, "build", "--quiet", "--target-dir", str(directory / "target"))
    done = subprocess.run(
        [directory / "target/debug/judge"],
        input="".join(f"{requirement}\t{version}\n" for requirement, version in pairs),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()
