"""Measures the box on this machine, always beside a reference that is measured in the same run."""
