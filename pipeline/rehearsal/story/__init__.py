"""The story of a rehearsal: as a page, as a summary in the terminal, and as progress while it happens."""
