import http.server
import json
import threading
from pathlib import Path

import pytest

from pipeline.rehearsal.lab.base_images import BASE_IMAGE

pytestmark = pytest.mark.engine


@pytest.fixture
def container(engine):
    """A container that waits."""
    name = engine.docker("run", "--detach", BASE_IMAGE, "sleep", "1000").strip()
    yield name
    engine.docker("rm", "--force", name)


def test_the_bridge_keeps_its_hardware_address_while_containers_come_and_go(private_engine):
    engine = private_engine
    bridge = json.loads((engine.found.folder / "run" / "daemon.json").read_text())["bridge"]
    address = Path("/sys/class/net", bridge, "address")
    before = address.read_text()
    name = engine.docker("run", "--detach", BASE_IMAGE, "sleep", "1000").strip()
    during = address.read_text()
    engine.docker("rm", "--force", name)
    assert before == during == address.read_text()


def test_a_container_sees_the_files_of_a_mounted_folder_and_writes_back(engine, tmp_path):
    (tmp_path / "in.txt").write_text("from here\n")
    assert engine.sees(tmp_path)
    engine.docker(
        "run", "--rm", "--volume", f"{tmp_path}:/data", BASE_IMAGE, "cp", "/data/in.txt", "/data/out.txt"
    )
    assert (tmp_path / "out.txt").read_text() == "from here\n"


def test_a_command_executed_later_finds_itself_in_the_container_and_not_on_this_machine(
    engine, container, tmp_path
):
    (tmp_path / "here").touch()
    engine.docker("exec", container, "touch", "/only-in-the-container")
    assert engine.docker("exec", container, "find", "/", "-xdev", "-name", "only-in-the-*").split() == [
        "/only-in-the-container"
    ]
    engine.docker("exec", container, "test", "!", "-e", str(tmp_path / "here"))


def test_files_are_copied_into_the_container_and_not_onto_this_machine(engine, container, tmp_path):
    (tmp_path / "file").write_text("copied")
    engine.docker("cp", str(tmp_path / "file"), f"{container}:/opt/file")
    assert engine.docker("exec", container, "cat", "/opt/file") == "copied"


def test_a_container_drives_the_engine_through_the_socket_the_runner_mounts(engine):
    ping = "printf 'GET /_ping HTTP/1.0\\r\\n\\r\\n' | perl -MIO::Socket::UNIX -e '"
    ping += '$s = IO::Socket::UNIX->new("/var/run/docker.sock"); print $s <STDIN>; print <$s>\''
    socket = f"{engine.socket_in_engine}:/var/run/docker.sock"
    answer = engine.docker("run", "--rm", "--volume", socket, BASE_IMAGE, "sh", "-c", ping)
    assert answer.endswith("\r\n\r\nOK")


def test_a_server_on_this_machine_is_reached_from_containers_under_the_engines_address(engine):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"found it")

        def log_message(self, *_):
            pass

    with http.server.HTTPServer((engine.address, 0), Handler) as server:
        threading.Thread(target=server.handle_request).start()
        get = (
            f"exec 3<>/dev/tcp/{engine.address}/{server.server_port}; printf 'GET /\\r\\n\\r\\n' >&3; cat <&3"
        )
        answer = engine.docker("run", "--rm", *engine.network_options, BASE_IMAGE, "bash", "-c", get)
    assert answer.endswith("found it")


def test_containers_on_a_network_of_their_own_find_each_other_by_name(engine):
    engine.docker("network", "create", "by-name")
    try:
        service = ("--detach", "--network", "by-name", "--name", "the-service")
        engine.docker("run", *service, BASE_IMAGE, "sleep", "1000")
        found = engine.docker(
            "run", "--rm", "--network", "by-name", BASE_IMAGE, "getent", "hosts", "the-service"
        )
    finally:
        engine.docker("rm", "--force", "the-service")
        engine.docker("network", "rm", "by-name")
    assert found.split()[1] == "the-service"
