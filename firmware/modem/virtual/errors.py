"""What can go wrong when somebody uses the virtual telephone network, one sentence each."""


class NetworkError(Exception):
    """The virtual telephone network could not do what was asked."""


class BadConfig(NetworkError):
    """The network's configuration is not usable; the message names the place."""


class UnknownLine(NetworkError):
    """No line of this name is attached to the network."""


class UnknownCall(NetworkError):
    """No phone has a call of this name (any more)."""


class NothingRings(NetworkError):
    """Nobody calls this phone at the moment."""


class PhoneInUse(NetworkError):
    """This phone is in a call already."""


class BadSound(NetworkError):
    """A phone speaks WAV files with 8000 samples a second, one channel, 16 bits."""


class NotPossible(NetworkError):
    """The request makes no sense for this line."""
