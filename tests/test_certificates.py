"""Whom `albatross` trusts: the authorities of its own file and no others, and never a wrong name."""

import subprocess
from pathlib import Path

from harness.authority import Authority
from harness.paths import ALBATROSS
from harness.recorder import Received, Recorder


def answer(request: Received) -> tuple[int, bytes]:
    """An engine that takes the template, and is too old to simulate an index."""
    return (200, b'{"acknowledged":true}') if request.method == "PUT" else (405, b"{}")


def setup(engine: Recorder, ca_file: Path | None) -> subprocess.CompletedProcess[str]:
    environment = {
        "ALBATROSS_BUCKET": "unused",
        "ALBATROSS_SETTLE": "keep",
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
    with Recorder(answer, ours.server(tmp_path, "127.0.0.1")) as engine:
        run = setup(engine, bundle)
        assert run.returncode == 0, run.stderr
        reached = len(engine.requests)
        assert reached
        for untrusting in (others, None):
            run = setup(engine, untrusting)
            assert run.returncode == 1
            assert "certificate" in run.stderr, run.stderr
        assert len(engine.requests) == reached, "nothing may be sent to whom nobody vouches for"


def test_a_certificate_for_another_address_is_refused(tmp_path: Path) -> None:
    ours = Authority("ours")
    (tmp_path / "ca.pem").write_bytes(ours.pem)
    with Recorder(answer, ours.server(tmp_path, "127.0.0.2")) as engine:
        run = setup(engine, tmp_path / "ca.pem")
        assert run.returncode == 1
        assert "certificate" in run.stderr, run.stderr
        assert not engine.requests
