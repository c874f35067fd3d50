"""Does it survive another metric, more examples, another scale? Outputs of open models, scored more than once."""
