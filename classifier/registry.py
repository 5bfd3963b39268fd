"""Saved versions: written whole or not at all, checked before joblib reads them, switched in one step.

A version is a folder `<UTC time>-<5 characters of content hash>` holding `model.joblib` and `manifest.json`
(library versions, data hash, figures, checksum). The file `current` names the version that serves.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import joblib

from classifier.model import Model

MODELS = Path("models")
_FORMAT = 4  # raise it when what is saved changes: older versions are then refused, not misread
STALE_SECONDS = 3600.0  # a draft as old as this has nobody who writes it
_PINNED = ("scikit-learn", "numpy", "scipy", "joblib", "spacy")


class RegistryError(Exception):
    """A version cannot be saved or served; the text is meant for the person who operates Rung."""


class Outdated(RegistryError):
    """A version was made by another Rung or another scikit-learn; training again mends it."""


@dataclass(frozen=True)
class Version:
    """A saved version: its name and what its manifest says."""

    name: str
    manifest: dict[str, Any]


class Registry:
    """The versions in one folder."""

    def __init__(self, root: Path = MODELS) -> None:
        self.root = root

    def save(
        self, model: Model, about: dict[str, Any], now: datetime | None = None, *, serve: bool = True
    ) -> str:
        """Write a version whole and return its name; `serve` makes it current. `about` joins the manifest."""
        self.root.mkdir(parents=True, exist_ok=True)
        self._sweep()
        # Renamed only when complete: a crash leaves nothing that looks like a version.
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=self.root))
        try:
            joblib.dump(model, draft / "model.joblib", compress=3)
            checksum = _sha256(draft / "model.joblib")
            at = now or datetime.now(UTC)
            name = f"{at:%Y%m%dT%H%M%SZ}-{checksum[:5]}"
            libraries = {name: version(name) for name in _PINNED} | {"python": platform.python_version()}
            manifest = {"format": _FORMAT, "made": at.isoformat(timespec="seconds"), "sha256": checksum}
            manifest |= {"libraries": libraries, **about}
            (draft / "manifest.json").write_text(
                json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8"
            )
            draft.chmod(0o755)
            draft.rename(self.root / name)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        if serve:
            self.promote(name)
        return name

    def _sweep(self) -> None:
        """Drop drafts that a killed training left behind."""
        for draft in self.root.glob(".draft-*"):
            if time.time() - draft.stat().st_mtime > STALE_SECONDS:
                shutil.rmtree(draft, ignore_errors=True)

    def promote(self, name: str, by: str = "") -> None:
        """Make a saved version the one that serves, for everyone at once; `by` is noted."""
        self.manifest(name)
        draft = self.root / f".current-{os.getpid()}"
        draft.write_text(name + "\n", "utf-8")
        draft.replace(self.root / "current")
        note = {"version": name, "by": by, "at": datetime.now(UTC).isoformat(timespec="seconds")}
        with (self.root / "promotions.jsonl").open("a", encoding="utf-8") as notes:
            notes.write(json.dumps(note) + "\n")

    def promoted_by(self) -> dict[str, tuple[str, str]]:
        """For each version that ever served: who made it so last, and when."""
        path = self.root / "promotions.jsonl"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return {note["version"]: (note["by"], note["at"]) for note in map(json.loads, lines)}

    def current(self) -> str | None:
        """Name of the version that serves; None before the first training."""
        pointer = self.root / "current"
        return pointer.read_text("utf-8").strip() if pointer.exists() else None

    def versions(self) -> list[Version]:
        """All saved versions, newest first."""
        names = sorted((path.parent.name for path in self.root.glob("[0-9]*/manifest.json")), reverse=True)
        return [Version(name, self.manifest(name)) for name in names]

    def load(self, name: str | None = None) -> tuple[Model, str]:
        """The model of a version (default: current) and the version's name.

        Raises:
            Outdated: made by another scikit-learn or another Rung.
            RegistryError: no such version, or one that was changed or cut short.
        """
        chosen = name or self.current()
        if chosen is None:
            raise RegistryError(f"There is no trained model in {self.root}. Run `rung train` first.")
        manifest = self.manifest(chosen)
        made_by, here = manifest["libraries"]["scikit-learn"], version("scikit-learn")
        if made_by.split(".")[:2] != here.split(".")[:2]:
            raise Outdated(
                f"Model {chosen} was made with scikit-learn {made_by}, this is {here}. "
                "Run `rung train` again."
            )
        if manifest.get("format") != _FORMAT:
            raise Outdated(f"Model {chosen} was made by another version of Rung. Run `rung train` again.")
        path = self.root / chosen / "model.joblib"
        if not path.exists() or _sha256(path) != manifest["sha256"]:
            raise RegistryError(f"Model {chosen} was changed or cut short. Run `rung train` again.")
        model: Model = joblib.load(path)
        return model, chosen

    def manifest(self, name: str) -> dict[str, Any]:
        """What is known of a version.

        Raises:
            RegistryError: no such version, or its manifest is broken.
        """
        path = self.root / name / "manifest.json"
        if "/" in name or not path.exists():
            raise RegistryError(f"There is no model version {name} in {self.root}.")
        try:
            manifest: dict[str, Any] = json.loads(path.read_text("utf-8"))
            manifest["sha256"], manifest["libraries"]["scikit-learn"]
        except (ValueError, KeyError, TypeError) as error:
            raise RegistryError(
                f"The manifest of model {name} cannot be read. Run `rung train` again."
            ) from error
        return manifest


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
