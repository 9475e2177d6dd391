"""What every page works with: the ledger, the set-up documents, the clinic's rules and clock, the phone service."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from firmware.clinic.desk_settings import CurrentDesk
from firmware.clinic.errors import ProfileError
from firmware.clinic.profile import ClinicProfile, CurrentProfile
from firmware.clinic.quality_forms import CurrentQuality
from firmware.clock import Clock
from firmware.storage.documents import SetupDocuments
from firmware.storage.folders import Folders
from firmware.storage.ledger import Ledger
from webui.desk_service import DeskService
from webui.flashes import Flashes
from webui.live import Live
from webui.phone_service import PhoneService
from webui.places import Places
from webui.test_phone import TestPhone


@dataclass
class Office:
    """Made once for the process; safe from every request's thread."""

    folders: Folders
    ledger: Ledger
    documents: SetupDocuments
    clock: Clock
    phone: PhoneService
    live: Live
    flashes: Flashes = field(default_factory=Flashes)

    def __post_init__(self) -> None:
        self._profile = CurrentProfile(self.documents)
        self.places = Places(self.documents)
        self.test_phone = TestPhone(self.phone, self.clock)
        self.desk = DeskService(self.phone)
        self.desk_settings = CurrentDesk(self.documents)
        self.quality = CurrentQuality(self.documents)

    @property
    def has_clinic(self) -> bool:
        """Whether a clinic is set up."""
        try:
            self.profile()
        except ProfileError:
            return False
        return True

    def profile(self) -> ClinicProfile:
        """The clinic's rules as they stand now; raises `ProfileError` before a clinic is set up."""
        return self._profile()

    @property
    def zone(self) -> tzinfo:
        """The clinic's zone, UTC before there is a clinic."""
        return self.profile().zone if self.has_clinic else UTC
