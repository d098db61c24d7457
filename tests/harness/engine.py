"""A real single-node search engine on a loopback port, with its own data folder."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import requests

from . import security
from .access import OPEN, Access
from .distribution import Distribution, NoJava, newest
from .java import Java
from .server import LOOPBACK, Server

_NOBODY = 65534  # engines refuse to run as root

_SETTINGS = {
    "discovery.type": "single-node",
    "network.host": LOOPBACK,
    "node.portsfile": "true",  # logs/http.ports tells the port
    # A nearly full disk of a developer's machine is not what the tests are about.
    "cluster.routing.allocation.disk.threshold_enabled": "false",
}


class Engine:
    """An engine that can be stopped, killed, and started again on the same data."""

    def __init__(
        self,
        distribution: Distribution | None = None,
        *,
        secured: bool = False,
        files: Mapping[str, str] | None = None,
        java_options: str = "",
    ) -> None:
        """`files` are put into its folder of configuration, by their path in it; `java_options` are for Java."""
        self.distribution, self._java = newest() if distribution is None else (distribution, _java(distribution))
        self._java_options = java_options
        self._user = _NOBODY if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="albatross-engine-"))
        self._home = self._reachable(self.distribution.fetch(), for_us_alone=secured)
        (self._folder / "tmp").mkdir()
        self.access = self._configure(secured, files or {})
        self._give_away()
        self._server: Server | None = None
        self.url = ""

    def __str__(self) -> str:
        secured = ", TLS and passwords" if self.access != OPEN else ""
        return f"{self.distribution.label} on Java {self._java.version}{secured}"

    def start(self) -> None:
        """Starts it and waits until it takes requests."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Starts it, and does not wait."""
        (self._folder / "logs" / "http.ports").unlink(missing_ok=True)
        self._server = Server(
            [self._home / "bin" / self.distribution.name], self._folder / "output.log", self._environment(), self._folder, self._user
        )

    def wait(self) -> None:
        """Waits until it takes requests; `url` is its new address."""
        ports = self._folder / "logs" / "http.ports"

        def ready() -> bool:
            if not ports.exists():
                return False
            self.url = f"{self.access.scheme}://{ports.read_text().split()[0]}"
            return self._is_healthy()

        if self._server:
            self._server.wait_until(ready, 180)

    def pin(self, cpu: int) -> None:
        """Leaves it one CPU."""
        if self._server:
            for thread in Path(f"/proc/{self._server.process.pid}/task").iterdir():
                os.sched_setaffinity(int(thread.name), {cpu})

    def kill(self) -> None:
        """Ends it as a power failure would; the data stay."""
        if self._server:
            self._server.kill()

    def close(self) -> None:
        """Stops it and removes its data."""
        if self._server:
            self._server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> "Engine":
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _configure(self, secured: bool, files: Mapping[str, str]) -> Access:
        config = self._folder / "config"
        shutil.copytree(self.distribution.home / "config", config)
        paths = {"path.data": f"{self._folder}/data", "path.logs": f"{self._folder}/logs"}
        settings = _SETTINGS | paths
        # 0: the system chooses. Elasticsearch 6 has another name for the transport's.
        transport = "transport.tcp.port" if self.distribution.version.startswith("6.") else "transport.port"
        settings |= {"http.port": "0", transport: "0"}
        if self.distribution.name == "elasticsearch" and self.distribution.version[0] in "89":
            settings["xpack.security.enabled"] = "false"
        access = OPEN
        if secured:
            added, access = security.install(self._home, config)
            settings |= added
        (config / f"{self.distribution.name}.yml").write_text("".join(f"{name}: {value}\n" for name, value in settings.items()))
        for name, text in files.items():
            (config / name).parent.mkdir(parents=True, exist_ok=True)
            (config / name).write_text(text)
        # Java's own logs would go below the distribution, which is not ours to write to.
        options = (config / "jvm.options").read_text().splitlines(keepends=True)
        (config / "jvm.options").write_text("".join(line for line in options if "logs/" not in line))
        return access

    def _environment(self) -> dict[str, str]:
        prefix = "OPENSEARCH" if self.distribution.name == "opensearch" else "ES"
        environment = {
            "PATH": os.environ["PATH"],
            "JAVA_HOME": str(self._java.home),
            f"{prefix}_JAVA_HOME": str(self._java.home),
            f"{prefix}_PATH_CONF": str(self._folder / "config"),
            f"{prefix}_TMPDIR": str(self._folder / "tmp"),
            f"{prefix}_JAVA_OPTS": "-Xms512m -Xmx1g",
        }
        # For the programs that prepare its start, too.
        return environment | ({"JDK_JAVA_OPTIONS": self._java_options} if self._java_options else {})

    def _reachable(self, home: Path, for_us_alone: bool) -> Path:
        """The distribution where the engine's user can read it: a checkout below /root is closed to others."""
        is_readable = self._user is None or all(folder.stat().st_mode & 0o001 for folder in home.parents)
        if is_readable and not for_us_alone:
            return home
        copy = self._folder / "home"
        shutil.copytree(home, copy)
        return copy

    def _is_healthy(self) -> bool:
        health = f"{self.url}/_cluster/health?wait_for_status=yellow&timeout=1s"
        try:
            return self.access.session().get(health, timeout=5).ok
        except requests.ConnectionError:
            return False

    def _give_away(self) -> None:
        if self._user is None:
            return
        for path in (self._folder, *self._folder.rglob("*")):
            os.chown(path, self._user, self._user)


def _java(distribution: Distribution) -> Java:
    runtime = distribution.java()
    if runtime is None:
        raise NoJava(f"{distribution.label} needs Java {distribution.oldest_java} to {distribution.newest_java}")
    return runtime
