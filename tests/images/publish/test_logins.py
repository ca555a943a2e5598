"""The logins of a run: in a folder of its own, for its time only."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from images.inputs import read_inputs
from images.publish.registries import open_registries, repository_name


def test_the_job_s_logins_stay_usable_in_a_private_file_that_goes_with_the_run(
    tmp_path: Path, context
) -> None:
    given = {
        "auths": {"registry.example.org": {"auth": "YTpi"}},
        "credsStore": "desktop",
        "currentContext": "elsewhere",
    }
    (tmp_path / "config.json").write_text(json.dumps(given))
    inputs = read_inputs({"INPUT_TAG": "v1.0.0", "INPUT_REGISTRY": "registry.example.org"}, context)
    with open_registries(inputs, {"DOCKER_CONFIG": str(tmp_path)}, tmp_path) as registries:
        authfile = registries.registries[0].authfile
        assert json.loads(authfile.read_text()) == {"auths": given["auths"]}
        assert stat.S_IMODE(authfile.stat().st_mode) == 0o600
        assert stat.S_IMODE(authfile.parent.stat().st_mode) == 0o700
        assert registries.environment["DOCKER_CONFIG"] == str(authfile.parent)
    assert not authfile.parent.exists()


def test_no_folder_that_a_build_is_likely_to_read_holds_the_logins(tmp_path: Path, context) -> None:
    inputs = read_inputs({"INPUT_TAG": "v1.0.0", "INPUT_REGISTRY": "registry.example.org"}, context)
    temporary = tmp_path / "github" / "runner_temp"
    temporary.mkdir(parents=True)
    with open_registries(inputs, {"HOME": str(tmp_path)}, temporary) as registries:
        assert registries.folder.parent == temporary
        assert [path.name for path in (tmp_path / "github").rglob("config.json")] == []
        assert registries.authfile.is_file()
    assert not registries.folder.exists()


def test_the_image_called_like_its_project_is_the_project_s_own(context) -> None:
    (destination,) = read_inputs({"INPUT_TAG": "v1.0.0"}, context).destinations
    names = [repository_name(destination, image, context.repository) for image in ("shop", "api")]
    assert names == ["ghcr.io/acme/shop", "ghcr.io/acme/shop/api"]
