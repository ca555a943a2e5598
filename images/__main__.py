"""Start the action: ``python -I -u -m images``."""

from __future__ import annotations

import os
import sys

from actionkit.main import run_action
from actionkit.workflow import Workflow
from images.run import publish_images


def main() -> int:
    """Run the action with this process's environment; return the exit status."""
    workflow = Workflow(environ=os.environ, stdout=sys.stdout)
    return run_action(workflow, lambda step: publish_images(os.environ, step))


if __name__ == "__main__":
    sys.exit(main())
