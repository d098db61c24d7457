"""How an engine is reached: in the clear and by anybody, or by TLS and with a password."""

from dataclasses import dataclass
from pathlib import Path

import requests


@dataclass(frozen=True)
class Access:
    """What a client needs beside the address."""

    ca_file: Path | None = None
    username: str = ""
    password: str = ""

    @property
    def scheme(self) -> str:
        return "https" if self.ca_file else "http"

    def session(self) -> requests.Session:
        """A client that may."""
        session = requests.Session()
        # A certificate bundle named by the environment would come before ours.
        session.trust_env = False
        if self.ca_file:
            session.verify = str(self.ca_file)
            session.auth = (self.username, self.password)
        return session

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which Albatross may, too."""
        if not self.ca_file:
            return {}
        return {
            "ALBATROSS_USERNAME": self.username,
            "ALBATROSS_PASSWORD": self.password,
            "ALBATROSS_CA_FILE": str(self.ca_file),
        }


OPEN = Access()
