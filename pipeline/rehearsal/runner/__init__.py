"""Run the project's own workflow files the way the Actions runner does, on this machine."""
