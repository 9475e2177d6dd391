"""What can go wrong with a phone line, one sentence each."""


class LineError(Exception):
    """A phone line could not do what was asked."""


class LineUnplugged(LineError):
    """The device behind the line is gone (unplugged, or its port vanished)."""


class ModemSilent(LineError):
    """The modem did not answer in time."""


class CommandRefused(LineError):
    """The modem answered ERROR to a command."""


class CallerGone(LineError):
    """The caller hung up before the line could be answered."""


class SimLocked(LineError):
    """The SIM card wants a PIN or PUK that the box must not try (again)."""


class TextRefused(LineError):
    """The network or the module refused to send a text message."""


class TextUnconfirmed(LineError):
    """No answer came to a text that was handed over: it may or may not have been sent."""
