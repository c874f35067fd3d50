"""The official score files that were fetched, into staging tables."""

from pathlib import Path

from pipeline.core.settings import Settings
from pipeline.core.source import Source
from pipeline.fetch import manifest
from pipeline.fetch.remote import BIGBENCH
from pipeline.load.tree import load_tree


def load(settings: Settings, source: Source) -> list[Path]:
    """Load the files of the manifest, each verified against its hash."""
    listed = manifest.read(settings, BIGBENCH)
    hashes = {file.path: file.sha1 for file in listed.files}
    return load_tree(settings, source, settings.root / listed.folder, list(hashes), hashes)
