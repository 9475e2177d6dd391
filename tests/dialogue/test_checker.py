"""What may not be published, and that the message names the node."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from firmware.ivr import checker, document
from firmware.ivr.book import SHIPPED
from firmware.ivr.document import FlowError
from tests.dialogue.desk import KNOWN

GOOD: dict[str, Any] = yaml.safe_load("""
template: small
entries: {voice: front.greet}
main: front.main
gave_up: front.bye
trouble: front.bye
enough: front.bye
flows:
  front:
    start: greet
    nodes:
      greet: {say: front.gave_up, then: main}
      main:
        menu: else.ask
        options:
          - {key: "1", label: main.mine, to: other}
          - {key: "2", label: else.no, to: bye}
      other: {run: other, outcomes: {done: main}}
      bye: {hang-up: front.goodbye}
  other:
    start: listen
    nodes:
      listen: {do: read-bookings, outcomes: {read: end, none: end}}
      end: {end: done}
""")


def issues(change: str, value: Any) -> list[str]:
    """What is wrong after the field at the path `change` became `value` (or went, for None)."""
    draft = copy.deepcopy(GOOD)
    place = draft["flows"]
    *path, last = change.split("/")
    for name in path:
        place = place[int(name) if isinstance(place, list) else name]
    if value is None:
        del place[last]
    else:
        place[last] = value
    try:
        return [str(issue) for issue in checker.check(document.parse(draft), KNOWN)]
    except FlowError as error:
        return [f"error: {error}"]


def test_the_good_one_is_good() -> None:
    assert checker.check(document.parse(GOOD), KNOWN) == []


@pytest.mark.parametrize(
    ("change", "value", "where", "what"),
    [
        ("front/nodes/greet/then", "nowhere", "front.greet", "unknown node front.nowhere"),
        ("front/nodes/greet/then", None, "flow 'front', node 'greet'", "dead end: 'then' is missing"),
        ("front/nodes/main/options", [], "flow 'front', node 'main'", "dead end"),
        ("front/nodes/lonely", {"hang-up": "front.goodbye"}, "front.lonely", "no caller can ever come here"),
        ("front/nodes/greet/then", "greet", "front.greet", "never asked anything"),
        ("front/nodes/greet", {"end": "done"}, "front.greet", "nothing ran it"),
        ("front/nodes/other/run", "others", "front.other", "unknown flow 'others'"),
        ("front/nodes/other/outcomes", {"finished": "main"}, "front.other", "'done' leads nowhere"),
        ("front/nodes/other/from", "middle", "front.other", "unknown node 'middle'"),
        ("other/nodes/listen/do", "reed-bookings", "other.listen", "unknown step 'reed-bookings'"),
        ("other/nodes/listen/outcomes", {"read": "end"}, "other.listen", "'none' leads nowhere"),
        ("other/nodes/listen", {"run": "other", "outcomes": {"done": "end"}}, "other.listen", "endless sub-flow"),
        ("front/nodes/greet/say", "front.helo", "front.greet", "no prompt 'front.helo'"),
        ("front/nodes/greet/say", "item.person", "front.greet", "needs 'name', which no step gives"),
        ("front/nodes/main/tires", 3, "flow 'front', node 'main'", "unknown field 'tires' (did you mean 'tries'?)"),
        ("front/nodes/main/options/0/key", "12", "flow 'front', node 'main'", "is not a key"),
        ("front/nodes/main/options/1/key", "1", "flow 'front', node 'main'", "two options on key 1"),
        ("front/nodes/main/options/0/to", None, "flow 'front', node 'main'", "dead end"),
        ("front/nodes/main/tries", 9, "flow 'front', node 'main'", "from 1 to 5"),
        ("front/nodes/bye", {"wait": 3}, "flow 'front', node 'bye'", "exactly one of"),
        ("front/nodes/bye", "goodbye", "flow 'front', node 'bye'", "should hold fields"),
        ("front/start", "grete", "front", "unknown node 'grete'"),
        ("front/nodes/main/say", "front.goodbye", "flow 'front', node 'main'", "it has say and menu"),
    ],
)  # fmt: skip
def test_refused_with_the_node_named(change: str, value: Any, where: str, what: str) -> None:
    found = [issue for issue in issues(change, value) if issue.startswith("error") and where in issue and what in issue]
    assert found, issues(change, value)


def test_a_caller_must_always_be_able_to_get_out() -> None:
    trap = {"menu": "else.ask", "options": [{"key": "1", "label": "else.no", "repeat": True}], "gave_up": "trap"}
    draft = copy.deepcopy(GOOD)
    draft["flows"]["front"]["nodes"]["trap"] = trap
    draft["flows"]["front"]["nodes"]["main"]["options"][0]["to"] = "trap"
    found = [str(each) for each in checker.check(document.parse(draft), KNOWN)]
    assert "error: front.trap: from here a caller can never reach a person, a goodbye or the main menu" in found


@pytest.mark.parametrize("only", [None, "voice"])
def test_no_secret_is_asked_for_by_text(only: str | None) -> None:
    draft = copy.deepcopy(GOOD)
    nodes = draft["flows"]["front"]["nodes"]
    nodes["main"]["options"].append({"key": "3", "label": "else.no", "to": "pin", **({"only": only} if only else {})})
    nodes["pin"] = {"digits": "identify.pin", "into": "pin", "least": 4, "most": 4, "secret": True, "then": "main"}
    found = [str(each) for each in checker.check(document.parse(draft), KNOWN)]
    assert found == ([] if only else ["error: front.pin: a secret is asked for by text"])


def test_the_way_to_a_pin_that_a_family_could_text_is_refused() -> None:
    draft = yaml.safe_load((SHIPPED / "default.yaml").read_text(encoding="utf-8"))
    draft["flows"]["identify"]["nodes"]["stranger"]["else"] = "failed"
    draft["flows"]["identify"]["nodes"]["stranger"]["is"]["text"] = "card"
    found = [str(each) for each in checker.check(document.parse(draft), KNOWN)]
    assert "error: identify.pin: a secret is asked for by text" in found


def test_a_missing_text_in_a_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KNOWN.catalogue, "missing", lambda: [("front.goodbye", "en")])
    found = [str(each) for each in checker.check(document.parse(GOOD), KNOWN)]
    assert found == ["error: front.bye: the prompt 'front.goodbye' has no text in 'en'"]


def test_a_long_greeting_many_options_and_deep_menus_are_warnings() -> None:
    draft = copy.deepcopy(GOOD)
    nodes = draft["flows"]["front"]["nodes"]
    labels = {"label": "else.no", "to": "bye"}
    nodes["main"]["options"] += [{"key": key, **labels} for key in "3456"]
    for depth in range(1, 4):
        below = {"key": "1", "label": "else.no", "to": f"menu{depth + 1}"}
        nodes[f"menu{depth}"] = {"menu": "else.ask", "options": [below]}
    nodes["menu4"] = {"menu": "else.ask", "options": [{"key": "1", **labels}]}
    nodes["main"]["options"][1]["to"] = "menu1"
    found = [str(each) for each in checker.check(document.parse(draft), KNOWN, lambda key, language: 5.0)]
    assert found == [
        "warning: front.main: 6 options; more than 5 are hard to keep",
        "warning: front.menu3: more than 3 menus below each other",
        "warning: front.menu4: more than 3 menus below each other",
        "warning: front.greet: the greeting lasts 10 s in 'zh'; 8 s are enough",
        "warning: front.greet: the greeting lasts 10 s in 'en'; 8 s are enough",
    ]


@pytest.mark.parametrize("template", ["default", "exact"])
def test_the_shipped_templates_are_without_fault(template: str) -> None:
    assert checker.check(document.load(SHIPPED / f"{template}.yaml"), KNOWN) == []


@pytest.mark.parametrize(
    "junk", [None, [], "text", 7, {"template": "x"}, {**GOOD, "flows": {}}, {**GOOD, "flows": [1]}]
)
def test_junk_is_refused_in_words(junk: Any) -> None:
    with pytest.raises(FlowError):
        document.parse(junk)


def test_every_prompt_has_its_text_in_both_languages() -> None:
    assert KNOWN.catalogue.missing() == []
