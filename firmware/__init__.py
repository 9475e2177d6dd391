"""The exchange: the process that owns the phone lines and speaks to callers."""

__version__ = "0.1.0"
