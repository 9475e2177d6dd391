"""The machine that runs a flow: state and answer in, next turn and new state out. It keeps nothing itself.

`start` and `resume` walk from node to node until something is asked or the dialogue ends. All that a walk changes is
in the state that it returns, and in what the clinic's steps did in the visit's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from firmware.ivr.document import FlowError, FlowSet
from firmware.ivr.nodes import Address, Asking, Desk, Plain, Voicemail
from firmware.ivr.passage import Limits, Passage, Rules
from firmware.ivr.state import State
from firmware.ivr.turn import Answer, DeskEnded, Recorded, Turn
from firmware.ivr.visit import VOICE, Listing, Step, Visit
from firmware.language.values import Language


class Machine:
    """Runs one version of one flow set."""

    def __init__(
        self, flows: FlowSet, steps: Mapping[str, Step], lists: Mapping[str, Listing], limits: Limits | None = None
    ) -> None:
        self.flows = flows
        self._rules = Rules(flows, steps, lists, limits or Limits())

    def start(
        self,
        visit: Visit,
        language: Language,
        is_slow: bool = False,
        at: Address | None = None,
        memory: Mapping[str, Plain] | None = None,
    ) -> tuple[State, Turn]:
        """Begin a dialogue where its channel enters, or at the node `at` with what is known already."""
        where = at or self.flows.entries[visit.channel]
        state = State(
            template=self.flows.template,
            version=self.flows.version,
            flow=where.flow,
            node=where.node,
            language=language,
            started_at=visit.now.isoformat(),
            memory=dict(memory or {}),
            is_slow=is_slow,
        )
        return Passage(self._rules, state, visit).to_next_turn()

    def resume(self, state: State, answer: Answer, visit: Visit) -> tuple[State, Turn]:
        """Go on from `state` with the patient's answer."""
        walk = Passage(self._rules, state, visit)
        node = self.flows.node(state.address)
        if isinstance(node, Desk) and isinstance(answer, DeskEnded):
            return walk.come_back(node, answer.how)
        if visit.channel == VOICE and visit.now - datetime.fromisoformat(state.started_at) > self._rules.limits.call:
            return walk.end_politely()
        if isinstance(node, Voicemail):
            walk.go(node.done if isinstance(answer, Recorded) else node.silent)
        elif isinstance(node, Asking):
            walk.answer(node, answer)
        else:
            raise FlowError(f"{state.address} waits for no answer")
        return walk.to_next_turn()

    def asked(self, state: State, visit: Visit) -> Turn:
        """What `state` waits for, without saying or changing anything: to read an answer that came later."""
        return Passage(self._rules, state, visit).waiting()

    def trouble(self, state: State, visit: Visit) -> tuple[State, Turn]:
        """Something broke in the last walk: go on where the flow set sends people then."""
        walk = Passage(self._rules, state, visit)
        walk.leave_for(self.flows.trouble)
        return walk.to_next_turn()
