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
    # Of the setting `engine`: what it asks of documents and template.
    generation: str = "current"
    has_data_streams: bool = False

    @property
    def home(self) -> Path:
        """Where it is unpacked."""
        return TOOLS / "engines" / f"{self.name}-{self.version}"

    @property
    def label(self) -> str:
        """As people call it."""
        return f"{'OpenSearch' if self.name == 'opensearch' else 'Elasticsearch'} {self.version}"

    def java(self) -> java.Java | None:
        """The newest installed Java that can run it."""
        fitting = [each for each in java.installed() if self.oldest_java <= each.version <= self.newest_java]
        return fitting[-1] if fitting else None

    def fetch(self) -> Path:
        """Its home, downloaded by Maven unless it is there."""
        return _unpack(f"{self.artifact}:{self.version}", f"{self.name}-{self.version}", self.home)


@dataclass(frozen=True)
class Plugin:
    """An engine's plugin, made for one release of it alone."""

    artifact: str
    fits: str

    def fetch(self) -> Path:
        """Its folder, downloaded by Maven unless it is there."""
        name = self.artifact.split(":")[1]
        return _unpack(self.artifact, "", TOOLS / "engines" / f"{name}-for-{self.fits}")


def _unpack(artifact: str, folder_in_archive: str, home: Path) -> Path:
    if not home.exists():
        home.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home.parent) as folder:
            options = [f"-Dartifact={artifact}:zip", f"-DoutputDirectory={folder}/out"]
            maven = ["mvn", "--batch-mode", "--quiet", "-Dstyle.color=never", _UNPACK, *options]
            subprocess.run(maven, cwd=folder, check=True)
            # mkdtemp's folder is ours alone, but the engine runs as somebody else.
            shutil.move(Path(folder) / "out" / folder_in_archive, home)
    return home


_OPENSEARCH = "org.opensearch.distribution.integ-test-zip:opensearch"
_ELASTICSEARCH = "org.elasticsearch.distribution.integ-test-zip:elasticsearch"

OPENSEARCH = (
    Distribution("opensearch", "3.7.0", _OPENSEARCH, 21, 25, has_data_streams=True),
    Distribution("opensearch", "2.19.1", _OPENSEARCH, 11, 21, has_data_streams=True),
)
ELASTICSEARCH = (
    Distribution("elasticsearch", "9.1.5", _ELASTICSEARCH, 21, 25),
    Distribution("elasticsearch", "8.19.4", _ELASTICSEARCH, 17, 24),
    Distribution("elasticsearch", "7.17.28", _ELASTICSEARCH, 11, 21),
    Distribution("elasticsearch", "6.8.23", _ELASTICSEARCH, 8, 17, generation="elasticsearch-6"),
)
ALL = OPENSEARCH + ELASTICSEARCH
SECURITY_PLUGIN = Plugin("org.opensearch.plugin:opensearch-security:2.19.1.0", "opensearch-2.19.1")


def newest() -> tuple[Distribution, java.Java]:
    """The newest OpenSearch that an installed Java can run, and that Java.

    Raises `NoJava` when there is none.
    """
    for distribution in OPENSEARCH:
        runtime = distribution.java()
        if runtime:
            return distribution, runtime
    raise NoJava(f"a search engine needs Java 11 to 25; found: {_found()}")


def _found() -> str:
    return ", ".join(str(each.version) for each in java.installed()) or "none"


if __name__ == "__main__":
    chosen, runtime = newest()
    print(f"search engine: {chosen.name} {chosen.version} on Java {runtime.version}")
    chosen.fetch()
