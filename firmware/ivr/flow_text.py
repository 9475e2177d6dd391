"""Flow documents as YAML text: written for people to edit, and read again from whoever sent them."""

from __future__ import annotations

import json
from typing import Any

import yaml

from firmware.ivr.fields import FlowError

LONGEST_TEXT = 60_000  # characters; five times the shipped ones
_WIDTH = 120


class _Reader(yaml.SafeLoader):
    """Without aliases: a few lines of them can stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases are not allowed", problem_mark=mark)
        return super().compose_node(parent, index)


def read(text: str) -> Any:
    """The plain document; raises `FlowError` with the line. What it says is not checked (see `document.parse`)."""
    if len(text) > LONGEST_TEXT:
        raise FlowError(f"the text is longer than {LONGEST_TEXT} characters")
    try:
        plain = yaml.load(text, _Reader)  # noqa: S506 - a safe loader
        json.dumps(plain, ensure_ascii=False, allow_nan=False).encode()  # as it will be kept
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FlowError(f"line {line} is not YAML: {error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise FlowError("the text is not YAML") from error
    except (TypeError, ValueError) as error:
        raise FlowError("only words, numbers, lists and fields can be used") from error
    return plain


def write(plain: Any) -> str:
    """The document as text, its innermost parts in one line each."""
    return yaml.dump(plain, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=_WIDTH, default_flow_style=None)


class _Writer(yaml.SafeDumper):
    """Without the anchors that two equal parts would get."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def lines(text: str) -> dict[str, int]:
    """In which line each node ("flow.node") of a text that could be read begins."""
    found: dict[str, int] = {}
    top = yaml.compose(text, _Reader)
    for flow_name, flow in _pairs(_at(top, "flows")):
        for name, _ in _pairs(_at(flow, "nodes")):
            found[f"{flow_name.value}.{name.value}"] = name.start_mark.line + 1
    return found


def _pairs(node: Any) -> list[tuple[Any, Any]]:
    return node.value if isinstance(node, yaml.MappingNode) else []


def _at(node: Any, key: str) -> Any:
    return next((value for name, value in _pairs(node) if name.value == key), None)
