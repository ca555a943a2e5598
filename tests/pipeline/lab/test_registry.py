import base64
import json
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from actionkit.errors import ActionError, CommandFailed
from pipeline.rehearsal import lab
from pipeline.rehearsal.lab.base_images import BASE_IMAGE

pytestmark = pytest.mark.engine


def get(registry: lab.Registry, path: str, *, password: str = "") -> tuple[int, bytes]:
    request = urllib.request.Request(f"http://{registry.address}{path}")
    if password:
        login = base64.b64encode(f"{registry.username}:{password}".encode()).decode()
        request.add_header("Authorization", f"Basic {login}")
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - as above
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def log_in(engine: lab.Engine, registry: lab.Registry, config: dict[str, str]) -> None:
    command = ("login", "--username", registry.username, "--password-stdin", registry.address)
    engine.docker(*command, stdin=registry.password.encode(), env=config)


def running(engine: lab.Engine) -> set[str]:
    return set(engine.docker("ps", "--all", "--quiet", "--no-trunc").split())


def test_nobody_gets_in_without_the_right_password(registry):
    assert get(registry, "/v2/")[0] == 401
    assert get(registry, "/v2/", password="guessed")[0] == 401
    assert get(registry, "/v2/", password=registry.password) == (200, b"{}")


def test_the_password_is_not_shown_by_accident(registry):
    assert registry.password not in repr(registry)


def test_the_engine_pushes_after_a_login_and_not_before(engine, registry, tmp_path):
    image, config = f"{registry.address}/pushed/base:1", {"DOCKER_CONFIG": str(tmp_path)}
    engine.docker("tag", BASE_IMAGE, image)
    try:
        with pytest.raises(CommandFailed, match="no basic auth credentials"):
            engine.docker("push", image, env=config)
        log_in(engine, registry, config)
        engine.docker("push", image, env=config)
    finally:
        engine.docker("rmi", image)
    status, tags = get(registry, "/v2/pushed/base/tags/list", password=registry.password)
    assert (status, json.loads(tags)) == (200, {"name": "pushed/base", "tags": ["1"]})
    assert (registry.data / "docker/registry/v2/repositories/pushed/base/_manifests/tags/1").is_dir()


def test_every_registry_has_a_password_of_its_own_and_is_gone_afterwards(engine, registry, tmp_path):
    with lab.registry(engine, data=tmp_path / "data") as other:
        assert other.password != registry.password
        assert other.address != registry.address
        others = running(engine)
    assert len(others - running(engine)) == 1
    assert (tmp_path / "data").is_dir()


def test_a_registry_left_by_a_process_that_was_killed_is_removed_by_the_next(engine, tmp_path):
    gone = subprocess.Popen("true")
    gone.wait()
    label = f"rehearsal.owner={gone.pid}:1"
    orphan = engine.docker("run", "--detach", "--label", label, BASE_IMAGE, "sleep", "1000").strip()
    with lab.registry(engine, data=tmp_path):
        assert orphan not in running(engine)


def test_a_folder_that_containers_cannot_mount_is_refused_with_those_that_they_can(engine):
    if not engine.private:
        pytest.skip("a user's engine sees every folder")
    with (
        pytest.raises(ActionError, match="cannot mount /proc/registry") as caught,
        lab.registry(engine, data=Path("/proc/registry")),
    ):
        pass
    assert str(engine.visible[0]) in caught.value.fix
