"""What every way of bringing files has in common."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from tqdm import tqdm

from pipeline.fetch.listing import ScoreFile

Keep = Callable[[ScoreFile, bytes], bool]


class Progress:
    """A bar of files and bytes with the time left; nothing where no terminal shows it."""

    def __init__(self, files: Sequence[ScoreFile]) -> None:
        self._total_bytes = sum(file.size for file in files)
        self._bytes = 0
        self._bar = tqdm(total=len(files), unit="file", desc="fetch", leave=False, disable=None)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar from the screen."""
        self._bar.close()

    def add(self, file: ScoreFile) -> None:
        """Count a file that is in its place."""
        self._bytes += file.size
        self._bar.set_postfix_str(f"{_mega(self._bytes)} of {_mega(self._total_bytes)} MB", refresh=False)
        self._bar.update()

    def transferring(self, share: float, received: str) -> None:
        """Show a transfer of all files at once that has come this far; they are counted again as they are written."""
        self._bar.n = int(share * (self._bar.total or 0))
        self._bar.set_postfix_str(f"receiving, {received}", refresh=False)
        self._bar.update(0)

    def restart(self) -> None:
        """Count from nothing: the transfer is over, and the files come out of it."""
        self._bar.reset()


def _mega(size: int) -> str:
    return f"{size / 1e6:,.1f}"
