"""The score files of a BIG-bench checkout, into staging tables."""

from pathlib import Path

from pipeline.core.settings import Settings
from pipeline.core.source import Source
from pipeline.fetch import checkout
from pipeline.load.tree import load_tree


def load(settings: Settings, source: Source) -> list[Path]:
    """Load what lies in the checkout now, whatever it was when it was listed: it is its user's."""
    return load_tree(settings, source, settings.path, checkout.list_paths(settings.path))
