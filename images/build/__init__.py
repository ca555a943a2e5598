"""From the plan to images on this machine, looked at."""
