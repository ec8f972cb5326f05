"""Certificates for hosts that this machine stands in for, and the bundle that makes its child processes trust them."""

from __future__ import annotations

import datetime
import fcntl
import os
import ssl
import threading
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAYS = 3650
_contexts: dict[tuple[Path, str], ssl.SSLContext] = {}
_lock = threading.Lock()


def bundle(folder: Path) -> Path:
    """This machine's certificate authorities and the rehearsal's own, in one file."""
    with _lock:
        return _authority(folder)[0]


def server_context(folder: Path, host: str) -> ssl.SSLContext:
    """A TLS server's context that answers as the host."""
    with _lock:
        if (folder, host) not in _contexts:
            _, certificate, key = _authority(folder)
            _contexts[folder, host] = _context(folder, host, certificate, key)
        return _contexts[folder, host]


def _context(folder: Path, host: str, authority: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
    own = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
    made = (
        _builder(name, authority.subject, own)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{host}-{os.getpid()}.pem"
    path.write_bytes(_pem(own) + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    path.unlink()
    return context


@cache
def _authority(folder: Path) -> tuple[Path, x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Bundle, certificate and key; made once for a folder, whichever process comes first."""
    folder.mkdir(parents=True, exist_ok=True)
    kept, trusted = folder / "authority.pem", folder / "bundle.pem"
    with (folder / "authority.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "rehearsal")])
            usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
            made = (
                _builder(name, name, key)
                .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
                .add_extension(usage, critical=True)
                .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
                .sign(key, hashes.SHA256())
            )
            _put(kept, _pem(key) + made.public_bytes(serialization.Encoding.PEM), mode=0o600)
    content = kept.read_bytes()
    certificate = x509.load_pem_x509_certificate(content)
    own_key = serialization.load_pem_private_key(content, None)
    assert isinstance(own_key, ec.EllipticCurvePrivateKey)  # noqa: S101 - it was made above
    _put(trusted, _machine() + certificate.public_bytes(serialization.Encoding.PEM))
    return trusted, certificate, own_key


def _put(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file at once: another run's builds in this clone may be reading it."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.touch(mode=mode)
    unfinished.write_bytes(content)
    unfinished.replace(path)


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=_DAYS))
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _machine() -> bytes:
    """The authorities that this machine trusts."""
    known = (os.environ.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile)
    return b"".join(Path(path).read_bytes() + b"\n" for path in known[:1] if path and Path(path).is_file()) or (
        Path(known[1]).read_bytes() + b"\n" if known[1] and Path(known[1]).is_file() else b""
    )
