"""Read the configuration that a project has already: python-semantic-release's or semantic-release's.

One file is read, the first of these that exists and holds settings; the others are named in a warning:

1. ``releaserc.toml`` or ``releaserc.json`` (python-semantic-release)
2. ``[tool.semantic_release]`` in ``pyproject.toml`` (python-semantic-release)
3. ``.releaserc``, ``.releaserc.json``, ``.releaserc.yaml``, ``.releaserc.yml`` (semantic-release)
4. the key ``release`` in ``package.json`` (semantic-release)

An input of the action that is stated goes before the file, the file before the defaults. A key that is not
known, and one that is known but has no meaning here, is reported in ``Config.warnings``.
"""

from release.config.files import is_config
from release.config.model import Branch, Config, Unset
from release.config.read import read_config

__all__ = ["Branch", "Config", "Unset", "is_config", "read_config"]
