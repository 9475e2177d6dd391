"""What can go wrong with sound."""

from __future__ import annotations


class AudioError(Exception):
    """Something about sound could not be done."""


class LibraryMissing(AudioError):
    """A sound library of the system is not installed; the message names the package that holds it."""


class BadKeys(AudioError, ValueError):
    """A text to dial holds characters that are no telephone keys."""


class BadCallerId(AudioError, ValueError):
    """A caller id holds characters that its standard cannot carry."""


class UnknownCountry(AudioError, ValueError):
    """The call tones of a country are not known to the box."""


class SpeechError(AudioError):
    """A speech engine is missing, died, hung or gave no sound."""


class BadRecording(AudioError):
    """A sound file cannot be read."""
