"""What every action shares; knows nothing of releases or images."""
