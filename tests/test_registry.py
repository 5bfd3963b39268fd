import json
import shutil
from pathlib import Path

import pytest

from classifier.registry import Registry, RegistryError


@pytest.fixture
def copy(models: Path, tmp_path: Path) -> Registry:
    shutil.copytree(models, tmp_path / "models")
    return Registry(tmp_path / "models")


def model_file(registry: Registry) -> Path:
    return registry.root / (registry.current() or "") / "model.joblib"


def test_a_version_is_named_by_time_and_content_and_tells_its_data(copy: Registry) -> None:
    (version,) = copy.versions()
    assert version.name == copy.current()
    assert version.name.endswith(version.manifest["sha256"][:5])
    assert version.manifest["cases"] == sum(version.manifest["labels"].values())
    assert {"scikit-learn", "numpy", "python"} <= set(version.manifest["libraries"])


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_a_file_cut_short_is_refused(copy: Registry, share: float) -> None:
    path = model_file(copy)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(RegistryError, match="changed or cut short"):
        copy.load()


def test_one_flipped_bit_is_refused(copy: Registry) -> None:
    path = model_file(copy)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(RegistryError, match="changed or cut short"):
        copy.load()


def test_a_version_of_another_scikit_learn_is_refused(copy: Registry) -> None:
    path = model_file(copy).with_name("manifest.json")
    manifest = json.loads(path.read_text("utf-8"))
    manifest["libraries"]["scikit-learn"] = "0.24.2"
    path.write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(RegistryError, match=r"made with scikit-learn 0\.24\.2"):
        copy.load()


def test_a_broken_manifest_is_refused(copy: Registry) -> None:
    model_file(copy).with_name("manifest.json").write_text("{", "utf-8")
    with pytest.raises(RegistryError, match="manifest"):
        copy.load()


def test_without_a_version_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="rung train"):
        Registry(tmp_path).load()


@pytest.mark.parametrize("name", ["../elsewhere", "20200101T000000Z-00000"])
def test_only_a_saved_version_can_be_promoted(copy: Registry, name: str) -> None:
    before = copy.current()
    with pytest.raises(RegistryError, match="no model version"):
        copy.promote(name)
    assert copy.current() == before
