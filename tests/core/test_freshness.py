"""Keys change with what a result is made from, and with nothing else."""

import ast

import pytest

from pipeline.core import freshness
from pipeline.core.freshness import CARRIERS, closure, code_key, digest, imported, is_made_from, record, without_words
from pipeline.core.settings import ROOT

MODULES = sorted((ROOT / "pipeline").rglob("*.py"))


def named_by(path):
    """The modules that a file names in its imports, by Python's own parser."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # A relative import would go unseen.
            assert node.level == 0, path
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.fixture
def write(tmp_path):
    """A function that writes a module of a small project and returns its path."""

    def write_module(name, text=""):
        path = tmp_path.joinpath("pipeline", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        # Within one process, files are taken to stay as they are.
        for cached in (imported, freshness.files_of, freshness._code):
            cached.cache_clear()
        return path

    return write_module


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_are_those_that_python_sees(path):
    assert imported(path) == {file for name in named_by(path) for file in freshness.files_of(name)}


def test_a_closure_holds_what_is_imported_anywhere_and_the_packages_around_it(write, tmp_path):
    write("__init__.py")
    write("core/__init__.py")
    write("core/files.py")
    write("core/deep.py", "import pipeline.core.files\n")
    write("load/__init__.py", "import numpy\n")
    write("load/late.py", "def f():\n    from pipeline.load import (  # late\n        other,\n    )\n")
    write("load/other.py", "from pipeline.core.deep import something\n")
    write("load/unused.py")
    found = [
        path.relative_to(tmp_path / "pipeline").as_posix() for path in closure("pipeline.load.late", root=tmp_path)
    ]
    assert found == [
        "__init__.py",
        "core/__init__.py",
        "core/deep.py",
        "core/files.py",
        "load/__init__.py",
        "load/late.py",
        "load/other.py",
    ]


def test_modules_that_import_each_other_have_the_same_closure(write, tmp_path):
    write("one.py", "from pipeline import two\n")
    write("two.py", "from pipeline import one\n")
    assert closure("pipeline.one", root=tmp_path) == closure("pipeline.two", root=tmp_path)
    assert len(closure("pipeline.one", root=tmp_path)) == 2


def test_what_is_no_module_of_the_project_has_no_files():
    assert closure("numpy.random", "pipeline.no_such_module") == (ROOT / "pipeline" / "__init__.py",)


def test_a_digest_is_of_names_and_contents_in_any_order(tmp_path):
    one, two = tmp_path / "one.sql", tmp_path / "two.sql"
    one.write_text("select 1")
    two.write_text("select 2")
    both = digest([one, two], tmp_path)
    assert both == digest([two, one], tmp_path)
    two.write_text("select 3")
    assert both != digest([one, two], tmp_path)
    two.write_text("select 2")
    assert both == digest([one, two], tmp_path)
    assert both != digest([one, two.rename(tmp_path / "three.sql")], tmp_path)
    assert both != digest([one], tmp_path)


def test_a_digest_says_nothing_of_the_folder_or_the_time(tmp_path):
    keys = set()
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "one.sql").write_text("select 1")
        keys.add(digest([tmp_path / name / "one.sql"], tmp_path / name))
    assert len(keys) == 1


def test_words_do_not_count():
    plain = 'def f(x):\n    return x + 1\n\n\nNAME = "# not a comment"\n'
    worded = '''
"""A module
of two lines."""

# why
def f(x):  # what
    """Add one."""
    return x + 1
NAME = "# not a comment"
'''
    assert without_words(plain) == without_words(worded)
    assert "# not a comment" in without_words(worded)
    assert without_words(plain) != without_words(plain.replace("+ 1", "+ 2"))


def test_a_text_that_is_no_docstring_counts():
    # A query is code.
    assert without_words('QUERY = """\nselect 1\n"""\n') != without_words('QUERY = """\nselect 2\n"""\n')


def test_a_key_of_code_changes_with_what_is_computed_wherever_it_is_imported_from(write, tmp_path):
    write("__init__.py")
    write("plan.py", "from pipeline.model import f\n")

    def key_with(text):
        write("model.py", text)
        return code_key("pipeline.plan", root=tmp_path)

    key = key_with("def f(x):\n    return x + 1\n")
    assert key == key_with('"""Words."""\n\n\ndef f(x):\n    """More of them."""\n    # why\n    return x + 1\n')
    assert key != key_with("def f(x):\n    return x + 2\n")


def test_a_key_of_code_changes_with_the_queries_that_it_names(write, tmp_path):
    write("__init__.py")
    (tmp_path / "sql" / "macros").mkdir(parents=True)

    def key_with(name, text, *names):
        (tmp_path / "sql" / name).write_text(text)
        freshness._code.cache_clear()
        return code_key("pipeline", *names, root=tmp_path)

    keys = [
        key_with("macros/half.sql", "-- why\nselect 1\n", "sql/macros"),
        key_with("macros/half.sql", "select 2\n", "sql/macros"),
        key_with("macros/seed.csv", "name\na\n", "sql/macros"),
        key_with("one.csv", "name\na\n", "sql/macros", "sql/one.csv"),
        key_with("one.csv", "name\nb\n", "sql/macros", "sql/one.csv"),
    ]
    assert len(set(keys)) == len(keys)
    assert key_with("macros/half.sql", "-- because\nselect 2\n\n", "sql/macros", "sql/one.csv") == keys[-1]
    assert key_with("other.sql", "select 3\n", "sql/macros", "sql/one.csv") == keys[-1]


@pytest.fixture
def files_in(tmp_path):
    """A function that writes files of these names and returns their paths."""

    def write(*names):
        for name in names:
            (tmp_path / name).write_text(name)
        return [tmp_path / name for name in names]

    return write


def test_keys_are_noted_beside_the_files_and_those_of_others_stay(files_in, tmp_path):
    theory, predictions, calibration = files_in("theory.csv", "predictions.csv", "calibration.csv")
    assert not is_made_from(theory, "one")
    assert record([theory, predictions], "one") == tmp_path / "keys.csv"
    record([calibration], "two")
    record([theory], "three")
    assert (is_made_from(theory, "three"), is_made_from(predictions, "one"), is_made_from(calibration, "two")) == (
        True,
    ) * 3
    assert not is_made_from(theory, "one")
    header, *rows = (tmp_path / "keys.csv").read_text().splitlines()
    assert header == "file,key,sha256"
    assert [row.split(",")[:2] for row in rows] == [
        ["calibration.csv", "two"], ["predictions.csv", "one"], ["theory.csv", "three"]
    ]  # fmt: skip


def test_a_file_that_was_altered_or_is_gone_was_not_made_from_its_key(files_in):
    kept, altered, gone = paths = files_in("kept.csv", "altered.csv", "gone.csv")
    record(paths, "one")
    altered.write_text("by hand")
    gone.unlink()
    assert [is_made_from(path, "one") for path in paths] == [True, False, False]
    # The next one to note something forgets what is not there.
    assert "gone" not in record([kept], "one").read_text()


@pytest.mark.parametrize("damage", [b"\xff\x00", b"file,key\nkept.csv,one\n", b'file,key,sha256\n"' + b"x" * 200_000])
def test_damaged_keys_count_as_none(files_in, damage):
    (path,) = files_in("kept.csv")
    record([path], "one").write_bytes(damage)
    assert not is_made_from(path, "one")
    record([path], "one")
    assert is_made_from(path, "one")


def test_what_only_carries_numbers_is_not_in_the_key_of_a_long_computation(write, tmp_path):
    write("__init__.py")
    write("plan.py", "from pipeline.core import files\n")
    write("core/__init__.py")
    keys, digests = set(), set()
    for text in ("X = 1\n", "X = 2\n"):
        write("core/files.py", text)
        keys.add(code_key("pipeline.plan", root=tmp_path))
        digests.add(digest(closure("pipeline.plan", root=tmp_path), tmp_path))
    # What takes minutes is kept; the stages, which take seconds, run again.
    assert (len(keys), len(digests)) == (1, 2)


def test_what_carries_numbers_is_there():
    for name in CARRIERS:
        assert (ROOT / name).exists(), name
