"""Bookings: the day at the desk, finding anybody, booking in three clicks, and one visit with its whole history."""

from __future__ import annotations

from webui.rooms.bookings.addresses import add_to

__all__ = ["add_to"]
