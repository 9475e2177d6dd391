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
