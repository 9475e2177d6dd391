"""Figures as a table for people."""

from __future__ import annotations

from bench.figures import Figures


def lines(name: str, about: str, figures: Figures) -> list[str]:
    """One bench: its name, what it measured, and a figure a line."""
    width = max(map(len, figures))
    return [name, f"  {about}", *(f"  {key:<{width}}  {_text(value):>10}" for key, value in figures.items()), ""]


def _text(value: float | int | str) -> str:
    return f"{value:,}".replace(",", " ") if isinstance(value, int | float) else value
