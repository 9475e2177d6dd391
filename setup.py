"""Packaging; what is pinned for a box stands in requirements/, tool settings in pyproject.toml."""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent


def direct_requirements() -> list[str]:
    """The packages named in requirements/box.in and built.in."""
    texts = [(HERE / "requirements" / name).read_text(encoding="utf-8") for name in ("box.in", "built.in")]
    return [line for text in texts for line in text.splitlines() if line and not line.startswith("#")]


def version() -> str:
    """What `firmware/__init__.py` says: the status of a running box tells it too."""
    found = re.search(r'__version__ = "(.+)"', (HERE / "firmware" / "__init__.py").read_text(encoding="utf-8"))
    return found[1] if found else ""


setup(
    name="clinicbox",
    version=version(),
    description="Phone box for a small clinic: answers calls and texts and books visits",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.11",
    install_requires=direct_requirements(),
    packages=find_packages(include=["firmware", "firmware.*", "webui", "webui.*"]),
    package_data={
        "firmware": ["**/*.yaml", "**/*.toml"],
        "webui": [
            "*.yaml",
            "api/*.yaml",
            "texts/*.yaml",
            "views/**/*.html",
            "static/**/*",
            "package.json",
            "package-lock.json",
        ],
    },
    entry_points={"console_scripts": ["clinicbox = firmware.cli.main:main"]},
)
