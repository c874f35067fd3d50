"""From the public BIG-bench scores to a report on emergent abilities, stage by stage."""
