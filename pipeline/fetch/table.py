"""`SOURCE=table`: one pinned Parquet file of preferred scores, from a folder or from the network.

The table was published in DrCohomology/genexpy (MIT licence) and holds scores of google/BIG-bench
(Apache-2.0). It is read where it lies or downloaded, verified, and never committed.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import requests
from tqdm import tqdm

from pipeline.core import files
from pipeline.core.errors import PipelineError
from pipeline.core.settings import DEFAULT_MIRROR, Settings

CONNECT_TIMEOUT = 4.0
READ_TIMEOUT = 30.0
CHUNK = 1 << 16


@dataclass(frozen=True)
class Pin:
    """A file that can only be one sequence of bytes."""

    name: str
    address: str
    sha256: str
    size: int


COMMIT = "5fccedcca860f0612116507e81bf41c1a7e81702"
PINNED = Pin(
    name="bigbench_results_prefiltered.parquet",
    address=(
        f"https://raw.githubusercontent.com/DrCohomology/genexpy/{COMMIT}"
        "/demos/case_studies/BIG-bench/data/bigbench_results_prefiltered.parquet"
    ),
    sha256="01003018d79571713499665315c35546378eab71500dba4302c93147f2e6397a",
    size=439_462,
)


@dataclass(frozen=True)
class Manifest:
    """What a fetch left for the load: the verified file, or none where a stand-in must serve."""

    path: str | None
    sha256: str | None
    size: int | None
    address: str

    @property
    def is_stand_in(self) -> bool:
        """Whether the committed curves must serve instead of scores."""
        return self.path is None


def manifest_path(settings: Settings) -> Path:
    """Where the manifest lies, beside that of a simulated table."""
    return settings.data / "raw" / f"{settings.name}.json"


def read_manifest(settings: Settings) -> Manifest:
    """The manifest of the last fetch.

    Raises:
        PipelineError: there was no fetch, or its manifest is damaged.
    """
    path = manifest_path(settings)
    try:
        return Manifest(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise PipelineError(f"{settings.shown(path)}: no usable manifest. Next: run `make fetch`.") from error


def is_stand_in(settings: Settings) -> bool:
    """Whether the last fetch left word that the committed curves must serve instead of scores."""
    return manifest_path(settings).is_file() and read_manifest(settings).is_stand_in


def inputs(settings: Settings) -> str:
    """Whether the mirror holds the table; what it holds is pinned."""
    return f"mirrored: {(settings.root / settings.mirror / PINNED.name).is_file()}"


class UnreachableError(Exception):
    """The network gave no answer, so that a stand-in may serve. Any answer, even an error, is not this."""


def fetch(settings: Settings, pin: Pin = PINNED) -> list[Path]:
    """Bring the pinned table into data/raw, or note that the committed curves must stand in for it.

    Returns:
        The table and its manifest; nothing for a stand-in.

    Raises:
        PipelineError: the mirror that was asked for lacks the file, the file's bytes are not the pinned ones,
            or neither table nor stand-in is to be had.
    """
    target = settings.data / "raw" / pin.name
    try:
        origin = _bring(settings, pin, target)
    except UnreachableError as error:
        _note_stand_in(settings, pin, str(error))
        return []
    print(f"fetch    {pin.name}: {pin.size:,} bytes, sha256 verified, from {origin}")
    manifest = Manifest(settings.shown(target), pin.sha256, pin.size, pin.address)
    return [target, write_manifest(settings, manifest)]


def _bring(settings: Settings, pin: Pin, target: Path) -> str:
    """Make `target` the pinned file and say where it came from."""
    mirrored = settings.root / settings.mirror / pin.name
    if settings.mirror and mirrored.is_file():
        _verify(settings.shown(mirrored), files.sha256(mirrored), pin)
        files.write_bytes(target, mirrored.read_bytes())
        return str(Path(settings.mirror) / pin.name)
    if settings.mirror not in ("", DEFAULT_MIRROR):
        raise PipelineError(
            f"MIRROR={settings.mirror} holds no {pin.name}. "
            "Next: put the file there, or leave MIRROR out to download it."
        )
    if target.is_file() and files.sha256(target) == pin.sha256:
        return settings.shown(target)
    files.write_bytes(target, _download(pin))
    return pin.address


def _verify(place: str, digest: str, pin: Pin) -> None:
    if digest != pin.sha256:
        raise PipelineError(
            f"{place}: sha256 is {digest}, pinned is {pin.sha256}: the file is truncated or another one. "
            "Next: delete it and run `make fetch` again."
        )


def _download(pin: Pin) -> bytes:
    """The pinned bytes from the network, never more of them than the pin says."""
    try:
        response = requests.get(pin.address, stream=True, timeout=(CONNECT_TIMEOUT, READ_TIMEOUT))
    except requests.RequestException as error:
        raise UnreachableError(type(error).__name__) from error
    with response:
        if response.status_code != requests.codes.ok:
            raise PipelineError(
                f"{pin.address}: the server answered {response.status_code} {response.reason}. "
                f"Next: try again later, or put {pin.name} into a folder and name it with MIRROR=."
            )
        try:
            body = b"".join(_bounded(response, pin))
        except requests.RequestException as error:
            raise PipelineError(
                f"{pin.address}: the download broke off ({type(error).__name__}). Next: run `make fetch` again."
            ) from error
    _verify(pin.address, hashlib.sha256(body).hexdigest(), pin)
    return body


def _bounded(response: requests.Response, pin: Pin) -> Iterator[bytes]:
    received = 0
    with tqdm(total=pin.size, unit="B", unit_scale=True, desc="fetch", delay=1, leave=False, disable=None) as bar:
        for chunk in response.iter_content(CHUNK):
            received += len(chunk)
            if received > pin.size:
                raise PipelineError(
                    f"{pin.address}: sends more than the pinned {pin.size:,} bytes. "
                    f"Next: put {pin.name} into a folder and name it with MIRROR=."
                )
            bar.update(len(chunk))
            yield chunk


def how_to_get_scores(settings: Settings) -> str:
    """What a user without scores can do, as the end of a sentence."""
    return f"put {PINNED.name} into {settings.mirror or DEFAULT_MIRROR} (or a folder named with MIRROR=), or go online"


def _note_stand_in(settings: Settings, pin: Pin, reason: str) -> None:
    stand_in = settings.committed / "emergence.parquet"
    if not stand_in.is_file():
        raise PipelineError(
            f"No scores: {settings.mirror or DEFAULT_MIRROR} has no {pin.name}, {pin.address} cannot be reached "
            f"({reason}), and {settings.shown(stand_in)} is missing. Next: {how_to_get_scores(settings)}."
        )
    print(
        f"fetch    STAND-IN: the scores are not in {settings.mirror or DEFAULT_MIRROR} and the network gives no answer "
        f"({reason}); {settings.shown(stand_in)} serves instead. To get them: {how_to_get_scores(settings)}."
    )
    write_manifest(settings, Manifest(None, None, None, pin.address))


def write_manifest(settings: Settings, manifest: Manifest) -> Path:
    """Leave word for the load of what was fetched."""
    return files.write_text(manifest_path(settings), json.dumps(asdict(manifest), indent=2) + "\n")
