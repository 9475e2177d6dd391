"""The menus: looked at, compared, published, taken back; a bad draft changes nothing and says where it is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from firmware.ivr.book import SHIPPED, FlowBook
from firmware.ivr.catalogue import prompts
from firmware.ivr.checker import Known
from firmware.ivr.steps import LISTS, STEPS
from firmware.storage import audit
from firmware.storage.documents import SetupDocuments
from tests.web.browser import Browser, Reply
from webui.office import Office
from webui.rooms.flows.nodes import KINDS
from webui.words import Words, page_texts

DEFAULT = (SHIPPED / "default.yaml").read_text(encoding="utf-8")
Change = Callable[[dict[str, Any]], object]


def send(browser: Browser, text: str, action: str = "/flows/draft") -> Reply:
    """Check a draft, or publish it."""
    form = browser.get("/flows/draft").form("/flows/draft")
    form.action = action
    return browser.send(form, text=text)


def changed(change: Change) -> str:
    """The shipped flows with something changed, as text."""
    plain = yaml.safe_load(DEFAULT)
    change(plain["flows"])
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)


def other_question(flows: dict[str, Any]) -> None:
    flows["book"]["nodes"]["kind"]["menu"] = "book.department"


GOOD = changed(other_question)


def callers_get(office: Office) -> tuple[str, int]:
    """As the exchange sees it, in its own process."""
    flows = FlowBook(SetupDocuments(office.folders.setup), Known(STEPS, LISTS, prompts())).current()
    return flows.template, flows.version


# ---- looking ----


def test_the_list_says_which_version_callers_get(admin: Browser) -> None:
    page = admin.get("/flows")
    assert page.text.index("Standard menus") < page.text.index("callers get this") < page.text.index("Second set")
    assert "came with the box" in page.text


def test_every_node_is_shown_with_its_words_and_exits(admin: Browser) -> None:
    page = admin.get("/flows/version?template=default&version=0")
    plain = yaml.safe_load(DEFAULT)
    for name, flow in plain["flows"].items():
        for node in flow["nodes"]:
            assert f'id="node-{name}.{node}"' in page.body
    assert "请问挂哪一种门诊？" in page.text
    assert "Which kind of visit?" in page.text
    targets = set(re.findall(r'href="#node-([^"]+)"', page.body))
    assert "book.department" in targets
    assert targets <= set(re.findall(r'id="node-([^"]+)"', page.body))


@pytest.mark.parametrize("template", ["default", "exact"])
def test_receptionists_read_no_code_words(sign_in: Callable[..., Browser], template: str) -> None:
    """Every step, outcome, list and kind has words in both languages."""
    page = sign_in("admin", "zh").get(f"/flows/version?template={template}&version=0")
    shown = re.sub(r'<code class="node-name">.*?</code>|<p lang="en">.*?</p>', "", page.body, flags=re.DOTALL)
    titles = re.findall(r'data-(?:title|exit|kind-title|flow-title)="([^"]+)"', shown)
    allowed = {"*", "English", "* English", "For English, press star."}
    assert [each for each in titles if not re.search("[\u4e00-\u9fff]", each) and each not in allowed] == []


def code_words() -> Iterator[tuple[str, str]]:
    yield from (("flows.step", name) for name in STEPS)
    yield from (("flows.outcome", outcome) for step in STEPS.values() for outcome in step.outcomes)
    yield from (("flows.list", name) for name in LISTS)
    yield from (("flows.kind", kind) for kind, _ in KINDS.values())
    yield from (("prompts.value", gap) for key in prompts().keys() for gap in prompts().gaps(key))  # noqa: SIM118


def test_whatever_a_flow_may_use_has_words() -> None:
    words = Words(page_texts(), "en")
    assert [f"{family}.{code}" for family, code in code_words() if f"{family}.{code}" not in words] == []


def test_the_text_of_a_version_can_be_taken_away_and_brought_back(admin: Browser) -> None:
    shipped = admin.get("/flows/file?template=default&version=0")
    assert shipped.body == DEFAULT
    assert "attachment" in shipped.headers["Content-Disposition"]
    send(admin, GOOD, "/flows/publish")
    taken = admin.get("/flows/file?template=default&version=1").body
    assert yaml.safe_load(taken) == yaml.safe_load(GOOD)
    assert "it can be published" in send(admin, taken).text


@pytest.mark.parametrize(
    "what", ["template=nothing&version=0", "template=default&version=7", "template=../default&version=0"]
)
def test_a_version_that_is_not_there(admin: Browser, what: str) -> None:
    for page in ("version", "file"):
        assert admin.get(f"/flows/{page}?{what}").status == 404


# ---- publishing and going back ----


def test_a_published_draft_is_what_callers_get(admin: Browser, office: Office) -> None:
    checked = send(admin, GOOD)
    assert "Nothing is wrong" in checked.text
    assert callers_get(office) == ("default", 0)
    page = admin.send(checked.form("/flows/draft"), follow=False)  # checking again
    assert page.status == 200
    page = send(admin, GOOD, "/flows/publish")
    assert "version 1, is published" in page.text
    assert callers_get(office) == ("default", 1)
    assert "admin" in page.text
    with office.ledger.reading() as tx:
        newest = audit.latest(tx, 1)[0]
    assert (newest.who, newest.what, newest.detail) == ("admin", "flows publish", "default version 1")


def test_publishing_is_undone_in_one_press(admin: Browser, office: Office) -> None:
    page = admin.send(send(admin, GOOD, "/flows/publish").form("/flows/roll-back"))
    assert callers_get(office) == ("default", 2)
    assert "went back to as shipped" in page.text
    book = office.places.book
    assert book.text("default", 2) == book.text("default", 0)
    admin.send(page.form("/flows/roll-back"))  # and that, too
    assert book.text("default", callers_get(office)[1]) == book.text("default", 1)


def test_callers_get_the_other_template_and_back(admin: Browser, office: Office) -> None:
    page = admin.send(admin.get("/flows").form("/flows/use"))
    assert callers_get(office)[0] == "exact"
    assert "Callers now get: Second set of menus" in page.text
    admin.send(page.form("/flows/use"))
    assert callers_get(office)[0] == "default"


def test_a_draft_may_come_as_a_file(admin: Browser) -> None:
    form = admin.get("/flows/draft").form("/flows/draft")
    assert "Nothing is wrong" in admin.upload(form, "file", ("flows.yaml", GOOD.encode())).text
    assert "no text (UTF-8)" in admin.upload(form, "file", ("flows.yaml", b"\xff\xfe\x00")).text


def test_what_differs_is_told_node_by_node(admin: Browser) -> None:
    send(admin, GOOD, "/flows/publish")
    page = admin.get("/flows/difference?template=default&from=0&to=1")
    assert page.text.count("changed") == 1
    gone, new = (re.findall(rf"<{tag}><bdi>(.*?)</bdi>", page.body) for tag in ("del", "ins"))
    assert [line for line in gone if "Which kind of visit?" in line]
    assert [line for line in new if "depart" in line.lower()]
    assert "Both versions are the same" in admin.get("/flows/difference?template=default&from=1&to=1").text


# ---- drafts that may not answer a line ----


def dead_end(flows: dict[str, Any]) -> None:
    del flows["book"]["nodes"]["taken"]["then"]


def unknown_node(flows: dict[str, Any]) -> None:
    flows["book"]["nodes"]["taken"]["then"] = "alternatifs"


def missing_prompt(flows: dict[str, Any]) -> None:
    flows["book"]["nodes"]["taken"]["say"] = "book.takken"


def same_key_twice(flows: dict[str, Any]) -> None:
    flows["book"]["nodes"]["kind"]["options"][1]["key"] = "1"


def endless(flows: dict[str, Any]) -> None:
    flows["callback"]["nodes"]["kept"] = {
        "run": "book",
        "outcomes": {"ended": "done", "back": "done", "failed": "done"},
    }


@pytest.mark.parametrize(
    ("change", "told", "node"),
    [
        (dead_end, "走不下去", "taken"),
        (unknown_node, "通向不存在的节点", "taken"),
        (missing_prompt, "没有“book.takken”这条语音提示", "taken"),
        (same_key_twice, "按键1有两个选项", "kind"),
        (endless, "无止境", "callback.kept"),
    ],
)
def test_a_bad_draft_is_refused_with_its_node(
    sign_in: Callable[..., Browser], office: Office, change: Change, told: str, node: str
) -> None:
    browser = sign_in("admin", "zh")
    for action in ("/flows/draft", "/flows/publish"):
        page = send(browser, changed(change), action)
        assert page.status == 422
        assert told in page.text
        assert node in page.body.split('id="findings"')[1].split("</section>")[0]
        assert page.form("/flows/draft").fields["text"].strip() == changed(change).strip()
    assert callers_get(office) == ("default", 0)


def test_the_wrong_node_is_marked_in_the_picture_and_its_line_told(admin: Browser) -> None:
    page = send(admin, changed(missing_prompt))
    marked = re.search(r'<article class="node is-wrong" id="([^"]+)"', page.body)
    assert marked is not None
    assert marked[1] == "node-book.taken"
    line = re.search(r"\(line (\d+)\)", page.text)
    assert line is not None
    assert changed(missing_prompt).splitlines()[int(line[1]) - 1].strip() == "taken:"
    assert "1 errors" in page.text


def test_a_greeting_that_was_recorded_too_long_is_warned_of(admin: Browser, office: Office) -> None:
    greeting = office.folders.staff_recordings / "zh" / "front.welcome.wav"
    greeting.parent.mkdir(parents=True)
    greeting.write_bytes(bytes(44 + 25 * 16_000))
    page = send(admin, GOOD)
    assert page.status == 200
    assert "no error, so it can be published" in page.text
    assert re.search(r"the greeting lasts \d+ s in 'zh'; 8 s are enough", page.text)


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [*{a},*{a},*{a},*{a},*{a},*{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (BOMB, "aliases are not allowed"),
        ("[" * 20_000, "not YAML"),
        ("just words", "should hold fields"),
        ("template: [", "line"),
        ("template: 2026-01-01", "only words, numbers"),
        ('template: "\\ud800"', "only words, numbers"),
        ("!!python/object/apply:os.system [ls]", "not YAML"),
        ("x" * 60_001, "too long"),
        ("   ", "Paste the flows"),
    ],
    ids=["bomb", "nested", "words", "broken", "a date", "half a letter", "code", "long", "nothing"],
)
def test_what_is_no_flow_at_all_is_refused_in_words(admin: Browser, office: Office, text: str, told: str) -> None:
    for action in ("/flows/draft", "/flows/publish"):
        page = send(admin, text, action)
        assert page.status == 422
        assert told in page.text
    assert callers_get(office) == ("default", 0)


def test_hostile_names_are_shown_as_they_are(admin: Browser) -> None:
    name = "<script>alert(1)</script>"
    text = GOOD.replace("template: default", f"template: '{name}'")
    page = send(admin, text, "/flows/publish")
    assert name not in page.body
    assert name in page.text
    admin.get(f"/flows/version?template={quote(name)}&version=1")
    assert name not in admin.page.body  # type: ignore[union-attr]
    assert admin.get(f"/flows/file?template={quote(name)}&version=1").headers["Content-Disposition"].count("<") == 0


def test_a_form_sent_twice_publishes_once(admin: Browser, office: Office) -> None:
    form = send(admin, GOOD).form("/flows/draft")
    form.action = "/flows/publish"
    admin.send(form)
    admin.send(form)
    assert callers_get(office) == ("default", 1)


def test_the_list_is_no_longer_after_many_versions(admin: Browser, office: Office) -> None:
    for _ in range(22):
        office.places.book.roll_back("default", 0, "admin", office.clock.now())
    page = admin.get("/flows")
    shown = re.findall(r"version (\d+)", page.text)
    assert (shown[0], shown[-1]) == ("22", "3")
