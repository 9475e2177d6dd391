"""Turns the sound of one call, as it arrives, into what was said in it: a pure object, fed with sound.

Where sound begins, the library is searched for clips that begin there; each that may be it is followed until it ends
or goes missing; the one that explains most of the sound is what was heard.
"""

from __future__ import annotations

import numpy as np

from firmware.audio.port import SAMPLE_RATE_HZ, Sound
from firmware.modem.virtual.hearing.ear import Ear
from firmware.modem.virtual.hearing.fingerprints import SEARCHED, Match
from firmware.modem.virtual.hearing.following import Follower
from firmware.modem.virtual.hearing.heard import Heard, Quiet, Sighting, UnknownSpeech
from firmware.modem.virtual.hearing.tape import BLOCK, Samples, Tape
from firmware.modem.virtual.hearing.tone_ear import ToneEar

_TURN_END = int(0.7 * SAMPLE_RATE_HZ)  # so long a quiet: the box waits for the caller

_PIECE = 800  # samples: what is heard does not depend on how the sound arrives
_EARLIER = 13 * BLOCK  # a clip may begin so much before the first loud block
_LEAST_LOUD = 80.0**2  # about -46 dBm0
_LEAST_UNKNOWN_LOUD = 300.0**2  # about -34 dBm0: softer sound that is no clip is noise
_CODING_NOISE = 256.0**2 / 12  # power: what a modem's 8-bit linear samples add
_ABOVE_NOISE = 4.0  # power
_TONE = 800  # samples: so much pure tone is no speech
_LIKE = 0.75  # a head of which less of the energy is explained is another clip's
_SURELY_LIKE = 0.9
_AS_GOOD = 0.98
_CUT_BLUR = 8 * BLOCK  # two clips that part so shortly before a cut are not told apart
_TRUSTED = 0.2  # unexplained share of a clip that is named
_LEAST_CUT_BLOCKS = 20  # a clip cut earlier is not named
_UNKNOWN_STEP = 800  # samples
_LEAST_UNKNOWN = 1200  # samples: shorter is a click
_UNKNOWN_ENDS_AFTER = 2000  # samples


class Hearing:
    """What one call's sound says, as it arrives."""

    def __init__(self, ear: Ear) -> None:
        self._ear = ear
        self._tape = Tape()
        self._tones = ToneEar(ear.plan)
        self._at = 0  # the search goes on from here
        self._reported = 0  # end of what was reported last
        self._followers: list[Follower] = []
        self._unknown: int | None = None  # where unknown speech began
        self._spoke_until: int | None = None  # end of the last speech, until its quiet was reported
        self._found: list[Sighting] = []

    def feed(self, sound: Sound) -> list[Sighting]:
        """What was made out with this sound, in order."""
        for start in range(0, len(sound), _PIECE):
            self._feed_piece(sound[start : start + _PIECE])
        found, self._found = self._found, []
        return found

    def finish(self) -> list[Sighting]:
        """The call is over: what can still be made out."""
        return self.feed(np.zeros(SAMPLE_RATE_HZ, np.int16))

    def _feed_piece(self, piece: Sound) -> None:
        self._tape.append(piece)
        self._found += self._tones.feed(piece.astype(np.float32))
        while self._step():
            pass

    def _step(self) -> bool:
        """Go one step on through what has arrived; False when more sound is needed."""
        return self._follow() if self._followers else self._look()

    def _look(self) -> bool:
        onset = self._onset()
        if onset is None:
            self._stay_quiet()
            return False
        if self._tape.end < onset + _TONE:
            return False
        if self._tones.is_tone(onset, onset + _TONE):
            self._end_unknown(onset)
            self._at = self._tones.tone_until(onset)
            return self._at + _TONE < self._tape.end
        start = onset - _EARLIER
        if self._tape.end < start + SEARCHED:
            return False
        self._suppose(onset, start)
        return True

    def _onset(self) -> int | None:
        """Where sound begins after what is explained."""
        first = -(-self._at // BLOCK)
        powers = self._tape.powers(first)
        loud = np.flatnonzero(powers > self._least_loud(self._tape.end))
        return (first + int(loud[0])) * BLOCK if len(loud) else None

    def _noise(self, position: int) -> float:
        return 1.3 * self._tape.noise(position // BLOCK) + _CODING_NOISE

    def _least_loud(self, position: int) -> float:
        return max(_LEAST_LOUD, _ABOVE_NOISE * self._tape.noise(position // BLOCK))

    def _stay_quiet(self) -> None:
        end = self._tape.end // BLOCK * BLOCK
        if self._unknown is not None and end >= self._at + _UNKNOWN_ENDS_AFTER:
            self._end_unknown(self._at)
        if self._unknown is not None:
            return
        self._at = max(self._at, end - _EARLIER)  # a clip may begin too softly to be noticed
        if self._spoke_until is not None and end >= self._spoke_until + _TURN_END:
            self._found.append(Quiet(self._spoke_until, self._spoke_until + _TURN_END))
            self._spoke_until = None

    def _suppose(self, onset: int, start: int) -> None:
        """Find the clips that may begin at `onset`; without one the sound there is unknown speech."""
        self._at = onset
        noise = self._noise(onset)
        sound = self._tape.cut(start, start + SEARCHED)
        matches = self._likely(sound, noise)
        if not matches and self._ear.refresh():
            matches = self._likely(sound, noise)
        self._followers = [Follower(match.clip, start + match.start, noise) for match in matches]
        if not matches:
            self._unknown = onset if self._unknown is None else self._unknown
            self._at += _UNKNOWN_STEP

    def _likely(self, sound: Samples, noise: float, least: float = _LIKE) -> list[Match]:
        matches = self._ear.search(sound, noise)
        return [match for match in matches if match.likeness > 0 and match.likeness**2 >= least]

    def _follow(self) -> bool:
        for follower in self._followers:
            follower.follow(self._tape)
        if not all(follower.is_over for follower in self._followers):
            return False
        best, rivals = _choose(self._followers)
        if self._tape.end < best.ends_at + self._needed_after(best):
            return False
        self._followers = []
        if _is_clear(best) and (not best.was_cut or self._may_be_cut(best.ends_at)):
            self._report(best, rivals)
        else:
            self._leave_unknown(best)
        return True

    def _needed_after(self, best: Follower) -> int:
        """How much sound after a supposition's end is needed to judge it."""
        if not best.was_cut:
            return 0
        return SEARCHED - _EARLIER if self._goes_on(best.ends_at) else _TONE

    def _may_be_cut(self, cut: int) -> bool:
        """A clip is cut by silence, by a key or by another clip; else it was not that clip at all."""
        return not self._goes_on(cut) or self._other_begins(cut)

    def _goes_on(self, end: int) -> bool:
        """Whether there is sound that is no tone right after `end`."""
        sound = self._tape.cut(end + 2 * BLOCK, end + _TONE)
        power = float(np.mean(sound**2)) if len(sound) else 0.0
        return power > self._least_loud(end) and not self._tones.is_tone(end + 2 * BLOCK, end + _TONE)

    def _other_begins(self, cut: int) -> bool:
        """Whether another known clip begins where one seems to be cut."""
        start = cut - _EARLIER
        matches = self._likely(self._tape.cut(start, start + SEARCHED), self._noise(cut), _SURELY_LIKE)
        return any(match.start + match.clip.audible[0] > _EARLIER - 4 * BLOCK for match in matches)

    def _leave_unknown(self, best: Follower) -> None:
        self._unknown = max(self._reported, best.start) if self._unknown is None else self._unknown
        self._at += _UNKNOWN_STEP

    def _report(self, best: Follower, rivals: list[Follower]) -> None:
        start = max(self._reported, best.start)
        self._end_unknown(start)
        self._at = self._reported = self._spoke_until = max(best.ends_at, self._at + BLOCK)
        self._tones.forget()
        self._found.append(_sighting(best, rivals, start, self._at))

    def _end_unknown(self, end: int) -> None:
        begin, self._unknown = self._unknown, None
        if begin is None or end - begin < _LEAST_UNKNOWN:
            return
        if float(np.mean(self._tape.cut(max(begin, end - SAMPLE_RATE_HZ), end) ** 2)) < _LEAST_UNKNOWN_LOUD:
            return
        self._tones.forget()
        self._spoke_until = self._reported = end
        self._found.append(UnknownSpeech(begin, end))


def _is_clear(best: Follower) -> bool:
    """Whether enough of the clip was heard, and little else, to name it."""
    return best.unexplained_share <= _TRUSTED and (not best.was_cut or best.heard_blocks >= _LEAST_CUT_BLOCKS)


def _choose(followers: list[Follower]) -> tuple[Follower, list[Follower]]:
    """The supposition that explains most of the sound, and those that nothing tells from it; a whole clip is better
    than another's beginning."""
    best = max(followers, key=lambda each: each.explained)
    if best.was_cut:
        whole = [each for each in followers if not each.was_cut and each.explained >= _AS_GOOD * best.explained]
        best = max(whole, key=lambda each: each.explained, default=best)
    return best, [each for each in followers if each is not best and _rivals(each, best)]


def _rivals(each: Follower, best: Follower) -> bool:
    if each.was_cut != best.was_cut or each.ends_at < best.ends_at - _CUT_BLUR:
        return False
    common = min(each.ends_at, best.ends_at)
    return each.explained_until(common) >= best.explained_until(common) - best.uncertainty


def _sighting(best: Follower, rivals: list[Follower], start: int, end: int) -> Sighting:
    clip = best.clip
    if rivals:
        return UnknownSpeech(start, end, tuple(text for each in (best, *rivals) for text in each.clip.texts))
    return Heard(clip.texts[0], clip.language, start, end, best.was_cut, clip.texts[1:])
