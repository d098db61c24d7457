"""Where things are in this repository."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TOOLS = REPOSITORY / ".tools"
FIXTURES = REPOSITORY / "tests" / "fixtures"
REGEXES = REPOSITORY / "parser-wasm" / "rules" / "regexes.yaml"
WEB_DIST = REPOSITORY / "web" / "dist"


def _built(name: str) -> Path:
    """What `cargo lambda build` leaves: the very file that is packaged. `make demo` has a build of its own."""
    own = os.environ.get("ALBATROSS_BUILD")
    return REPOSITORY / own / name if own else REPOSITORY / "target" / "lambda" / name / "bootstrap"


ALBATROSS = _built("albatross")
INGEST_LAMBDA = _built("ingest-lambda")
