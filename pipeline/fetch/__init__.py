"""Get the scores onto this machine: one module per source."""
