import os
import socket
import subprocess
import sys
import threading

import pytest

from actionkit.errors import ActionError
from pipeline.rehearsal.lab.state import NotStarted, State, answers, free_network, read_state, start_time

HEADER = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
DEFAULT_ROUTE = "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"


def route(device: str, network: str, mask: str) -> str:
    """A row as the kernel prints it, addresses in its byte order."""
    numbers = [int.from_bytes(socket.inet_aton(part), "little") for part in (network, mask)]
    return f"{device}\t{numbers[0]:08X}\t00000000\t0001\t0\t0\t0\t{numbers[1]:08X}\t0\t0\t0\n"


@pytest.fixture
def routes(tmp_path):
    def write(*rows: str):
        table = tmp_path / "route"
        table.write_text(HEADER + DEFAULT_ROUTE + "".join(rows))
        return table

    return write


def state(**changes) -> State:
    fields = {
        "pid": os.getpid(),
        "started": start_time(os.getpid()),
        "bridge": "lab20",
        "prefix": "172.20",
        "visible": ("/home/me/work", "/mnt/temporary"),
    }
    return State(**{**fields, **changes})


def test_the_first_free_network_is_taken_and_the_default_route_is_in_nobodys_way(routes):
    assert free_network(routes()) == ("lab20", "172.20")


def test_networks_that_this_machine_has_a_route_into_are_left_alone(routes):
    table = routes(
        route("docker0", "172.17.0.0", "255.255.0.0"),
        route("vpn", "172.20.5.0", "255.255.255.0"),
        route("lab21", "172.21.0.0", "255.255.128.0"),
    )
    assert free_network(table) == ("lab22", "172.22")


def test_a_machine_that_routes_all_private_networks_elsewhere_is_told_so(routes):
    with pytest.raises(ActionError, match="no network is free"):
        free_network(routes(route("vpn", "172.16.0.0", "255.240.0.0")))


def test_a_written_state_is_read_back_while_its_process_lives(tmp_path):
    state().write(tmp_path / "engine.json")
    assert read_state(tmp_path / "engine.json") == state()


def test_a_process_id_that_was_given_to_another_process_is_not_taken_for_the_engine(tmp_path):
    state(started="1").write(tmp_path / "engine.json")
    assert read_state(tmp_path / "engine.json") == NotStarted(reason=f"process {os.getpid()} is gone")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"pid": 1, "surprise": 2, "visible": []}'])
def test_a_state_that_cannot_be_read_is_no_state(tmp_path, text):
    (tmp_path / "engine.json").write_text(text)
    assert isinstance(read_state(tmp_path / "engine.json"), NotStarted)


def test_a_process_that_only_waits_to_be_reaped_is_gone():
    child = subprocess.Popen((sys.executable, "-c", ""), stdout=subprocess.PIPE)
    assert child.stdout
    child.stdout.read()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert start_time(child.pid) == ""
    child.wait()


def test_only_a_socket_with_an_engine_behind_it_answers(tmp_path):
    assert not answers(tmp_path / "missing.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "other.sock"))
        listener.listen()
        threading.Thread(target=lambda: listener.accept()[0].send(b"HTTP/1.0 500 Oh\r\n\r\n")).start()
        assert not answers(tmp_path / "other.sock")
