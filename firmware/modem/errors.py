"""What can go wrong with a phone line, one sentence each."""


class LineError(Exception):
    """A phone line could not do what was asked."""


class LineUnplugged(LineError):
    """The device behind the line is gone (unplugged, or its port vanished)."""


class ModemSilent(LineError):
    """The modem did not answer in time."""


class CommandRefused(LineError):
    """The modem answered ERROR to a command."""


class ModemGarbled(LineError):
    """The modem sends what no modem sends: a broken cable, the wrong speed or the wrong device."""


class SoundRefused(LineError):
    """The modem has no sound format or voice mode that the box can use."""


class LineNotSeized(LineError):
    """The modem was told to answer, but the line goes on ringing."""


class PortTaken(LineError):
    """Another program holds the device."""


class ProfileBroken(LineError):
    """A modem profile file cannot be read."""


class DuplexRefused(CommandRefused):
    """The modem promised both directions at once and refused when it came to it."""


class CallerGone(LineError):
    """The caller hung up before the line could be answered."""


class CantDial(LineError):
    """This line can't place calls."""


class AllLinesBusy(LineError):
    """No line may be taken for a call of ours now: all are in use, or the last free ones belong to callers."""


class CallCancelled(LineError):
    """The call was given up before the far end answered."""


class NotReached(LineError):
    """A call that the box placed reached nobody."""


class Busy(NotReached):
    """The far end is in another call."""


class Congested(Busy):
    """The network has no way to the number now: overloaded, or the phone is switched off."""


class NoAnswer(NotReached):
    """It rang and nobody answered, or nothing was heard of the far end at all."""


class NumberInvalid(NotReached):
    """Nobody has this number, or it is none that can be dialled."""


class NoDialTone(NotReached):
    """The exchange did not invite to dial: the line is dead, or somebody was calling at that moment."""


class LineInUse(NotReached):
    """The line is not free: a caller was faster, or another call is being dialled on it."""


class SimLocked(LineError):
    """The SIM card wants a PIN or PUK that the box must not try (again)."""


class TextRefused(LineError):
    """The network or the module refused to send a text message."""


class TextUnconfirmed(LineError):
    """No answer came to a text that was handed over: it may or may not have been sent."""


class NumberRefused(TextRefused):
    """The network will never take a text for this number, or the text cannot be written for it."""


class NoNetwork(LineError):
    """The module is not registered with a mobile network."""
