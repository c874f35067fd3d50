"""No value goes into the text of a query: values are bound, and identifiers are quoted by one function."""

import ast
import re

import pytest

from pipeline.core.settings import ROOT

MODULES = sorted((ROOT / "pipeline").rglob("*.py"))
# What takes the text of a query; `project` and the like take a part of one.
TAKES_SQL = frozenset(
    {
        *("execute", "executemany", "sql", "query", "fetch_row", "count", "copy_to"),
        *("project", "filter", "aggregate", "order"),
    }
)
QUOTES = frozenset({"quoted_name", "quoted_text"})
# What is put into a text of SQL by its name, each with what it is.
PARTS = {
    "pipeline/core/database.py": {
        "kind": "table or temp table",
        "query": "the content of a file of sql/, or what this module made of quoted names",
        "options": "of copy, as a constant of the caller",
        "option": "one of two, beside it",
        "paths": "quoted, one line above",
        "names": "quoted",
        "', '.join(shown)": "quoted",
        "_ordered(connection, table)": "made of quoted names",
        "SIGNIFICANT_DIGITS": "a constant",
        "name": "quoted by _exported",
    },
    "pipeline/load/tidy_table.py": {
        "_cell(own.get(name))": "a quoted name",
        "name": "a constant of this module",
        "_cell(columns.get('scale_name'))": "a quoted name",
        "'params' if 'params' in columns else 'scale'": "one of two",
    },
    "pipeline/studies/networks/compute.py": {"name": "a constant of this module"},
}
SQL = re.compile(
    r"^\s*(select|from|with|insert|create|drop|delete|update|copy|set|attach|alter|coalesce|nullif|format|\S+ as\b)\b"
    r"|^\s*as\s*\Z",
    re.IGNORECASE,
)


def parts_of(path):
    """What stands in braces in the module's texts of SQL."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr) and looks_like_sql(node):
            for value in node.values:
                if isinstance(value, ast.FormattedValue) and not is_quoted(value.value):
                    yield ast.unparse(value.value)


def looks_like_sql(node):
    texts = [value.value for value in node.values if isinstance(value, ast.Constant)]
    return any(re.match(SQL, text) for text in texts[:1])


def is_quoted(node):
    name = node.func if isinstance(node, ast.Call) else None
    return isinstance(name, ast.Name | ast.Attribute) and getattr(name, "attr", getattr(name, "id", "")) in QUOTES


def handed_over(path):
    """Texts that a module makes in the very place where a query is taken."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in TAKES_SQL:
            yield from (each for each in node.args if isinstance(each, ast.BinOp | ast.JoinedStr))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_query_holds_nothing_but_quoted_names(path):
    known = PARTS.get(path.relative_to(ROOT).as_posix(), {})
    assert [part for part in parts_of(path) if part not in known] == []
    for node in handed_over(path):
        for each in ast.walk(node):
            assert not isinstance(each, ast.Mod), ast.unparse(node)
            if isinstance(each, ast.FormattedValue):
                assert is_quoted(each.value) or ast.unparse(each.value) in known, ast.unparse(node)


def test_every_part_that_is_let_pass_is_there():
    for name, known in PARTS.items():
        each = [node for query in handed_over(ROOT / name) for node in ast.walk(query)]
        handed = {ast.unparse(node.value) for node in each if isinstance(node, ast.FormattedValue)}
        assert known.keys() <= {*parts_of(ROOT / name), *handed}, name


def test_the_lint_rule_is_on_and_what_it_lets_pass_holds_no_value():
    config = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '"S"' in re.search(r"^select = .*$", config, re.MULTILINE)[0]
    found = [
        (path.name, line.strip())
        for path in MODULES
        for line in path.read_text(encoding="utf-8").splitlines()
        if "S608" in line
    ]
    assert {name for name, _ in found} == {"database.py"}
    assert all(line.endswith("# noqa: S608 - quoted names") for _, line in found)
