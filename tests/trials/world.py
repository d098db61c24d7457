"""The servers, and the proxies before them: what all trials of a process share."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from harness import faults
from harness.faults import Faults, Rates
from harness.lasting import Rule
from harness.proxy import Proxy
from harness.storage import Storage

from .tally import Tally


@dataclass
class World:
    """A storage, an engine, and proxies in which faults happen."""

    storage: Storage
    engine_url: str
    s3: Proxy
    engine: Proxy
    tally: Tally = field(default_factory=Tally)

    @property
    def proxies(self) -> tuple[Proxy, Proxy]:
        return self.s3, self.engine

    @contextmanager
    def faults(self, seed: str, engine: Rates, s3: Rates) -> Iterator[None]:
        """Faults that pass happen meanwhile."""
        self.engine.faults = Faults(f"engine {seed}", engine, faults.engine)
        self.s3.faults = Faults(f"s3 {seed}", s3, faults.s3)
        try:
            yield
        finally:
            for proxy in self.proxies:
                assert proxy.faults
                self.tally.injected.update(proxy.faults.injected())
                self.tally.requests += proxy.faults.requests
                proxy.faults = None

    @contextmanager
    def lasting(self, *, s3: tuple[Rule, ...] = (), engine: tuple[Rule, ...] = ()) -> Iterator[None]:
        """Faults that do not pass happen meanwhile."""
        self.s3.rules[:], self.engine.rules[:] = s3, engine
        try:
            yield
        finally:
            for proxy in self.proxies:
                self.tally.injected.update(proxy.met)
                proxy.met.clear()
                proxy.rules.clear()


@contextmanager
def world(storage: Storage, engine_url: str) -> Iterator[World]:
    """Proxies before both servers."""
    with Proxy("s3", storage.url) as s3, Proxy("engine", engine_url) as engine:
        yield World(storage, engine_url, s3, engine)
