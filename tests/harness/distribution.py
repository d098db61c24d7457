"""Search engine distributions: which one this machine can run, and how it gets here (Maven Central, by Maven)."""

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import java
from .paths import TOOLS

_UNPACK = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack"


class NoJava(Exception):
    """No installed Java can run any of the engines."""


@dataclass(frozen=True)
class Distribution:
    """A release of an engine, and the Java releases that can run it."""

    name: str
    version: str
    artifact: str
    oldest_java: int
    newest_java: int

    @property
    def home(self) -> Path:
        """Where it is unpacked."""
        return TOOLS / "engines" / f"{self.name}-{self.version}"

    def fetch(self) -> Path:
        """Its home, downloaded by Maven unless it is there."""
        if not self.home.exists():
            self.home.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.home.parent) as folder:
                artifact = f"-Dartifact={self.artifact}:{self.version}:zip"
                maven = ["mvn", "--batch-mode", "--quiet", "-Dstyle.color=never", _UNPACK, artifact, f"-DoutputDirectory={folder}/out"]
                subprocess.run(maven, cwd=folder, check=True)
                # mkdtemp's folder is ours alone, but the engine runs as somebody else.
                shutil.move(f"{folder}/out/{self.name}-{self.version}", self.home)
        return self.home


OPENSEARCH = (
    Distribution("opensearch", "3.7.0", "org.opensearch.distribution.integ-test-zip:opensearch", 21, 25),
    Distribution("opensearch", "2.19.1", "org.opensearch.distribution.integ-test-zip:opensearch", 11, 21),
)


def newest() -> tuple[Distribution, java.Java]:
    """The newest OpenSearch that an installed Java can run, and that Java.

    Raises `NoJava` when there is none.
    """
    installed = java.installed()
    for distribution in OPENSEARCH:
        for candidate in reversed(installed):
            if distribution.oldest_java <= candidate.version <= distribution.newest_java:
                return distribution, candidate
    found = ", ".join(str(each.version) for each in installed) or "none"
    raise NoJava(f"a search engine needs Java 11 to 25; found: {found}")


if __name__ == "__main__":
    chosen, runtime = newest()
    print(f"search engine: {chosen.name} {chosen.version} on Java {runtime.version}")
    chosen.fetch()
