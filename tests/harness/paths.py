"""Where things are in this repository."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TOOLS = REPOSITORY / ".tools"
FIXTURES = REPOSITORY / "tests" / "fixtures"
REGEXES = REPOSITORY / "parser-wasm" / "rules" / "regexes.yaml"
WEB_DIST = REPOSITORY / "web" / "dist"

# What `cargo lambda build` leaves: the very files that are packaged.
ALBATROSS = REPOSITORY / "target" / "lambda" / "albatross" / "bootstrap"
INGEST_LAMBDA = REPOSITORY / "target" / "lambda" / "ingest-lambda" / "bootstrap"
