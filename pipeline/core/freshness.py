"""What a result was made from, as one key, so that nothing stale is ever shown.

A key is a hash of file contents: it does not depend on times, on folders or on the machine. It serves three ends: a
stage runs again when its key changed (pipeline/stages.py), a table that takes minutes is used as long as its key is the
one recorded beside it (`Keys`), and a part of a long computation that was stopped is found again by its name.
"""

import ast
import csv
import hashlib
import io
import platform
import re
import tokenize
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from pipeline.core import files
from pipeline.core.settings import ROOT

NAME = "keys.csv"
COLUMNS = ("file", "key", "sha256")
LIBRARIES = (
    "duckdb",
    "numpy",
    "numba",
    "pandas",
    "scipy",
    "statsmodels",
    "matplotlib",
    "seaborn",
    "jinja2",
    "markdown-it-py",
    "requests",
)
# Found with a pattern: parsing the whole project would take most of the time of a run that has nothing to do.
IMPORT = re.compile(
    r"^[ \t]*(?:from[ ]+(pipeline[\w.]*)[ ]+import[ ]+(\([^)]*\)|.*)|import[ ]+(pipeline[\w.]*))", re.MULTILINE
)
SQL = "sql/"
STATEMENTS = (ast.stmt, ast.excepthandler, ast.match_case)
# What carries numbers from one place to another and makes none: a change here leaves long computations as they are.
CARRIERS = (
    *(
        f"pipeline/core/{name}.py"
        for name in ("database", "errors", "files", "freshness", "parallel", "plotting", "progress")
    ),
    *(f"pipeline/core/{name}.py" for name in ("seeds", "settings", "source", "study", "wording")),
    "pipeline/sources.py",
    "pipeline/fetch/",
    "pipeline/load/",
)


@cache
def imported(path: Path, root: Path = ROOT) -> frozenset[Path]:
    """The modules of this project that a module imports, anywhere in its text, with the packages that they lie in."""
    names: set[str] = set()
    for module, parts, bare in IMPORT.findall(path.read_text(encoding="utf-8")):
        names.add(module or bare)
        names.update(f"{module}.{part}" for part in re.findall(r"\w+", parts))
    return frozenset(file for name in names for file in files_of(name, root))


@cache
def files_of(module: str, root: Path = ROOT) -> tuple[Path, ...]:
    """The files that run when a module of this project is imported: its packages' and its own; none for others."""
    parts = module.split(".")
    if parts[0] != "pipeline":
        return ()
    above = (root.joinpath(*parts[:depth], "__init__.py") for depth in range(1, len(parts) + 1))
    own = root.joinpath(*parts).with_suffix(".py")
    return tuple(path for path in (*above, own) if path.is_file())


@cache
def closure(*modules: str, root: Path = ROOT) -> tuple[Path, ...]:
    """Every file of this project that the modules import, directly or not, and their own, sorted."""
    found: set[Path] = set()
    waiting = {path for module in modules for path in files_of(module, root)}
    while waiting:
        path = waiting.pop()
        found.add(path)
        waiting |= imported(path, root) - found
    return tuple(sorted(found))


def digest(paths: Iterable[Path], root: Path = ROOT) -> str:
    """A hash of the names and contents of files, in the order of their names."""
    above = len(str(root)) + 1
    named = sorted((str(path)[above:], path) for path in paths)
    return hashlib.sha256("".join(f"{name}\0{files.sha256(path)}\n" for name, path in named).encode()).hexdigest()


def code_key(*names: str, root: Path = ROOT) -> str:
    """A hash of what is computed: code and queries without comments, docstrings and blank lines.

    Args:
        names: of modules, which count with all that they import but CARRIERS; and of files of sql/ and folders of it,
            by their paths from the root.
        root: where they lie.
    """
    modules = [name for name in names if not name.startswith(SQL)]
    paths = [path for path in closure(*modules, root=root) if not is_carrier(path, root)]
    paths += [path for name in names if name.startswith(SQL) for path in _queries(root / name)]
    return hashlib.sha256("\0".join(map(_code, paths)).encode()).hexdigest()


def _queries(path: Path) -> list[Path]:
    """A file, or the queries and tables of a folder and those below it."""
    return [path] if path.is_file() else sorted(one for end in ("sql", "csv") for one in path.rglob(f"*.{end}"))


@cache
def _code(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return without_words(text)
    lines = text.splitlines()
    return "\n".join(line.rstrip() for line in lines if line.strip() and not line.lstrip().startswith("--"))


def is_carrier(path: Path, root: Path = ROOT) -> bool:
    """Whether a module only carries numbers."""
    return path.relative_to(root).as_posix().startswith(CARRIERS)


def without_words(code: str) -> str:
    """Python code without comments, docstrings, blank lines and spaces at the ends of lines."""
    lines = code.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    for first, last in _docstrings(ast.parse(code)):
        lines[first - 1 : last] = [""] * (last - first + 1)
    return "\n".join(line.rstrip() for line in lines if line.strip())


def _docstrings(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """First and last line of every docstring."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, owners) and ast.get_docstring(node) is not None:
            first = node.body[0]
            yield first.lineno, first.end_lineno or first.lineno
        # No expression holds one.
        waiting += [inner for inner in ast.iter_child_nodes(node) if isinstance(inner, STATEMENTS)]


@cache
def versions() -> dict[str, str]:
    """The versions of Python and of the libraries that results depend on, by name."""
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in LIBRARIES}


def is_made_from(path: Path, key: str) -> bool:
    """Whether a file is the one that was made from what a key stands for, unaltered."""
    return path.is_file() and _recorded(path.parent).get(path.name) == (key, files.sha256(path))


def record(paths: Iterable[Path], key: str) -> Path:
    """Note in the keys.csv of a folder what files of it were made from; what is noted of its other files stays."""
    own = list(paths)
    folder = own[0].parent
    keys = _recorded(folder) | {path.name: (key, files.sha256(path)) for path in own}
    rows = [(name, *both) for name, both in sorted(keys.items()) if (folder / name).is_file()]
    with io.StringIO(newline="") as text:
        csv.writer(text, lineterminator="\n").writerows([COLUMNS, *rows])
        return files.write_text(folder / NAME, text.getvalue())


def _recorded(folder: Path) -> dict[str, tuple[str, str]]:
    """The key and the hash of each file of a folder, by name; none where keys.csv is not there or damaged."""
    path = folder / NAME
    if not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            return {row["file"]: (row["key"], row["sha256"]) for row in csv.DictReader(lines)}
    except (UnicodeDecodeError, csv.Error, KeyError):
        return {}
