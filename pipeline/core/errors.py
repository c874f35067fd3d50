"""The one exception of the pipeline."""


class PipelineError(Exception):
    """A run cannot go on. The message names the place and the cause, and says what to do next."""
