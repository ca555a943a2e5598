import os
from pathlib import Path

import pytest

from pipeline.rehearsal import lab


@pytest.fixture
def no_docker(tmp_path: Path) -> dict[str, str]:
    """An environment in which no program is found."""
    return {"PATH": str(tmp_path)}


def test_without_any_program_it_says_what_is_missing_and_how_to_get_it(tmp_path, no_docker):
    found = lab.find_engine(folder=tmp_path, environ=no_docker)
    assert isinstance(found, lab.NoEngine)
    assert found.reason.startswith("there is no docker command; a private engine cannot be made: ")
    assert "mmdebstrap is not installed" in found.reason
    assert "apt-get install mmdebstrap" in found.fix


def test_having_no_engine_ends_in_an_error_a_stranger_can_act_on():
    nothing = lab.NoEngine(reason="there is no docker command", fix="start Docker")
    with pytest.raises(Exception, match="there is no Docker engine to use") as caught, lab.engine(nothing):
        pass
    assert str(caught.value) == (
        "there is no Docker engine to use\nwhy: there is no docker command\nfix: start Docker"
    )


def test_an_environment_that_names_our_own_socket_means_the_private_engine(tmp_path):
    environ = {"DOCKER_HOST": f"unix://{tmp_path}/run/docker.sock"}
    assert lab.find_engine(folder=tmp_path, environ=environ) == lab.PrivateEngine(folder=tmp_path)


def test_a_folder_too_deep_for_a_socket_is_refused_before_anything_is_made(tmp_path):
    deep = tmp_path / ("x" * 100)
    with (
        pytest.raises(Exception, match="cannot listen below this folder"),
        lab.engine(lab.PrivateEngine(folder=deep)),
    ):
        pass
    assert not deep.exists()


@pytest.mark.engine
def test_a_running_engine_is_preferred_to_a_private_one(engine, tmp_path, need):
    need("docker")
    found = lab.find_engine(folder=tmp_path, environ={"PATH": "/usr/local/bin:/usr/bin"} | engine.env)
    assert found == lab.UserEngine(
        docker_host=engine.docker_host, socket=engine.docker_host.removeprefix("unix://")
    )


def test_an_engine_on_another_machine_is_not_used_because_it_does_not_see_our_files(tmp_path):
    docker = tmp_path / "docker"
    docker.write_text(
        '#!/bin/sh\ncase "$1" in context) echo tcp://build.example:2376 ;; info) echo "{}" ;; esac\n'
    )
    docker.chmod(0o755)
    found = lab.find_engine(folder=tmp_path, environ={"PATH": str(tmp_path)})
    assert isinstance(found, lab.NoEngine)
    assert found.reason.startswith(
        "the engine at tcp://build.example:2376 does not see this machine's files; "
    )


def test_a_root_that_may_not_make_namespaces_is_told_so_before_anything_is_installed(tmp_path):
    for name, script in {"mmdebstrap": "exit 0", "unshare": "echo no luck >&2; exit 1"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    found = lab.find_engine(folder=tmp_path, environ={"PATH": str(tmp_path)})
    assert isinstance(found, lab.NoEngine)
    told = "namespaces cannot be made here (no luck)" if os.geteuid() == 0 else "you are not root"
    assert told in found.reason
