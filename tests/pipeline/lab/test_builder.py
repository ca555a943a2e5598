"""What the images of a release may be built with beside the engine's own builder."""

import json
from pathlib import Path

import pytest

from pipeline.rehearsal import lab
from pipeline.rehearsal.lab.buildkit import buildkitd_toml

pytestmark = pytest.mark.engine

DOCKERFILE = "FROM {base}\nRUN uname -m >/machine && sleep 0\n"


@pytest.fixture(scope="module")
def foreign(private_engine):
    """Debian's name of another processor, emulated while these tests run."""
    lab.ensure_foreign_base(private_engine)
    architecture = lab.foreign_architecture()
    with lab.emulation(private_engine, architecture):
        yield architecture


@pytest.fixture(scope="module")
def builder(private_engine, registry, tmp_path_factory):
    """A docker-container builder that finds the base images in a mirror and may push to the registry."""
    lab.ensure_foreign_base(private_engine)
    images = (lab.BASE_IMAGE, lab.FOREIGN_BASE_IMAGE)
    folder = tmp_path_factory.mktemp("builder")
    with (
        lab.mirror(private_engine, data=tmp_path_factory.mktemp("mirror"), images=images) as mirror,
        lab.container_builder(
            private_engine, folder=folder, mirror=mirror, registries=(registry.address,)
        ) as made,
    ):
        yield made


def log_in(engine: lab.Engine, registry: lab.Registry) -> None:
    command = ("login", "--username", registry.username, "--password-stdin", registry.address)
    engine.docker(*command, stdin=registry.password.encode())


def build(engine: lab.Engine, *options: str, base: str = lab.BASE_IMAGE) -> str:
    return engine.docker("buildx", "build", *options, "-", stdin=DOCKERFILE.format(base=base).encode())


def test_every_registry_without_tls_is_named_once():
    assert buildkitd_toml(mirror="10.0.0.1:1", registries=("10.0.0.1:2",)) == (
        '[registry."docker.io"]\n  mirrors = ["10.0.0.1:1"]\n'
        '[registry."10.0.0.1:1"]\n  http = true\n'
        '[registry."10.0.0.1:2"]\n  http = true\n'
    )


def test_a_container_builder_pushes_by_digest_what_the_engine_cannot(
    private_engine, builder, registry, tmp_path
):
    log_in(private_engine, registry)
    image, metadata = f"{registry.address}/by/digest", tmp_path / "metadata.json"
    output = f"type=image,name={image},push-by-digest=true,name-canonical=true,push=true"
    build(private_engine, "--builder", builder.name, "--output", output, "--metadata-file", str(metadata))
    digest = json.loads(metadata.read_text())["containerimage.digest"]
    private_engine.docker("pull", f"{image}@{digest}")
    private_engine.docker("rmi", f"{image}@{digest}")


def test_the_container_of_the_builder_has_the_name_that_others_look_for(private_engine, builder):
    running = private_engine.docker("ps", "--format", "{{.Names}}").split()
    assert builder.container in running


def test_the_engine_itself_runs_another_processors_programs(private_engine, foreign):
    platform = f"linux/{foreign}"
    name = "foreign-test:1"
    build(private_engine, "--platform", platform, "--tag", name, base=lab.FOREIGN_BASE_IMAGE)
    machine = private_engine.docker("run", "--rm", "--platform", platform, name, "cat", "/machine").strip()
    private_engine.docker("rmi", name)
    assert machine == {"arm64": "aarch64", "amd64": "x86_64"}[foreign]


def test_a_container_builder_makes_one_image_for_two_processors(
    private_engine, builder, foreign, registry, tmp_path
):
    log_in(private_engine, registry)
    image, own = f"{registry.address}/two/platforms:1", "arm64" if foreign == "amd64" else "amd64"
    both = ("--platform", f"linux/{own},linux/{foreign}", "--provenance=false")
    build(
        private_engine,
        "--builder",
        builder.name,
        *both,
        "--tag",
        image,
        "--push",
        base=lab.FOREIGN_BASE_IMAGE,
    )
    index = json.loads(
        private_engine.docker("buildx", "imagetools", "inspect", "--builder", builder.name, "--raw", image)
    )
    assert sorted(entry["platform"]["architecture"] for entry in index["manifests"]) == ["amd64", "arm64"]


def test_emulation_is_noted_for_the_engine_to_undo_if_its_user_is_killed(private_engine, foreign):
    show = ("run", "--rm", "--privileged", lab.BASE_IMAGE, "sh", "-c")
    command = "mount -t binfmt_misc none /proc/sys/fs/binfmt_misc 2>&1; ls /proc/sys/fs/binfmt_misc"
    assert "qemu-" in private_engine.docker(*show, command)
    assert (Path(private_engine.env["DOCKER_CONFIG"]).parent / "run/emulation").exists()


def test_a_private_engine_can_have_the_image_store_that_hosted_runners_have(spare_folder):
    with lab.engine(lab.PrivateEngine(folder=spare_folder, containerd_store=False)) as engine:
        assert engine.docker("info", "--format", "{{.Driver}}").strip() == "overlay2"
        lab.ensure_base_images(engine)
        assert engine.docker("run", "--rm", lab.BASE_IMAGE, "echo", "works") == "works\n"
