"""Agents, queues, and a call placed for an agent."""

from __future__ import annotations

from typing import Any

from firmware.staff import agents
from firmware.storage import audit
from webui.api.door import Asked, Json, bad

LONGEST_NUMBER, LONGEST_PURPOSE = 30, 100


def list_agents(asked: Asked) -> Json:
    """Everybody who has signed in: state, since when, and the page that shows who they speak with."""
    return {"agents": [_agent(asked, seat) for seat in asked.office.phone.ask("desk")["seats"]]}


def list_queues(asked: Asked) -> Json:
    """How many wait in each queue, and how long the first has waited."""
    reply = asked.office.phone.ask("desk")
    queues = [
        {
            "queue": queue["key"],
            "waiting": len([each for each in queue["waiting"] if not each["is_callback"]]),
            "callbacks": len([each for each in queue["waiting"] if each["is_callback"]]),
            "longest_wait_s": max((round(each["since_s"]) for each in queue["waiting"]), default=0),
        }
        for queue in reply["queues"]
    ]
    return {"queues": queues, "is_closed_now": reply["closed_now"]}


def dial(asked: Asked) -> Json:
    """extension, number, purpose? -> the agent's page calls the number, by the agent's own rights"""
    extension, number = _text(asked, "extension", 8), _text(asked, "number", LONGEST_NUMBER)
    purpose = _text(asked, "purpose", LONGEST_PURPOSE) if "purpose" in asked.body else ""
    with asked.office.ledger.transaction() as tx:
        agent = agents.by_extension(tx, extension)
        audit.record(tx, asked.now, asked.who, "dial", f"for {extension}")
    seat = asked.office.phone.ask("dial", user=agent.user_id, number=number, purpose=purpose)["seat"]
    return {"call": seat["talk"]["call"]}


def _agent(asked: Asked, seat: dict[str, Any]) -> Json:
    call = (seat["talk"] or seat["offer"] or {}).get("call")
    return {
        "extension": seat["extension"],
        "name": seat["name"],
        "state": seat["state"],
        "reason": seat["reason"],
        "since": seat["since"],
        "call": call,
        "pop_url": f"{asked.origin}/desk/pop?call={call}" if call else None,
    }


def _text(asked: Asked, name: str, most: int) -> str:
    value = asked.body.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= most or not value.isprintable():
        raise bad(f"{name} is a text of 1 to {most} characters")
    return value
