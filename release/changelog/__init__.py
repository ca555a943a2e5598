"""Insert a release into a changelog: what stands there stays byte for byte."""

from release.changelog.insert import NEW_FILE, insert_release

__all__ = ["NEW_FILE", "insert_release"]
