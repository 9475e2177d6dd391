"""The box vouches for itself and for nothing else, and its certificate is always one that browsers take."""

from __future__ import annotations

import ipaddress
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from webui import certificates
from webui.certificates import LEAF_LIFE, RENEW_BEFORE_END, CertificateFiles, ensure

NOW = datetime(2026, 10, 12, 8, 30, tzinfo=UTC)
LOOPBACK = [ipaddress.ip_address("127.0.0.1")]
IN_THE_CLINIC = [*LOOPBACK, ipaddress.ip_address("192.168.1.7")]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CertificateFiles:
    rename(monkeypatch, "clinicbox")
    files = CertificateFiles(tmp_path / "certificates")
    ensure(files, NOW, IN_THE_CLINIC)
    return files


def rename(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: name)


def box(files: CertificateFiles) -> x509.Certificate:
    return x509.load_pem_x509_certificate(files.box.read_bytes())


def names(files: CertificateFiles) -> set[str]:
    known = box(files).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in known}


def is_usable(files: CertificateFiles) -> bool:
    """Whether OpenSSL serves with it: the key is that of the certificate."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(files.box, files.box_key)
    except (ssl.SSLError, OSError):
        return False
    return True


def test_the_box_is_known_by_its_names_and_private_addresses(files: CertificateFiles) -> None:
    assert names(files) == {"localhost", "clinicbox", "clinicbox.local", "127.0.0.1", "192.168.1.7"}
    assert is_usable(files)
    assert box(files).not_valid_after_utc - box(files).not_valid_before_utc <= timedelta(days=398)


def test_its_authority_can_vouch_for_nothing_else(files: CertificateFiles) -> None:
    authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    permitted = constraints.value.permitted_subtrees or []
    assert {each.value for each in permitted if isinstance(each, x509.DNSName)} == {
        "localhost", "clinicbox", "clinicbox.local",
    }  # fmt: skip
    networks = [each.value for each in permitted if isinstance(each, x509.IPAddress)]
    assert all(network.is_private or network.is_loopback or network.is_link_local for network in networks)
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0


def test_its_keys_are_for_nobody_else(files: CertificateFiles) -> None:
    assert stat.S_IMODE(files.folder.stat().st_mode) == 0o700
    for file in (files.authority_key, files.box_key):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_it_is_renewed_in_time_and_not_before(files: CertificateFiles) -> None:
    first = box(files)
    ensure(files, NOW + LEAF_LIFE - RENEW_BEFORE_END - timedelta(days=2), IN_THE_CLINIC)
    assert box(files) == first
    ensure(files, NOW + LEAF_LIFE - RENEW_BEFORE_END, IN_THE_CLINIC)
    assert box(files) != first
    assert is_usable(files)


def test_another_address_is_taken_up_and_the_authority_stays(files: CertificateFiles) -> None:
    before = files.fingerprint
    ensure(files, NOW, [*LOOPBACK, ipaddress.ip_address("10.1.1.1")])
    assert "10.1.1.1" in names(files)
    assert files.fingerprint == before


def test_a_box_that_was_renamed_stays_trusted_by_its_address(
    files: CertificateFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One name that its authority may not vouch for would make the whole certificate worthless."""
    rename(monkeypatch, "reception")
    ensure(files, NOW + LEAF_LIFE, IN_THE_CLINIC)
    assert names(files) == {"localhost", "127.0.0.1", "192.168.1.7"}


def test_power_lost_between_key_and_certificate_is_made_good(files: CertificateFiles, tmp_path: Path) -> None:
    other = CertificateFiles(tmp_path / "other")
    ensure(other, NOW, IN_THE_CLINIC)
    files.box_key.write_bytes(other.box_key.read_bytes())
    assert not is_usable(files)
    ensure(files, NOW, IN_THE_CLINIC)
    assert is_usable(files)


@pytest.mark.parametrize("broken", ["authority.pem", "authority.key", "box.pem", "box.key"])
@pytest.mark.parametrize(
    "content", [b"", b"rubbish", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_file_that_a_card_has_eaten_is_made_anew(files: CertificateFiles, broken: str, content: bytes) -> None:
    (files.folder / broken).write_bytes(content)
    ensure(files, NOW, IN_THE_CLINIC)
    assert is_usable(files)
    authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
    box(files).verify_directly_issued_by(authority)


def test_a_clock_that_is_behind_at_the_start_costs_nobody_their_trust(files: CertificateFiles) -> None:
    first, before = box(files), files.fingerprint
    ensure(files, datetime(1970, 1, 1, tzinfo=UTC), IN_THE_CLINIC)
    assert box(files) == first
    assert files.fingerprint == before


def test_what_was_made_before_the_clock_was_set_is_made_anew(tmp_path: Path) -> None:
    files = CertificateFiles(tmp_path)
    ensure(files, datetime(1970, 1, 2, tzinfo=UTC), LOOPBACK)
    ensure(files, NOW, LOOPBACK)
    authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
    assert authority.not_valid_before_utc <= NOW < authority.not_valid_after_utc
    assert box(files).not_valid_before_utc <= NOW < box(files).not_valid_after_utc


def test_an_address_of_the_internet_is_none_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.socket.getsockname", lambda _: ("203.0.113.5", 1))
    assert all(certificates.is_private(each) for each in certificates.own_addresses())
