"""Every text that a page uses is there in both languages, and none is kept that no page uses."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from jinja2 import nodes

import webui
from webui import render
from webui.words import page_texts

ROOT = Path(webui.__file__).parent
SAYS_FIRST = {"words", "t", "done", "refused"}  # functions whose first argument is a key; `refuse` has it second
Use = tuple[str, bool]  # a key, or (True) what keys of a family begin with


def test_every_text_is_there_in_both_languages() -> None:
    assert page_texts().missing() == []


def test_no_key_stands_twice() -> None:
    """The later one would win without a word."""
    lines = [line for file in sorted(ROOT.glob("texts/*.yaml")) for line in file.read_text().splitlines()]
    keys = [line.partition(":")[0] for line in lines if line and line[0].isalpha()]
    assert sorted(keys) == page_texts().keys()


def test_every_text_that_a_page_asks_for_is_there() -> None:
    keys = page_texts().keys()
    asked = [(key, is_family, where) for where, uses in _uses().items() for key, is_family in uses]
    assert len(asked) > 500
    missing = [
        (key, where)
        for key, is_family, where in asked
        if not (any(each.startswith(key) for each in keys) if is_family else key in keys)
    ]
    assert missing == []


def test_no_text_is_left_that_nobody_uses() -> None:
    """A key counts as used wherever it stands whole as a string, or a family's beginning does before what is joined."""
    exact, families = set(), set()
    for uses in _uses().values():
        exact |= {key for key, is_family in uses if not is_family}
        families |= {key for key, is_family in uses if is_family}
    exact |= {text for file in ROOT.rglob("*.py") for text in _strings(_tree(file))}
    exact |= {each.value for file in _views() for each in _template(file).find_all(nodes.Const)}
    families |= {text for file in ROOT.rglob("*.py") for text in _joined(_tree(file)) if text.endswith(".")}
    left = [key for key in page_texts().keys() if key not in exact and not key.startswith(tuple(families))]  # noqa: SIM118
    assert left == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('reader.done("a.b", ADDRESS)', [("a.b", False)]),
        ('words("a.b" if is_on else "a.c")', [("a.b", False), ("a.c", False)]),
        ('words(f"a.{name}.b")', [("a.", True)]),
        ('form.refuse(name, "a.b")', [("a.b", False)]),
        ('words.code("a", each)', [("a.", True)]),
    ],
)
def test_the_search_finds_what_python_asks_for(source: str, found: list[Use]) -> None:
    assert list(_of_python(ast.parse(source))) == found


def test_the_search_finds_what_a_template_asks_for() -> None:
    source = '{{ t("a.b") }}{{ t("c." ~ x ~ ".d") }}{{ t.code("e", y) }}{{ t("f" if x else "g") }}'
    found = set(_of_template(render.environment().parse(source)))
    assert found == {("a.b", False), ("c.", True), ("e.", True), ("f", False), ("g", False)}


@cache
def _uses() -> dict[str, list[Use]]:
    found = {file.name: list(_of_python(_tree(file))) for file in ROOT.rglob("*.py")}
    return found | {str(file.relative_to(ROOT)): list(_of_template(_template(file))) for file in _views()}


def _views() -> list[Path]:
    return sorted((ROOT / "views").rglob("*.html"))


@cache
def _tree(file: Path) -> ast.AST:
    return ast.parse(file.read_text())


@cache
def _template(file: Path) -> nodes.Template:
    return render.environment().parse(file.read_text())


def _of_python(tree: ast.AST) -> Iterator[Use]:
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in SAYS_FIRST and call.args:
            yield from _keys_of(call.args[0])
        elif name == "refuse" and len(call.args) == 2:
            yield from _keys_of(call.args[1])
        elif name == "code" and len(call.args) == 2:
            yield from ((f"{family.rstrip('.')}.", True) for family, _ in _keys_of(call.args[0]))


def _keys_of(argument: ast.expr) -> Iterator[Use]:
    if isinstance(argument, ast.IfExp):
        yield from (*_keys_of(argument.body), *_keys_of(argument.orelse))
    elif isinstance(argument, ast.JoinedStr) and isinstance(argument.values[0], ast.Constant):
        yield str(argument.values[0].value), True
    elif isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value, False


def _of_template(template: nodes.Template) -> Iterator[Use]:
    for call in template.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t":
            yield from _keys_in(call.args[0])
        elif isinstance(call.node, nodes.Getattr) and call.node.attr == "code":
            yield from ((f"{family}.", True) for family, _ in _keys_in(call.args[0]))


def _keys_in(argument: nodes.Expr) -> Iterator[Use]:
    if isinstance(argument, nodes.CondExpr):
        branches = [argument.expr1, *([argument.expr2] if argument.expr2 else [])]
        yield from (use for branch in branches for use in _keys_in(branch))
    elif isinstance(argument, nodes.Concat):
        yield from ((key, True) for key, _ in _keys_in(argument.nodes[0]))
    elif isinstance(argument, nodes.Const):
        yield str(argument.value), False


def _strings(tree: ast.AST) -> Iterator[str]:
    yield from (each.value for each in ast.walk(tree) if isinstance(each, ast.Constant) and isinstance(each.value, str))


def _joined(tree: ast.AST) -> Iterator[str]:
    """What f-strings begin with."""
    for each in ast.walk(tree):
        if isinstance(each, ast.JoinedStr) and isinstance(each.values[0], ast.Constant):
            yield str(each.values[0].value)
