"""Why the desk refuses something, in the field's words; the web UI says each in its own way."""


class DeskError(ValueError):
    """The desk can't do what was asked: an ordinary answer, nothing that is broken."""


class NoAgent(DeskError):
    """This person has no extension, so they can't take calls."""


class NotSignedIn(DeskError):
    """Only who has signed in at the desk can do this."""


class WrongState(DeskError):
    """What was asked does not fit what the agent is doing: a page that shows something old, or lies."""


class NothingRings(DeskError):
    """No call rings there any more: somebody was faster, or the caller has gone."""


class NoTalk(DeskError):
    """The agent is in no call."""


class NoSuchExtension(DeskError):
    """Nobody has this extension, or whoever has it is not at the desk."""


class ExtensionBusy(DeskError):
    """Whoever has this extension is in a call."""


class TransferToOneself(DeskError):
    """A call can't be handed to who has it."""


class TransferLoop(DeskError):
    """The call has been handed round too often."""


class NumberForbidden(DeskError):
    """This agent may not call that number."""


class NoSuchNumber(NumberForbidden):
    """Neither an extension nor a number that can be called."""


class PremiumNumber(NumberForbidden):
    """A paid information service."""


class LongDistance(NumberForbidden):
    """A number of another area, and this agent's class reaches none."""


class AbroadForbidden(NumberForbidden):
    """A number of another country, and this agent's class reaches none."""


class NotInClass(NumberForbidden):
    """A number that this agent's class does not reach."""


class NoFreeLine(DeskError):
    """Every line is in use or kept free for callers."""


class NotAllowed(DeskError):
    """Only supervisors do this."""


class NeedsDisposition(DeskError):
    """Before the next call somebody must say what the last one was about."""


class NoSound(DeskError):
    """The agent's page or headset has no sound: a call would be silent."""


class NoHeadset(DeskError):
    """No headset is plugged into the box, or not that one."""


class HeadsetTaken(DeskError):
    """Somebody else at the desk has this headset."""
