"""What a fetch of score files leaves for the load: which files, where they lie, and the hash of each."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pipeline.core import files
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.fetch.listing import Entry, ScoreFile, accept
from pipeline.fetch.remote import BIGBENCH, Remote


@dataclass(frozen=True)
class Manifest:
    """The score files of a source; `folder` is theirs, from the root of this project or absolute.

    `ref` and `commit` are what was asked for and what it stood for then, and `remote` is the place that had them.
    """

    folder: str
    files: tuple[ScoreFile, ...]
    ref: str
    commit: str
    # Manifests that are older than the other places name none.
    remote: str = BIGBENCH.place


def path(settings: Settings) -> Path:
    """Where the manifest of this run's source lies."""
    return settings.data / "raw" / settings.name / "manifest.json"


def read(settings: Settings, remote: Remote) -> Manifest:
    """The manifest of the last fetch.

    Raises:
        PipelineError: there was no fetch from this place, or its manifest is damaged.
    """
    found = find(settings, remote)
    if found is None:
        raise PipelineError(
            f"{settings.shown(path(settings))}: there is no manifest of {remote.place} yet. Next: run `make fetch`."
        )
    return found


def find(settings: Settings, remote: Remote) -> Manifest | None:
    """The manifest of the last fetch, if it was from this place; its names are checked like those of a listing.

    Raises:
        PipelineError: it is damaged.
    """
    place = path(settings)
    try:
        content = json.loads(place.read_text(encoding="utf-8"))
        if content.get("remote", BIGBENCH.place) != remote.place:
            return None
        entries = [Entry(file["path"], "100644", file["size"], file["sha1"]) for file in content["files"]]
        listed = accept(entries, remote, settings.shown(place))
        return Manifest(str(content["folder"]), listed.files, content["ref"], content["commit"], remote.place)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise PipelineError(
            f"{settings.shown(place)}: no usable manifest. Next: delete it and run `make fetch` again; files that are "
            "there and still the listed ones stay."
        ) from error


def write(settings: Settings, manifest: Manifest) -> Path:
    """Write the manifest whole or not at all, and return its path."""
    return files.write_text(path(settings), json.dumps(asdict(manifest), indent=1) + "\n")
