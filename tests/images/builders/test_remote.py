"""BuildKits that run elsewhere: by address, and as builders that a step made on the host."""

from __future__ import annotations

import base64
import json
import socket
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipeline.rehearsal import lab

pytestmark = pytest.mark.engine

FILES = {"api.Dockerfile": "FROM scratch\nCOPY x.txt /\n", "x.txt": "x"}
KUBECONFIG = """
apiVersion: v1
kind: Config
clusters: [{{name: one, cluster: {{server: "{server}", certificate-authority-data: {authority}}}}}]
users: [{{name: releaser, user: {{token: "{token}"}}}}]
contexts: [{{name: one, context: {{cluster: one, user: releaser, namespace: builds}}}}]
current-context: one
"""
BUILDX_CONFIG = ("-e", "BUILDX_CONFIG=/github/runner_temp/buildx")


def free_port(address: str) -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


@pytest.fixture
def listening(engine, buildkit):
    """Start a BuildKit that listens on a port of this machine; ``options`` are buildkitd's."""

    @contextmanager
    def start(*options: str, volumes: tuple[str, ...] = ()):
        address = f"tcp://{engine.address}:{free_port(engine.address)}"
        places = (part for volume in ("/var/lib/buildkit", *volumes) for part in ("--volume", volume))
        run = ("run", "--detach", "--privileged", "--network", "host", *places, lab.BUILDER_IMAGE)
        container = engine.docker(*run, "--addr", address, *options).strip()
        try:
            end = time.monotonic() + 30
            while "running server on" not in logs(engine, container):
                assert time.monotonic() < end, logs(engine, container)
                time.sleep(0.1)
            yield address
        finally:
            engine.docker("rm", "--force", "--volumes", container)

    return start


def logs(engine, container: str) -> str:
    argv = (*engine.client, "logs", container)
    done = subprocess.run(argv, env=engine.env, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


@pytest.fixture
def certificates(shop, engine, need):
    """A certificate authority, and one certificate for both sides, where the job keeps temporary files."""
    folder = shop.folder / "temp/certs"
    folder.mkdir()
    openssl = (need("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    sides = ("-CA", "ca.pem", "-CAkey", "ca-key.pem", "-addext", f"subjectAltName=IP:{engine.address}")
    for name, options in (("ca", ()), ("both", (*sides, "-addext", "basicConstraints=CA:FALSE"))):
        files = ("-keyout", f"{name}-key.pem", "-out", f"{name}.pem", "-subj", f"/CN={name}")
        argv = (*openssl, "-nodes", "-days", "2", *files, *options)
        subprocess.run(argv, cwd=folder, check=True, capture_output=True)
    return folder


def on_the_host(shop, engine, driver: str, *options: str, **variables: str) -> str:
    """Make a builder as a step on the host does, with its files below the runner's temporary folder."""
    name = f"of-a-step-{driver}"
    env = {"BUILDX_CONFIG": str(shop.folder / "temp/buildx"), **variables}
    engine.docker("buildx", "create", "--name", name, "--driver", driver, *options, env=env)
    return name


def listed(folder) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def published(shop, run, reader) -> bool:
    (image,) = json.loads(run.outputs["images"])
    return reader.manifest(shop.repository("api"), "1.0.0")[0] == image["digest"]


def test_a_buildkit_is_reached_over_the_network(shop, reader, listening) -> None:
    shop.release("v1.0.0", FILES)
    with listening() as address:
        run = shop.run("v1.0.0", builder=address)
    assert run.errors == []
    assert "using remote driver" in run.log
    assert published(shop, run, reader)


def test_a_remote_builder_of_an_earlier_step_is_used_with_its_certificates(
    shop, reader, engine, listening, certificates
) -> None:
    shop.release("v1.0.0", FILES)
    names = {"cacert": "ca.pem", "cert": "both.pem", "key": "both-key.pem"}
    there = {option: str(certificates / name) for option, name in names.items()}
    server = [f"--tls{option}={path}" for option, path in there.items()]
    with listening(*server, volumes=(f"{certificates}:{certificates}:ro",)) as address:
        options = ",".join(f"{option}={path}" for option, path in there.items())
        builder = on_the_host(shop, engine, "remote", "--driver-opt", options, address)
        before = listed(shop.folder / "temp")
        run = shop.run("v1.0.0", *BUILDX_CONFIG, builder=builder)
    assert run.errors == []
    assert f'building with "{builder}" instance using remote driver' in run.log
    assert published(shop, run, reader)
    assert listed(shop.folder / "temp") == before, "the step's own files are as they were"


def test_a_kubernetes_builder_of_an_earlier_step_asks_its_cluster(shop, engine, certificates) -> None:
    shop.release("v1.0.0", FILES)
    seen = []
    authority = base64.b64encode((certificates / "ca.pem").read_bytes()).decode()
    with cluster(engine, certificates, seen) as server:
        kubeconfig = shop.folder / "temp/kubeconfig"
        kubeconfig.write_text(KUBECONFIG.format(server=server, authority=authority, token="of-the-cluster"))
        builder = on_the_host(shop, engine, "kubernetes", KUBECONFIG=str(kubeconfig))
        variables = (*BUILDX_CONFIG, "-e", "KUBECONFIG=/github/runner_temp/kubeconfig")
        (error,) = shop.run("v1.0.0", *variables, builder=builder).errors
        (unset,) = shop.run("v1.0.0", *BUILDX_CONFIG, builder=builder).errors
    assert error.startswith(f"the builder {builder} cannot be reached\nwhy: ")
    assert "builds are closed today" in error
    assert unset == error, "the builder's own file names the cluster"
    assert {path.rpartition("/")[0] for path, _ in seen} == {"/apis/apps/v1/namespaces/builds/deployments"}
    assert {token for _, token in seen} == {"Bearer of-the-cluster"}


@contextmanager
def cluster(engine, certificates, seen: list[tuple[str, str]]):
    """The API server of a cluster that refuses everything, as Kubernetes words it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append((self.path, self.headers.get("Authorization", "")))
            status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Forbidden"}
            body = json.dumps({**status, "message": "builds are closed today", "code": 403}).encode()
            self.send_response(403)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((engine.address, 0), Handler) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates / "both.pem", certificates / "both-key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"https://{engine.address}:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("address", "program"), [("ssh://me@host", "ssh"), ("kube-pod://pod", "kubectl")])
def test_an_address_that_needs_another_program_is_refused(shop, address: str, program: str) -> None:
    shop.release("v1.0.0", FILES)
    (error,) = shop.run("v1.0.0", builder=address).errors
    assert error == (
        f"{address} cannot be used as builder\n"
        f"why: buildx would run {program}, which is not in this action's container\n"
        "fix: let the BuildKit listen on tcp:// with certificates, and name it in an earlier step\n"
        "    - uses: docker/setup-buildx-action@v4\n"
        "      id: buildx"
    )
