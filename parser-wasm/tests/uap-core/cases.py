"""Makes cases.tsv.gz of uap-core's folder `tests`: cases.py FOLDER (needs PyYAML)."""

import gzip
import sys
from pathlib import Path

import yaml

FIELDS = {
    "ua": ("family", "major", "minor", "patch"),
    "os": ("family", "major", "minor", "patch", "patch_minor"),
    "device": ("family",),
}


def main(folder: Path) -> None:
    rows = set()
    for kind, fields in FIELDS.items():
        for case in yaml.safe_load((folder / f"test_{kind}.yaml").read_text())["test_cases"]:
            values = [str(case.get(field) or "") for field in ("user_agent_string", *fields)]
            assert not any(set("\t\n") & set(value) for value in values), values
            rows.add("\t".join([kind, *values]))
    table = "".join(f"{row}\n" for row in sorted(rows))
    (Path(__file__).parent / "cases.tsv.gz").write_bytes(gzip.compress(table.encode(), 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
