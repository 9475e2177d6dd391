"""The way of one dialogue from an answer to the next question: node after node, as the flows say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from firmware.ivr import questions
from firmware.ivr.document import FlowError, FlowSet
from firmware.ivr.nodes import (
    Address,
    Asking,
    Choice,
    Choose,
    Desk,
    Digits,
    Do,
    End,
    HangUp,
    Hours,
    If,
    Node,
    Plain,
    Run,
    Say,
    Text,
    Voicemail,
)
from firmware.ivr.plain_values import from_plain, to_plain
from firmware.ivr.state import State, address_of
from firmware.ivr.turn import Answer, DeskOutcome, Finished, Patience, Turn, Want, WantDesk, WantRecording
from firmware.ivr.visit import VOICE, Item, Listing, Step, Visit
from firmware.language.catalogue import Prompt

IDENTIFY = "identify"  # the flow in which callers say who they are
SLOW = Patience(first_digit_s=15.0, between_digits_s=8.0)


@dataclass(frozen=True)
class Limits:
    """Where a dialogue is ended for everybody's good."""

    steps_per_turn: int = 60
    depth: int = 5  # flows running one inside the other
    rounds: int = 10  # questions asked again without anything getting done
    call: timedelta = timedelta(minutes=15)


@dataclass(frozen=True)
class Rules:
    """What a dialogue goes by: its flows, the steps and lists that they name, and the limits."""

    flows: FlowSet
    steps: Mapping[str, Step]
    lists: Mapping[str, Listing]
    limits: Limits


class Passage:
    """From one turn to the next."""

    def __init__(self, rules: Rules, state: State, visit: Visit) -> None:
        self._rules = rules
        self._flows = rules.flows
        self._visit = visit
        self._state = state
        self._says: list[Prompt] = []
        self._secrets: set[str] = set()
        self._is_same_question = False
        self._is_news = False

    # ---- moving ----

    def go(self, address: Address) -> None:
        """Move on; into another flow means that the present one is left for good."""
        stack = self._state.stack if address.flow == self._state.flow else ()
        self._move(address, stack)

    def leave_for(self, address: Address) -> None:
        self._is_news = True
        self._move(address, ())

    def end_politely(self) -> tuple[State, Turn]:
        """The dialogue has taken long enough: once more to a message, then goodbye whatever comes."""
        if self._state.is_ending:
            self._say("limits.goodbye")
            return self._finished()
        self._change(is_ending=True, rounds=0, asked=())
        self.leave_for(self._flows.enough)
        return self.to_next_turn()

    def to_next_turn(self) -> tuple[State, Turn]:
        for _ in range(self._rules.limits.steps_per_turn):
            turn = self._enter(self._flows.node(self._state.address))
            if turn is not None:
                return turn
        raise FlowError(f"{self._state.address}: a loop in which nothing is asked")

    def waiting(self) -> Turn:
        node = self._flows.node(self._state.address)
        if isinstance(node, Asking):
            want = questions.asked_before(node, self._items(node), self._page, self._visit.channel)
        elif isinstance(node, Voicemail):
            want = WantRecording(node.at_most_s, is_private=node.box is not None)
        else:
            raise FlowError(f"{self._state.address} waits for no answer")
        return Turn(str(self._state.address), (), want)

    def come_back(self, desk: Desk, how: DeskOutcome) -> tuple[State, Turn]:
        """The desk is done with the patient; the time there does not count."""
        self._change(started_at=self._visit.now.isoformat(), rounds=0, asked=())
        match how:
            case DeskOutcome.SERVED:
                return self._finished()
            case DeskOutcome.UNAVAILABLE:
                self.go(desk.unavailable)
            case DeskOutcome.MESSAGE:
                self.go(desk.message)
            case DeskOutcome.BACK if self._state.left:
                where, *stack = self._state.left
                self._is_news = True
                self._move(address_of(where), tuple(stack))
            case DeskOutcome.IDENTIFY if IDENTIFY in self._flows.flows:
                self._run(IDENTIFY, None)
            case DeskOutcome.IDENTIFY:
                pass  # these flows ask nobody who they are: straight back
            case _:
                self.leave_for(self._flows.main)
        return self.to_next_turn()

    def _move(self, address: Address, stack: tuple[str, ...]) -> None:
        self._change(flow=address.flow, node=address.node, stack=stack, tries=0, page=0, offered={}, more=None)

    def _change(self, **changes: object) -> None:
        self._state = replace(self._state, **changes)  # type: ignore[arg-type]  # names and types as in State

    # ---- nodes ----

    def _enter(self, node: Node) -> tuple[State, Turn] | None:
        match node:
            case Asking():
                return self._ask(node)
            case Voicemail():
                return self._turn(node.says, WantRecording(node.at_most_s, is_private=node.box is not None))
            case HangUp():
                self._say(*node.says)
                return self._finished()
            case Say():
                self._say(*node.says)
                self.go(node.then)
            case Desk() if self._visit.has_desk:
                return self._turn((), WantDesk(node.queue))
            case Text():
                self._write(node)
            case Run():
                self._run(node.flow, node.start)
            case End():
                self._end(node)
            case Do():
                self._do(node)
            case _:
                self.go(self._branch(node))
        return None

    def _branch(self, node: If | Hours | Desk) -> Address:
        match node:
            case If():
                known = {**self._state.memory, "channel": self._visit.channel}
                return node.cases.get(str(known.get(node.variable, "")), node.otherwise)
            case Hours():
                return node.open if self._visit.is_open else node.closed
            case Desk():
                return node.unavailable

    def _run(self, flow: str, start: str | None) -> None:
        if len(self._state.stack) >= self._rules.limits.depth:
            raise FlowError(f"{self._state.address}: flows run too deep inside each other")
        stack = (*self._state.stack, str(self._state.address))
        self._move(Address(flow, start or self._flows.flows[flow].start), stack)

    def _end(self, node: End) -> None:
        if not self._state.stack:
            raise FlowError(f"{self._state.address}: there is nothing to go back to")
        *stack, top = self._state.stack
        runner = address_of(top)
        self._move(runner, tuple(stack))
        back = self._flows.node(runner)
        if isinstance(back, Run):  # otherwise a question that a key had interrupted: it is asked again
            self.go(self._exit(runner, back.outcomes, node.outcome))

    def _do(self, node: Do) -> None:
        known = {**self._state.memory, "language": self._state.language}
        did = self._rules.steps[node.step].run(self._visit, known)
        self._change(
            memory={**self._state.memory, **did.remember},
            words={**self._state.words, **{word: to_plain(value) for word, value in did.words.items()}},
            language=did.language or self._state.language,
        )
        self._says.extend(did.says)
        self._is_news = self._is_news or did.is_news
        if did.achieved:
            self._change(achieved=did.achieved, rounds=0, asked=())
        self.go(self._exit(self._state.address, node.outcomes, did.outcome))

    def _exit(self, at: Address, outcomes: Mapping[str, Address], outcome: str) -> Address:
        if outcome not in outcomes:
            raise FlowError(f"{at}: the outcome {outcome!r} leads nowhere")
        return outcomes[outcome]

    def _write(self, node: Text) -> None:
        if self._visit.channel == VOICE:
            self._visit.write(self._prompt(node.prompt), self._state.language)
        else:
            self._say(node.prompt)
        self.go(node.then)

    # ---- questions ----

    def answer(self, node: Asking, answer: Answer) -> None:
        """Take the patient's answer to `node`."""
        reading = questions.read(node, self._page, self._visit.channel, answer)
        if isinstance(reading, questions.Failed):
            self._fail(node, reading)
            return
        self._change(is_slow=self._state.is_slow or self._state.hesitates, hesitates=False, is_understood=True, tries=0)
        match reading:
            case questions.Picked(value, then):
                self._keep(node, value)
                self.go(then)
            case questions.Turned(page):
                self._change(page=page)
                self._is_same_question = True
            case Choice():
                self._take(reading)

    def _ask(self, node: Asking) -> tuple[State, Turn] | None:
        if not self._is_same_question and self._has_asked_enough():
            return self.end_politely()
        self._is_same_question = False
        items = self._items(node)
        if isinstance(node, Choose) and not any(items):
            self._is_news = True
            self.go(node.none)
            return None
        asked = questions.ask(node, items, self._state.page, self._visit.channel)
        page = asked.page
        self._change(page=page.number, offered=dict(page.offered), more=page.more)
        return self._turn(node.says, asked.want)

    @property
    def _page(self) -> questions.Page:
        return questions.Page(self._state.page, self._state.offered, self._state.more)

    def _items(self, node: Asking) -> list[Item | None]:
        if not isinstance(node, Choose):
            return []
        return self._rules.lists[node.list_name](self._visit, self._state.memory)

    def _has_asked_enough(self) -> bool:
        where = str(self._state.address)
        if where not in self._state.asked:
            self._change(asked=(*self._state.asked, where))
            return False
        self._change(rounds=self._state.rounds + 1)
        return self._state.rounds > self._rules.limits.rounds

    def _keep(self, node: Asking, value: Plain) -> None:
        if isinstance(node, Digits | Choose):
            self._change(memory={**self._state.memory, node.into: value})
        if isinstance(node, Digits) and node.is_secret:
            self._secrets.add(node.into)

    def _take(self, choice: Choice) -> None:
        self._change(memory={**self._state.memory, **(choice.sets or {})})
        if choice.to:
            if isinstance(self._flows.node(choice.to), Desk):
                self._change(left=(str(self._state.address), *self._state.stack))
            self.go(choice.to)
        elif choice.run:
            self._run(choice.run, None)

    def _fail(self, node: Asking, failure: questions.Failed) -> None:
        tries = self._state.tries + 1
        self._change(is_understood=False)
        self._is_news = failure.how != "silent"  # a key that comes late is meant for this very question
        leave = node.silent if failure.how == "silent" else None
        if leave or tries >= node.tries:
            self._change(hesitates=False)
            self.go(leave or node.gave_up)
            return
        self._change(tries=tries, hesitates=failure.was_slow)
        self._say(f"again.{failure.how}.{min(tries, 2)}")
        has_usual_keys = all(choice in node.choices for choice in self._flows.always)
        if tries == 1 and self._flows.reminder and has_usual_keys:
            self._say(self._flows.reminder)
        self._is_same_question = True

    # ---- turns ----

    def _turn(self, says: tuple[str, ...], want: Want) -> tuple[State, Turn]:
        self._say(*says)
        where, said = str(self._state.address), tuple(self._says)
        return self._without_secrets(), Turn(where, said, want, self._patience(), self._is_news)

    def _finished(self) -> tuple[State, Turn]:
        return self._turn((), Finished())

    def _without_secrets(self) -> State:
        memory = {name: value for name, value in self._state.memory.items() if name not in self._secrets}
        return replace(self._state, memory=memory)

    def _patience(self) -> Patience:
        return SLOW if self._state.is_slow or self._state.hesitates else Patience()

    def _say(self, *keys: str) -> None:
        self._says.extend(self._prompt(key) for key in keys)

    def _prompt(self, key: str) -> Prompt:
        return Prompt(key, {word: from_plain(plain) for word, plain in self._state.words.items()})
