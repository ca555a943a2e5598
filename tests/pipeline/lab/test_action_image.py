"""The image of both actions, built and started with the runner's command lines."""

from pathlib import Path

import pytest

from actionkit.errors import CommandFailed

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[3]
BUILDERS = {"buildkit": {"DOCKER_BUILDKIT": "1"}, "classic": {"DOCKER_BUILDKIT": "0"}}


@pytest.fixture(scope="module", params=sorted(BUILDERS))
def image(request, engine):
    """The image, built as the runner does by each of the two builders that it may meet.

    It stays: removing it would take the cache of the classic builder along, and the next run starts anew.
    """
    name = f"action-image-test:{request.param}"
    dockerfile = str(ROOT / "images/../Dockerfile")
    engine.docker("build", "-t", name, "-f", dockerfile, str(ROOT), env=BUILDERS[request.param])
    return name


def run(engine, image: str, *arguments: str) -> str:
    return engine.docker("run", "--rm", *arguments[:-1], image, *arguments[-1].split("|"))


def test_an_input_with_a_hyphen_in_its_name_reaches_python(engine, image):
    statement = "import os; print(os.environ['INPUT_DRY-RUN'])"
    output = run(engine, image, "-e", "INPUT_DRY-RUN=it arrived", f"timeit|-n1|-r1|{statement}")
    assert output.splitlines()[0] == "it arrived"


@pytest.mark.parametrize("program", ["release", "images"])
def test_both_programs_start_and_complain_about_the_missing_input_without_a_traceback(engine, image, program):
    with pytest.raises(CommandFailed) as caught:
        run(engine, image, "--env", "GITHUB_ACTIONS=true", program)
    assert "Traceback" not in caught.value.stderr
    assert caught.value.returncode == 1


def test_a_package_of_the_users_repository_with_our_name_is_not_imported(engine, image, tmp_path):
    (tmp_path / "release").mkdir()
    (tmp_path / "release/__main__.py").write_text("raise SystemExit('the wrong program')")
    workspace = ("--workdir", "/github/workspace", "--volume", f"{tmp_path}:/github/workspace")
    statement = "import release; print(release.__file__)"
    assert run(engine, image, *workspace, f"timeit|-n1|-r1|{statement}").startswith("/opt/venv/")


def test_buildx_is_current_and_in_the_place_where_docker_looks(engine, image):
    version = engine.docker("run", "--rm", "--entrypoint", "docker", image, "buildx", "version").split()[1]
    assert tuple(int(part) for part in version.split("+")[0].split(".")[:2]) >= (0, 29)


@pytest.mark.parametrize("program", ["git", "skopeo", "docker"])
def test_the_programs_that_the_actions_call_are_there(engine, image, program):
    assert "ersion" in engine.docker("run", "--rm", "--entrypoint", program, image, "--version")


def test_what_python_trusts_is_what_debian_trusts(engine, image):
    statement = "import ssl; print(ssl.create_default_context().cert_store_stats()['x509_ca'] > 100)"
    assert run(engine, image, f"timeit|-n1|-r1|{statement}").splitlines()[0] == "True"


def test_only_what_the_image_is_made_of_is_sent_to_the_builder(engine):
    show = "FROM debian:trixie-slim\nCOPY . /context\n"
    built = engine.docker("build", "-q", "-f", "-", str(ROOT), stdin=show.encode()).strip()
    listed = set(engine.docker("run", "--rm", built, "ls", "-A", "/context").split())
    assert listed <= {
        "LICENSE",
        "README.md",
        "pyproject.toml",
        "uv.lock",
        "actionkit",
        "images",
        "pipeline",
        "release",
    }
    found = engine.docker(
        "run", "--rm", built, "find", "/context", "-name", "*.pyc", "-o", "-name", "__pycache__"
    )
    assert found == ""
