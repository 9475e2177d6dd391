"""The exchange: the process that owns the phone lines and speaks to callers."""
