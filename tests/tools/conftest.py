"""The tools under test are scripts beside this folder: each is loaded as a module."""
import importlib
import importlib.util
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent.parent


def load_script(name):
    spec = importlib.util.spec_from_file_location(name.replace("-", "_"), TESTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def aggregate():
    return load_script("aggregate")


@pytest.fixture
def lint_includes():
    return load_script("lint-includes")


@pytest.fixture
def run_fuzz():
    return load_script("run-fuzz")


@pytest.fixture
def bench(monkeypatch):
    """The modules of the benchmark's driver, by name."""
    monkeypatch.syspath_prepend(str(TESTS / "bench"))
    return lambda name: importlib.import_module(f"driver.{name}")


@pytest.fixture
def differential(monkeypatch):
    """The modules of the differential test, by name."""
    for folder in ("bench", "system", "differential"):
        monkeypatch.syspath_prepend(str(TESTS / folder))
    return lambda name: importlib.import_module(f"differ.{name}")


@pytest.fixture
def figures(monkeypatch):
    """The modules of the lab's figures, by name."""
    monkeypatch.syspath_prepend(str(TESTS / "lab"))
    return lambda name: importlib.import_module(f"figures.{name}")
