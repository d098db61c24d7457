"""The Java installations of this machine."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Java:
    """One installation."""

    version: int  # the feature release: 17, 21, 25
    home: Path


def installed() -> list[Java]:
    """Every installation found, oldest first."""
    homes: set[Path] = set()
    if "JAVA_HOME" in os.environ:
        homes.add(Path(os.environ["JAVA_HOME"]))
    on_path = shutil.which("java")
    if on_path:
        homes.add(Path(on_path).resolve().parent.parent)
    for folder in ("/usr/lib/jvm", "/opt", "/opt/java", "/Library/Java/JavaVirtualMachines"):
        homes.update(binary.parent.parent for binary in Path(folder).glob("*/bin/java"))
        homes.update(Path(folder).glob("*/Contents/Home"))
    found = {_inspect(home.resolve()) for home in homes}
    return sorted(java for java in found if java)


def _inspect(home: Path) -> Java | None:
    """Reads the `release` file that every JDK carries."""
    try:
        release = (home / "release").read_text()
    except OSError:
        return None
    match = re.search(r'^JAVA_VERSION="(?:1\.)?(\d+)', release, re.MULTILINE)
    if not match or not (home / "bin/java").exists():
        return None
    return Java(int(match[1]), home)
