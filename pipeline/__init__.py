"""The command line: plan, bump, rehearse."""
