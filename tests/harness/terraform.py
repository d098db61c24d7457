"""Terraform on a copy of the module: the checkout stays as it is."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .paths import REPOSITORY

MODULE = REPOSITORY / "infra"
INSTALL = "https://developer.hashicorp.com/terraform/install"
_PROVIDER = "terraform-provider-aws_v*"
# MIRROR/registry.terraform.io/hashicorp/aws/VERSION/PLATFORM/BINARY
_MIRROR_ABOVE = 5


class TerraformError(Exception):
    """Terraform said no; says what it said."""


def copy(folder: Path) -> Path:
    """The module and its examples, beside what they take from the repository."""
    module = folder / "infra"
    shutil.copytree(MODULE, module, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
    (folder / "target").symlink_to(REPOSITORY / "target")
    return module


class Terraform:
    """Terraform in one folder."""

    def __init__(self, folder: Path, environment: dict[str, str] | None = None) -> None:
        self.folder = folder
        self._environment = os.environ | (environment or {}) | {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}

    def run(self, *arguments: str, good: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
        """One command, to its end.

        Raises `TerraformError` when it ends with another status than the good ones.
        """
        command = ["terraform", arguments[0], "-no-color", *arguments[1:]]
        done = subprocess.run(command, cwd=self.folder, env=self._environment, capture_output=True, text=True, check=False)
        if done.returncode not in good:
            said = "".join(f"\n  | {line}" for line in (done.stdout + done.stderr).splitlines()[-60:])
            raise TerraformError(f"terraform {' '.join(arguments)} in {self.folder.name}: status {done.returncode}{said}")
        return done

    def init(self, mirror: Path | None) -> None:
        """Makes the provider available: from the mirror, or from where Terraform itself looks."""
        self.run("init", "-input=false", *([f"-plugin-dir={mirror}"] if mirror else []))

    def apply(self) -> None:
        self.run("apply", "-input=false", "-auto-approve")

    def destroy(self) -> None:
        self.run("destroy", "-input=false", "-auto-approve")

    def differences(self) -> str:
        """What another apply would change: empty for nothing."""
        plan = self.run("plan", "-input=false", "-detailed-exitcode", good=(0, 2))
        return plan.stdout if plan.returncode == 2 else ""

    def resources(self) -> list[dict[str, Any]]:
        """What the state holds, of all modules."""
        return list(_resources(json.loads(self.run("show", "-json").stdout).get("values", {}).get("root_module", {})))


def _resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)


def version() -> str | None:
    """Terraform's version; none where there is no Terraform."""
    if shutil.which("terraform") is None:
        return None
    said = subprocess.run(["terraform", "version", "-json"], capture_output=True, text=True, check=True)
    return json.loads(said.stdout)["terraform_version"]


def mirrors() -> Iterator[Path | None]:
    """Where the provider may be had: as Terraform is configured, by `TF_PLUGIN_DIR`, or somewhere on this machine."""
    yield None
    if os.environ.get("TF_PLUGIN_DIR"):
        yield Path(os.environ["TF_PLUGIN_DIR"])
    find = ["find", "/", "-xdev", "-name", _PROVIDER, "-type", "f"]
    for binary in subprocess.run(find, capture_output=True, text=True, check=False).stdout.splitlines():
        yield Path(binary).parents[_MIRROR_ABOVE]


def mirror_for(folder: Path) -> Path:
    """The first of the mirrors that has the provider; what Terraform fetched for the folder is one.

    Raises `TerraformError` when none has.
    """
    problem = None
    for mirror in mirrors():
        try:
            Terraform(folder).init(mirror)
        except TerraformError as error:
            problem = problem or error
        else:
            return mirror or folder / ".terraform" / "providers"
    raise problem or TerraformError("no mirror")
