"""The first set-up of a clinic, step by step; each step saves for real, and the next visit goes on where it ended."""
