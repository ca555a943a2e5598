"""The version where it stands outside Cargo's manifests: the input ``version-files``."""

from release.cargo.version_files.inputs import VersionFile, parse_version_files
from release.cargo.version_files.plan import plan_version_files, wanted_paths

__all__ = ["VersionFile", "parse_version_files", "plan_version_files", "wanted_paths"]
