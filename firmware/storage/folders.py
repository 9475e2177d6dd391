"""Where the box keeps its files, all under one data folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HOLD_MUSIC = "music/hold.wav"  # among the staff's recordings


@dataclass(frozen=True)
class Folders:
    """The data folder and what lies in it."""

    data: Path

    @property
    def ledger(self) -> Path:
        return self.data / "ledger.db"

    @property
    def setup(self) -> Path:
        """The set-up documents (TinyDB)."""
        return self.data / "setup.json"

    @property
    def clips(self) -> Path:
        """Synthesised speech, made again when lost."""
        return self.data / "prompts" / "cache"

    @property
    def staff_recordings(self) -> Path:
        """Prompts that the clinic recorded itself."""
        return self.data / "prompts" / "staff"

    @property
    def hold_music(self) -> Path:
        """What callers hear while they wait, if the clinic has music of its own."""
        return self.staff_recordings / HOLD_MUSIC

    @property
    def voices(self) -> Path:
        """Voice models of a better speech engine, if the clinic installed one."""
        return self.data / "prompts" / "voices"

    @property
    def recordings(self) -> Path:
        return self.data / "recordings"

    @property
    def voice_messages(self) -> Path:
        return self.data / "messages"

    @property
    def run(self) -> Path:
        """Sockets and what else lives only as long as the processes."""
        return self.data / "run"

    @property
    def control_socket(self) -> Path:
        return self.run / "box.sock"

    @property
    def clock(self) -> Path:
        """The shared clock of a box on a virtual network."""
        return self.run / "clock"

    @property
    def network(self) -> Path:
        """The virtual telephone network's folder, when there is one."""
        return self.run / "network"

    @property
    def certificates(self) -> Path:
        """What the web pages prove the box with, and its keys."""
        return self.data / "certificates"

    @property
    def test_phone(self) -> Path:
        """The virtual network of the test phone, while it is there."""
        return self.run / "test-phone"

    def pin_memory(self, line: str) -> Path:
        """Where a mobile line remembers the PIN that its SIM card refused."""
        return self.data / f"pin-{line}.json"

    def make(self) -> None:
        """Create the folders, for the owner only: they hold patients' data."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.data.stat().st_mode & 0o077:
            self.data.chmod(0o700)  # somebody else made it
        for folder in (self.clips, self.staff_recordings, self.voices, self.recordings, self.voice_messages, self.run):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
