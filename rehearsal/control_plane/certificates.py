"""Certificate authorities of the rehearsal's own, and what they sign."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from rehearsal.files import write_atomically

_AUTHORITY_LIFETIME = timedelta(days=3650)
_LIFETIME = timedelta(days=365)
_RENEW_BEFORE = timedelta(days=30)
_CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True)
class KeyPair:
    """The files of a certificate and its private key (PEM; the key is readable by the owner only)."""

    certificate: Path
    key: Path

    @classmethod
    def named(cls, folder: Path, name: str) -> "KeyPair":
        """`name.crt` and `name.key` in this folder."""
        return cls(folder / f"{name}.crt", folder / f"{name}.key")

    def expires(self) -> datetime:
        """When the certificate ends; the beginning of time if there is none."""
        if not (self.certificate.exists() and self.key.exists()):
            return datetime.min.replace(tzinfo=UTC)
        return x509.load_pem_x509_certificate(self.certificate.read_bytes()).not_valid_after_utc

    def write(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        """Replace both files, the certificate last: it is what tells whether the pair is there."""
        write_atomically(self.key, private_pem(key))
        write_atomically(self.certificate, certificate.public_bytes(serialization.Encoding.PEM).decode(), mode=0o644)


class Authority:
    """A certificate authority kept in `<name>.crt` and `<name>.key`; made when the files are missing."""

    def __init__(self, folder: Path, name: str):
        self._folder = folder
        self.files = KeyPair.named(folder, name)
        if self.files.expires() - datetime.now(UTC) < _RENEW_BEFORE:
            self._create(name)
        self._certificate = x509.load_pem_x509_certificate(self.files.certificate.read_bytes())
        key = serialization.load_pem_private_key(self.files.key.read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{self.files.key} is not a key that was made here")
        self._key = key

    def client(self, name: str, user: str, groups: Iterable[str] = ()) -> KeyPair:
        """A certificate by which the API server knows this user (CN) and its groups (O).

        The same files as last time while they name the same user and groups and are valid for another month.
        """
        subject = [x509.NameAttribute(NameOID.COMMON_NAME, user)]
        subject += [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
        return self._issue(name, x509.Name(subject), [ExtendedKeyUsageOID.CLIENT_AUTH], None)

    def server(self, name: str, hosts: Iterable[str]) -> KeyPair:
        """A certificate for a server of these DNS names and IP addresses; it can be used as a client's too (etcd's peers do)."""
        names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        return self._issue(name, subject, [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH], names)

    def _create(self, name: str) -> None:
        key = new_key()
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (
            _builder(subject, subject, key, _AUTHORITY_LIFETIME)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
        )
        self.files.write(builder.sign(key, hashes.SHA256()), key)

    def _issue(
        self,
        name: str,
        subject: x509.Name,
        purposes: list[x509.ObjectIdentifier],
        alternatives: x509.SubjectAlternativeName | None,
    ) -> KeyPair:
        files = KeyPair.named(self._folder, name)
        if self._still_good(files, subject):
            return files
        key = new_key()
        builder = (
            _builder(subject, self._certificate.subject, key, _LIFETIME)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
            # Python's verification is strict from 3.13 on: without this it refuses the certificate.
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if alternatives:
            builder = builder.add_extension(alternatives, critical=False)
        files.write(builder.sign(self._key, hashes.SHA256()), key)
        return files

    def _still_good(self, files: KeyPair, subject: x509.Name) -> bool:
        if files.expires() - datetime.now(UTC) < _RENEW_BEFORE:
            return False
        certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        try:
            certificate.verify_directly_issued_by(self._certificate)
        except (ValueError, TypeError, InvalidSignature):  # another authority's
            return False
        return certificate.subject == subject


def new_key() -> ec.EllipticCurvePrivateKey:
    """A private key: P-256, which is made in no time and known to every TLS library."""
    return ec.generate_private_key(ec.SECP256R1())


def private_pem(key: ec.EllipticCurvePrivateKey) -> str:
    """The key as unencrypted PEM, in the form that Go's older parsers read as well."""
    encryption = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, encryption).decode()


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, lifetime: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
