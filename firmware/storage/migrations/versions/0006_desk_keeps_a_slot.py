"""The desk keeps a slot before it knows for whom; names are looked through in an index of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_PATIENT = "patient_id INTEGER NOT NULL"
_STATE = "CONSTRAINT booking_state CHECK"
_HAS_PATIENT = "CONSTRAINT visit_has_a_patient CHECK (patient_id IS NOT NULL OR state = 'held')"


def upgrade() -> None:
    op.create_index("patients_by_name", "patients", ["name_zh", "name_en"])
    _loosen_patient()


def _loosen_patient() -> None:
    """In the table's definition only, as https://sqlite.org/lang_altertable.html section 7 has it for constraints:
    no row changes, and a table that others refer to can't be built anew inside a transaction."""
    bind = op.get_bind()
    written = bind.scalar(sa.text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'bookings'"))
    loose = written.replace(_PATIENT, "patient_id INTEGER").replace(_STATE, f"{_HAS_PATIENT}, \n\t{_STATE}")
    version = bind.scalar(sa.text("PRAGMA schema_version"))
    bind.execute(sa.text("PRAGMA writable_schema = ON"))
    bind.execute(
        sa.text("UPDATE sqlite_schema SET sql = :loose WHERE type = 'table' AND name = 'bookings'"), {"loose": loose}
    )
    bind.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
    bind.execute(sa.text("PRAGMA writable_schema = OFF"))
