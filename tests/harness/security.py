"""OpenSearch's security plugin: TLS by an authority of our own, and users with passwords."""

import shutil
from pathlib import Path

from .access import Access
from .authority import Authority
from .distribution import SECURITY_PLUGIN, Distribution
from .server import LOOPBACK

# The plugin's own demo user; its hash is in the configuration that the plugin brings.
_ADMIN = "admin"


def has_plugin(distribution: Distribution) -> bool:
    """Whether there is a plugin for this very release."""
    return f"{distribution.name}-{distribution.version}" == SECURITY_PLUGIN.fits


def install(home: Path, config: Path) -> tuple[dict[str, str], Access]:
    """Puts the plugin into a distribution of one's own, and certificates into its configuration; gives the settings
    that it wants, and how the engine is reached then.
    """
    plugin = SECURITY_PLUGIN.fetch()
    shutil.copytree(plugin, home / "plugins" / "opensearch-security", dirs_exist_ok=True)
    shutil.copytree(plugin / "config", config / "opensearch-security")
    authority = Authority("Albatross tests")
    certificate, key = authority.issue(LOOPBACK)
    for name, content in (("ca.pem", authority.pem), ("node.pem", certificate), ("node.key", key)):
        (config / name).write_bytes(content)
    settings = {
        "plugins.security.allow_default_init_securityindex": "true",
        "plugins.security.restapi.roles_enabled": "[all_access]",
        "plugins.security.ssl.http.enabled": "true",
        "plugins.security.ssl.transport.enforce_hostname_verification": "false",
    }
    for layer in ("http", "transport"):
        settings |= {
            f"plugins.security.ssl.{layer}.pemcert_filepath": "node.pem",
            f"plugins.security.ssl.{layer}.pemkey_filepath": "node.key",
            f"plugins.security.ssl.{layer}.pemtrustedcas_filepath": "ca.pem",
        }
    return settings, Access(config / "ca.pem", _ADMIN, _ADMIN)
