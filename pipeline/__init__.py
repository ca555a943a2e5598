"""The command line: plan, bump, verify, rehearse."""
