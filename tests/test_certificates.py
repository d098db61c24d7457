"""Whom `albatross` trusts: the authorities of its own file and no others, and never a wrong name."""

import datetime
import ipaddress
import ssl
import subprocess
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from harness.paths import ALBATROSS
from harness.recorder import Recorder


class Authority:
    """A certificate authority of our own."""

    def __init__(self, name: str) -> None:
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        basic = x509.BasicConstraints(ca=True, path_length=None)
        self._certificate = self._builder(self._name, self._key).add_extension(basic, critical=True).sign(self._key, hashes.SHA256())

    @property
    def pem(self) -> bytes:
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def server(self, folder: Path, address: str) -> ssl.SSLContext:
        """The server's side of TLS, with a certificate for this address."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        builder = self._builder(x509.Name([]), key).add_extension(names, critical=True)
        certificate = builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        chain = folder / "server.pem"
        chain.write_bytes(private + certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
        )


def setup(engine: Recorder, ca_file: Path | None) -> subprocess.CompletedProcess[str]:
    environment = {
        "ALBATROSS_BUCKET": "unused",
        "ALBATROSS_ENDPOINT": f"https://127.0.0.1:{engine.port}",
        "ALBATROSS_CA_FILE": str(ca_file or ""),
        "AWS_REGION": "eu-central-1",
    }
    return subprocess.run([ALBATROSS, "setup"], env=environment, capture_output=True, text=True, check=False)


def test_an_own_authority_is_trusted_and_no_other(tmp_path: Path) -> None:
    ours, other = Authority("ours"), Authority("another")
    bundle, others = tmp_path / "bundle.pem", tmp_path / "others.pem"
    bundle.write_bytes(other.pem + ours.pem)
    others.write_bytes(other.pem)
    with Recorder(lambda _: (200, b"{}"), ours.server(tmp_path, "127.0.0.1")) as engine:
        run = setup(engine, bundle)
        assert run.returncode == 0, run.stderr
        assert len(engine.requests) == 1
        for untrusting in (others, None):
            run = setup(engine, untrusting)
            assert run.returncode == 1
            assert "certificate" in run.stderr, run.stderr
        assert len(engine.requests) == 1, "nothing may be sent to whom nobody vouches for"


def test_a_certificate_for_another_address_is_refused(tmp_path: Path) -> None:
    ours = Authority("ours")
    (tmp_path / "ca.pem").write_bytes(ours.pem)
    with Recorder(lambda _: (200, b"{}"), ours.server(tmp_path, "127.0.0.2")) as engine:
        run = setup(engine, tmp_path / "ca.pem")
        assert run.returncode == 1
        assert "certificate" in run.stderr, run.stderr
        assert not engine.requests
