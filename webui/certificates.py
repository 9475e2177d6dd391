"""The box's own certificates, so that browsers in the clinic speak https with it: a microphone needs that.

At the first start the box makes itself a certificate authority that may vouch for nothing but this box (its own .local
name and private addresses, RFC 5280 4.2.1.10); its key never leaves the data folder. The certificate it issues lives
for a year at most, the longest that browsers take (398 days, CA/Browser Forum), and is renewed by itself.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LEAF_LIFE = timedelta(days=365)
RENEW_BEFORE_END = timedelta(days=30)
AUTHORITY_LIFE = timedelta(days=20 * 365)
BACKDATED = timedelta(days=1)  # a desk whose clock is a little slow must not refuse it
PRIVATE_NETWORKS = tuple(
    map(
        ipaddress.ip_network,
        ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "::1/128", "fc00::/7"),
    )
)

Key = ec.EllipticCurvePrivateKey
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class CertificateFiles:
    """Where they lie; the folder is for the box's own user only."""

    folder: Path

    @property
    def authority(self) -> Path:
        """What people install in their browsers once."""
        return self.folder / "authority.pem"

    @property
    def authority_key(self) -> Path:
        return self.folder / "authority.key"

    @property
    def box(self) -> Path:
        return self.folder / "box.pem"

    @property
    def box_key(self) -> Path:
        return self.folder / "box.key"

    @property
    def fingerprint(self) -> str:
        """The authority's SHA-256 as people compare it: AB:CD:..."""
        authority = x509.load_pem_x509_certificate(self.authority.read_bytes())
        return authority.fingerprint(hashes.SHA256()).hex(":").upper()


@dataclass(frozen=True)
class Pair:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Key

    def is_over_at(self, now: datetime) -> bool:
        """Not whether it has begun: a box without a battery starts with a clock that is behind."""
        return now >= self.certificate.not_valid_after_utc

    def permitted(self, names: list[str]) -> list[str]:
        """Those of the names that this authority may vouch for: with any other the certificate would count for nothing.

        A box that was renamed is known by its address until its certificates are made anew.
        """
        constraints = self.certificate.extensions.get_extension_for_class(x509.NameConstraints).value
        known = {each.value for each in constraints.permitted_subtrees or () if isinstance(each, x509.DNSName)}
        return [name for name in names if name in known]


def ensure(files: CertificateFiles, now: datetime, addresses: list[Address]) -> None:
    """Make what is missing; renew the box's certificate when it soon ends or the box has got another address."""
    files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority = _read(files.authority, files.authority_key)
    if authority is None or authority.is_over_at(now):
        authority = _make_authority(files, now)
        files.box.unlink(missing_ok=True)
    names = authority.permitted(own_names())
    if not _is_good(_read(files.box, files.box_key), now, names, addresses):
        _issue(files, authority, now, names, addresses)


def own_names() -> list[str]:
    """The names under which browsers in the clinic reach this machine."""
    name = socket.gethostname().split(".")[0].lower() or "clinicbox"
    return ["localhost", name, f"{name}.local"]


def own_addresses() -> list[Address]:
    """This machine's loopback, and its address in the clinic if that is a private one."""
    found = {ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1 (RFC 5737): sends nothing, only asks which way it would go
            found.add(ipaddress.ip_address(probe.getsockname()[0]))
        except OSError:
            pass  # no network: then only this machine's own browser can come
    return sorted(filter(is_private, found), key=str)


def is_private(address: Address) -> bool:
    """Whether the address belongs to this machine or a network like the clinic's, not to the Internet."""
    return any(address in network for network in PRIVATE_NETWORKS if network.version == address.version)


def _make_authority(files: CertificateFiles, now: datetime) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"clinicbox {own_names()[1]}")])
    names: list[x509.GeneralName] = [x509.DNSName(each) for each in own_names()]
    networks = [x509.IPAddress(each) for each in PRIVATE_NETWORKS]
    builder = (
        _certificate(name, name, key, now, AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints([*names, *networks], None), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
    )
    authority = Pair(builder.sign(key, hashes.SHA256()), key)
    _keep(authority, files.authority, files.authority_key)
    return authority


def _issue(files: CertificateFiles, authority: Pair, now: datetime, names: list[str], addresses: list[Address]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, own_names()[2])])
    alternatives = [*map(x509.DNSName, names), *map(x509.IPAddress, addresses)]
    issuer = authority.certificate.subject
    builder = (
        _certificate(name, issuer, key, now, LEAF_LIFE)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
    )
    _keep(Pair(builder.sign(authority.key, hashes.SHA256()), key), files.box, files.box_key)


def _certificate(
    name: x509.Name, issuer: x509.Name, key: Key, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now - BACKDATED + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _read(certificate: Path, key: Path) -> Pair | None:
    """What lies there; None unless both can be read and belong together: the power may have gone between the two."""
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        signer = serialization.load_pem_private_key(key.read_bytes(), None)
    except (FileNotFoundError, ValueError, TypeError):
        return None
    is_pair = isinstance(signer, Key) and signer.public_key() == found.public_key()
    return Pair(found, signer) if isinstance(signer, Key) and is_pair else None


def _is_good(box: Pair | None, now: datetime, names: list[str], addresses: list[Address]) -> bool:
    if box is None or box.is_over_at(now + RENEW_BEFORE_END):
        return False
    known = box.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(addresses) <= set(known.get_values_for_type(x509.IPAddress)) and set(names) <= set(
        known.get_values_for_type(x509.DNSName)
    )


def _keep(pair: Pair, certificate: Path, key: Path) -> None:
    plain = serialization.NoEncryption()  # the folder is the box's own; who can read it can read everything anyway
    _write(key, pair.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    _write(certificate, pair.certificate.public_bytes(serialization.Encoding.PEM))


def _write(file: Path, content: bytes) -> None:
    """Wholly or not at all, and on the disk."""
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with open(new, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(file)
