"""The folders of public repositories that scores are fetched from, and the names that a file there may have.

google/BIG-bench is one; the others are the rows of sql/seeds/examples.csv.
"""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import PipelineError

FILE = Path(__file__).resolve().parents[2] / "sql" / "seeds" / "examples.csv"
COLUMNS = ("name", "repository", "commit", "path", "licence", "what")

# Plain ASCII without blanks, each part starting with a letter or digit and short enough for every file system:
# what a name from the network must be before it becomes a path here, or a word in a Makefile.
FOLDER = r"[A-Za-z0-9][A-Za-z0-9_.+=-]{0,127}"
STEM = r"[A-Za-z0-9][A-Za-z0-9_.,+=@~()-]{0,191}"
DEEPEST = 6
TASKS = "bigbench/benchmark_tasks"

# What a row of examples.csv must hold.
FORMS = {
    "name": r"[a-z][a-z0-9-]{0,38}",
    "repository": rf"(?!.*\.\.){FOLDER}/{FOLDER}",
    "commit": r"[0-9a-f]{40}",
    "path": rf"(?!.*\.\.){FOLDER}(?:/{FOLDER})*",
    "licence": r"\S.*",
    "what": r"\S.*",
}


@dataclass(frozen=True)
class Remote:
    """A folder of a public repository, of which some files are fetched.

    Attributes:
        repository: owner and name.
        ref: the branch, tag or commit that is fetched where the user names no other.
        folder: the folder, from the top of the repository.
        files: the form of the paths below the folder that are fetched.
        folders: the form of the paths below the folder under which such files can lie.
        mark: what a path holds that looks as if it were to be fetched: those of another form are named to the user.
        what: what the files are called.
    """

    repository: str
    ref: str
    folder: str
    files: str
    folders: str
    mark: str
    what: str

    @property
    def place(self) -> str:
        """The repository and the folder, as one text."""
        return f"{self.repository}/{self.folder}"

    def takes(self, path: str) -> bool:
        """Whether a path is one of the files that are fetched, and safe to use below a folder."""
        above, below = path[: len(self.folder) + 1], path[len(self.folder) + 1 :]
        return above == f"{self.folder}/" and ".." not in path and re.fullmatch(self.files, below, re.ASCII) is not None

    def resembles(self, path: str) -> bool:
        """Whether a path looks like that of a file that is fetched, safe or not."""
        return path.endswith(".json") and self.mark in path

    def may_lie_below(self, path: str) -> bool:
        """Whether a folder is on the way to files that are fetched."""
        if f"{self.folder}/".startswith(f"{path}/"):
            return True
        below = path.removeprefix(f"{self.folder}/")
        return below != path and re.fullmatch(self.folders, below, re.ASCII) is not None


BIGBENCH = Remote(
    repository="google/BIG-bench",
    ref="main",
    folder=TASKS,
    files=rf"{FOLDER}/results/scores_{STEM}\.json",
    folders=rf"{FOLDER}(?:/results)?",
    mark="/results/scores_",
    what="score files",
)


@dataclass(frozen=True)
class Example:
    """A public example: results of lm-evaluation-harness in a repository, pinned by commit.

    Attributes:
        remote: where they are.
        licence: of the repository, by its SPDX name.
        what: what they are results of.
    """

    remote: Remote
    licence: str
    what: str


def examples() -> dict[str, Example]:
    """The public examples, by the name that SOURCE takes.

    Raises:
        PipelineError: the table of examples is missing, or a row is not as it must be.
    """
    try:
        with FILE.open(encoding="utf-8", newline="") as lines:
            header, *rows = csv.reader(lines, strict=True)
    except (OSError, ValueError, csv.Error) as error:
        raise PipelineError(f"sql/seeds/{FILE.name}: cannot be read ({error}). {_MEND}") from error
    if tuple(header) != COLUMNS or any(len(row) != len(COLUMNS) for row in rows):
        raise PipelineError(f"sql/seeds/{FILE.name}: its columns are not {', '.join(COLUMNS)} in every row. {_MEND}")
    found = {row[0]: _example(dict(zip(COLUMNS, row, strict=True))) for row in rows}
    if len(found) < len(rows):
        raise PipelineError(f"sql/seeds/{FILE.name}: two rows have one name. {_MEND}")
    return found


_MEND = "Next: mend that file, or bring it back with `git checkout sql/seeds`."


def _example(row: dict[str, str]) -> Example:
    for column, form in FORMS.items():
        if not re.fullmatch(form, row[column], re.ASCII):
            raise PipelineError(
                f"sql/seeds/{FILE.name}: {column} is {row[column]!a} in the row {row['name']!a}. {_MEND}"
            )
    remote = Remote(
        repository=row["repository"],
        ref=row["commit"],
        folder=row["path"],
        files=rf"(?:{FOLDER}/){{0,{DEEPEST}}}{STEM}\.json",
        folders=rf"{FOLDER}(?:/{FOLDER}){{0,{DEEPEST - 1}}}",
        mark=f"{row['path']}/",
        what="results files",
    )
    return Example(remote, row["licence"], row["what"])
