"""Which tasks jump: one verdict per task, and the rule that gave it."""
