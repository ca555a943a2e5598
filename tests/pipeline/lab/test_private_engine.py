import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.rehearsal import lab
from pipeline.rehearsal.lab.base_images import BASE_IMAGE
from pipeline.rehearsal.lab.debian import docker_client
from pipeline.rehearsal.lab.state import State, answers, read_state

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[3]


def hold(folder: Path, *, inside: tuple[str, ...] = ()) -> subprocess.Popen[bytes]:
    """Another process that uses the engine kept in ``folder`` until it gets a signal."""
    command = (*inside, sys.executable, "-m", "pipeline.rehearsal.lab", str(folder))
    environ = {"PATH": os.environ["PATH"], "DOCKER_HOST": f"unix://{folder}/run/docker.sock"}
    return subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE)


def wait_until(condition, seconds: float = 30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def until_ready(holder: subprocess.Popen[bytes]) -> None:
    assert holder.stderr
    lines = iter(holder.stderr.readline, b"")
    assert any(line.startswith(b"export DOCKER_CONFIG=") for line in lines)


def started(folder: Path) -> State:
    state = read_state(folder / "run/engine.json")
    assert isinstance(state, State)
    return state


def mounts() -> str:
    return Path("/proc/self/mounts").read_text()


def left_behind(state: State, tool) -> list[str]:
    """What the engine described by ``state`` made outside its own namespaces and is still there."""
    found = [line for line in tool("ip", "-oneline", "address").splitlines() if f" {state.prefix}." in line]
    found += [line for line in tool("nft", "list", "ruleset").splitlines() if state.bridge in line]
    found += [str(path) for path in Path("/sys/fs/cgroup").glob(f"**/{state.bridge}")]
    return found + [line for line in mounts().splitlines() if state.bridge in line]


def test_it_stops_without_leaving_a_process_a_mount_a_bridge_or_a_rule(spare_folder, tool, descendants):
    mounts_before = mounts()
    forwarding_before = Path("/proc/sys/net/ipv4/ip_forward").read_text()
    with lab.engine(lab.PrivateEngine(folder=spare_folder)) as engine:
        lab.ensure_base_images(engine)
        engine.docker("network", "create", "of-its-own")
        engine.docker("run", "--detach", "--network", "of-its-own", BASE_IMAGE, "sleep", "1000")
        state = started(spare_folder)
        processes = descendants(state.pid)
        assert {"dockerd", "containerd", "containerd-shim", "sleep"} <= set(processes.values())
        assert len(left_behind(state, tool)) > 3
    assert [pid for pid in processes if Path(f"/proc/{pid}").exists()] == []
    assert left_behind(state, tool) == []
    assert mounts() == mounts_before
    assert Path("/proc/sys/net/ipv4/ip_forward").read_text() == forwarding_before
    assert not (spare_folder / "run/docker.sock").exists() or not answers(spare_folder / "run/docker.sock")


def test_it_starts_in_less_than_five_seconds_once_it_is_installed(spare_folder):
    before = time.monotonic()
    with lab.engine(lab.PrivateEngine(folder=spare_folder)) as engine:
        took = time.monotonic() - before
        assert engine.docker("version", "--format", "{{.Server.Version}}").startswith("26.")
    assert took < 5


def test_a_second_user_shares_it_and_the_first_to_leave_does_not_stop_it(spare_folder):
    with lab.engine(lab.PrivateEngine(folder=spare_folder)):
        state = started(spare_folder)
        other = hold(spare_folder)
        until_ready(other)
        assert started(spare_folder) == state
    assert state.alive()
    assert answers(spare_folder / "run/docker.sock")
    other.terminate()
    assert other.wait(30) == 0
    assert not state.alive()


def test_it_stops_by_itself_when_its_last_user_is_killed(spare_folder, tool):
    holder = hold(spare_folder)
    until_ready(holder)
    state = started(spare_folder)
    holder.kill()
    holder.wait()
    wait_until(lambda: not state.alive())
    assert left_behind(state, tool) == []


def test_what_a_killed_engine_left_is_cleaned_up_by_the_next(spare_folder, tool, descendants):
    holder = hold(spare_folder)
    until_ready(holder)
    state = started(spare_folder)
    processes = descendants(state.pid)
    os.kill(state.pid, signal.SIGKILL)
    holder.kill()
    holder.wait()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in processes))
    assert left_behind(state, tool) != []
    with lab.engine(lab.PrivateEngine(folder=spare_folder)):
        fresh = started(spare_folder)
        assert fresh != state
    assert left_behind(state, tool) == []
    assert left_behind(fresh, tool) == []


def test_an_engine_that_cannot_start_says_why(spare_folder):
    (spare_folder / "run").mkdir()
    (spare_folder / "run/daemon.json").mkdir()
    with (
        pytest.raises(Exception, match="the private Docker engine did not start") as caught,
        lab.engine(lab.PrivateEngine(folder=spare_folder)),
    ):
        pass
    assert "daemon.json: Is a directory" in str(caught.value)


def test_a_firewall_that_drops_what_it_does_not_know_lets_its_containers_through(spare_folder, tool):
    elsewhere = subprocess.Popen(
        ("unshare", "--net", "sleep", "1000")
    )  # this machine's own rules stay as they are
    inside = ("nsenter", "--net", "--target", str(elsewhere.pid))
    try:
        wait_until(lambda: network_of(elsewhere.pid) != network_of(os.getpid()))
        firewall = "".join(
            f"add chain ip filter {name} {{ type filter hook {name.lower()} priority filter; policy drop; }};"
            for name in ("INPUT", "FORWARD")
        )
        tool("ip", "link", "set", "lo", "up", before=inside)
        tool("nft", f"add table ip filter; {firewall}", before=inside)
        untouched = tool("nft", "list", "ruleset", before=inside)
        holder = hold(spare_folder, inside=inside)
        until_ready(holder)
        state = started(spare_folder)
        assert (
            tool("nft", "list", "table", "ip", "filter", before=inside).count(f'comment "{state.bridge}"')
            == 4
        )
        assert refused(spare_folder, f"{state.prefix}.0.1")
        holder.terminate()
        assert holder.wait(30) == 0
        assert tool("nft", "list", "ruleset", before=inside) == untouched
    finally:
        elsewhere.kill()
        elsewhere.wait()


def network_of(pid: int) -> Path:
    return Path(f"/proc/{pid}/ns/net").readlink()


def refused(folder: Path, address: str) -> bool:
    """Whether a container's connection to a closed port is answered: a dropped packet never is."""
    client = (str(docker_client(folder)), "--host", f"unix://{folder}/run/docker.sock")
    attempt = ("timeout", "5", "bash", "-c", f"</dev/tcp/{address}/9")
    done = subprocess.run(
        (*client, "run", "--rm", BASE_IMAGE, *attempt), capture_output=True, text=True, check=False
    )
    return done.returncode == 1 and "Connection refused" in done.stderr
