from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from sqlalchemy import insert, update

from firmware.storage import outbox, recordings, schema
from firmware.storage.ledger import Ledger
from tests.web.conftest import NINE, Page, Service, add_call, add_patient, add_text, add_visit
from webui.words import page_texts, preferred_language

HOSTILE = "<script>alert('x')</script>\"'&\u202e\x00 {{words}} % end"


def test_every_line_is_shown_with_what_it_does(page: Page, service: Service) -> None:
    service.reply = {
        "lines": [
            {"name": "L1", "kind": "voice", "state": "busy", "detail": "USR5637", "caller": "13800000001",
             "node": "book.doctor", "since_s": 65.2},
            {"name": "L3", "kind": "gsm", "state": "fault", "detail": "unplugged"},
        ]
    }  # fmt: skip
    body = page(query="lang=en").body
    for words in ("L1", "on a call", "13800000001", "book.doctor", "1:05", "L3", "mobile", "fault", "unplugged"):
        assert words in body


def test_without_the_exchange_the_page_says_so_and_still_shows_the_bookings(
    page: Page, service: Service, ledger: Ledger
) -> None:
    service.reply = None
    with ledger.transaction() as tx:
        add_patient(tx, "王秀英")
        add_visit(tx)
    body = page().body
    assert "电话服务没有运行" in body
    assert "王秀英" in body


def test_visits_stand_by_day_and_doctor(page: Page, ledger: Ledger) -> None:
    with ledger.transaction() as tx:
        add_patient(tx, "Wang Xiuying")
        add_visit(tx, day=date(2026, 3, 10), at=time(9, 15))
        add_visit(tx, state="held")
        add_visit(tx, state="cancelled", at=time(11))
        add_visit(tx, day=date(2026, 2, 24), at=time(10, 45))
    body = page(query="lang=en").body
    assert body.index("08:30") < body.index("09:15")
    assert "Internal medicine · Dr Wang" in body
    assert "being booked" in body
    assert "11:00" not in body
    assert "10:45" not in body


def test_todays_calls_come_newest_first_with_their_outcome(page: Page, ledger: Ledger) -> None:
    with ledger.transaction() as tx:
        add_patient(tx, "Tom Reed")
        add_call(tx, "old", NINE - timedelta(days=1), caller="13800000009")
        add_call(tx, "first", caller="13800000001", patient_id=1, outcome="booked")
        add_call(tx, "second", NINE + timedelta(minutes=5), is_withheld=1, outcome="left at confirm")
        add_call(tx, "third", NINE + timedelta(minutes=9), caller="13800000005", ended_at=None)
    body = page(query="lang=en").body
    assert body.index("in progress") < body.index("left · confirm") < body.index("Tom Reed")
    assert "withheld" in body
    assert "1:05" in body
    assert "09:05:00" in body
    assert "13800000009" not in body


def test_texts_of_both_directions_are_shown(page: Page, ledger: Ledger) -> None:
    with ledger.transaction() as tx:
        add_text(tx, "挂号")
        tx.execute(
            insert(schema.outbox).values(
                number="13800000001", body="【湖滨诊所】已约", purpose="reply", created_at=NINE, state="delivered"
            )
        )
    body = page().body
    assert "挂号" in body
    assert "【湖滨诊所】已约" in body
    assert "已送达" in body


def test_what_waits_for_a_person_is_shown_until_somebody_has_dealt_with_it(page: Page, ledger: Ledger) -> None:
    assert "待人工处理" not in page().body
    with ledger.transaction() as tx:
        add_text(tx, "请回电话")
        tx.execute(update(schema.inbox).values(handled_at=NINE, needs_person=1))
        recordings.add_message(tx, NINE, None, None, "m.wav", 65)
        outbox.queue_text(tx, NINE, "13800000001", "复诊", "notice")
        tx.execute(update(schema.outbox).values(state="failed"))
    section = page().body.partition("待人工处理")[2].partition("</section>")[0]
    for words in ("t1", "请回电话", "v1", "隐藏号码", "1:05", "o1", "复诊", "未送达"):
        assert words in section


@pytest.mark.parametrize(
    ("said", "chinese"),
    [
        ("The ledger can't be used: is the disk full?", "数据库无法写入"),
        ("3 texts did not arrive or are in doubt: see 'clinicbox messages'.", "有 3 条短信未送达"),
        ("/x/setup.json is damaged (no): version 7 was restored, what is left is in /x", "已恢复到第 7 版"),
        ("another program holds ttyACM0", "ttyACM0 被其他程序占用"),
        ("the device is gone", "设备没有连接"),
        ("something {new}", "something {new}"),
    ],
)
def test_notices_and_faults_are_said_in_the_readers_language(
    page: Page, service: Service, said: str, chinese: str
) -> None:
    service.reply = {"lines": [{"name": "L1", "kind": "voice", "state": "fault", "detail": said}], "notices": [said]}
    assert page().body.count(chinese) == 2
    assert chinese == said or chinese not in page(query="lang=en").body


def test_what_strangers_send_is_only_ever_text(page: Page, ledger: Ledger, service: Service) -> None:
    service.reply = {
        "lines": [{"name": HOSTILE, "kind": HOSTILE, "state": HOSTILE, "detail": HOSTILE, "caller": HOSTILE}],
        "notices": [HOSTILE],
    }
    with ledger.transaction() as tx:
        add_patient(tx, HOSTILE)
        add_visit(tx)
        add_call(tx, caller="<b>138", patient_id=1, outcome="<i>at x</i>", end_reason=HOSTILE)
        add_text(tx, HOSTILE, number="'><svg/onload=")
    reply = page()
    assert reply.status == "200 OK"
    for tag in ("<script>alert", "<b>", "<i>", "<svg"):
        assert tag not in reply.body
    assert "&lt;script&gt;alert" in reply.body


def test_a_long_day_stays_one_bounded_page(page: Page, ledger: Ledger) -> None:
    with ledger.transaction() as tx:
        for number in range(300):
            add_text(tx, f"text {number}.")
            add_call(tx, f"c{number}", NINE + timedelta(seconds=number))
    body = page().body
    assert body.count('<p class="body"') == 50
    assert body.count("<tr><td>") == 100
    assert "text 299." in body


@pytest.mark.parametrize(
    ("wish", "browser", "language"),
    [
        ("en", "zh-CN", "en"),
        ("", "en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("", "fr,zh-TW;q=0.5,en;q=0.4", "zh"),
        ("xx", "de", "zh"),
        ("", "", "zh"),
        ("", "en;q=nonsense,zh;q=0", "zh"),
        ("", ";q=" * 5000, "zh"),
    ],
)
def test_the_page_speaks_the_readers_language(wish: str, browser: str, language: str) -> None:
    assert preferred_language(wish, browser) == language


def test_every_text_exists_in_both_languages() -> None:
    assert page_texts().missing() == []
