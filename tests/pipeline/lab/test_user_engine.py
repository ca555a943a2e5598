"""A Docker engine that was there before: here the session's, used as a stranger's."""

import pytest

from pipeline.rehearsal import lab
from pipeline.rehearsal.lab.base_images import BASE_IMAGE

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def theirs(engine):
    found = lab.UserEngine(docker_host=engine.docker_host, socket=engine.socket_in_engine)
    with lab.engine(found) as running:
        yield running


@pytest.fixture(autouse=True)
def _has_a_client(need):
    need("docker")


def test_it_is_still_there_after_the_rehearsal(engine):
    with lab.engine(lab.UserEngine(docker_host=engine.docker_host, socket=engine.socket_in_engine)) as theirs:
        lab.ensure_base_images(theirs)
    assert engine.docker("images", "--quiet", BASE_IMAGE)


def test_its_registry_is_on_the_loopback_address_the_only_one_it_trusts_without_tls(theirs, tmp_path):
    with lab.registry(theirs, data=tmp_path / "data") as registry:
        assert registry.address.startswith("127.0.0.1:")
        image, config = f"{registry.address}/theirs:1", {"DOCKER_CONFIG": str(tmp_path / "config")}
        login = ("login", "--username", registry.username, "--password-stdin", registry.address)
        theirs.docker(*login, stdin=registry.password.encode(), env=config)
        theirs.docker("tag", BASE_IMAGE, image)
        theirs.docker("push", image, env=config)
        theirs.docker("rmi", image)


def test_its_containers_reach_the_registry_because_they_share_this_machines_network(theirs, tmp_path):
    with lab.registry(theirs, data=tmp_path / "data") as registry:
        host, _, port = registry.address.partition(":")
        ask = f"exec 3<>/dev/tcp/{host}/{port}; printf 'GET /v2/ HTTP/1.0\\r\\n\\r\\n' >&3; head -1 <&3"
        answer = theirs.docker("run", "--rm", *theirs.network_options, BASE_IMAGE, "bash", "-c", ask)
    assert answer.strip() == "HTTP/1.0 401 Unauthorized"
