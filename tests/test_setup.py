"""Set-up: the pins, the Makefile, and what continuous integration calls."""

import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
TARGETS = ("demo", "test", "check", "bench", "setup", "clean")

NEVER_IMPORTED = {
    "tzdata": "zoneinfo reads its files",
    "beartype": "pytest hands it to jaxtyping by name",
    "pytest-xdist": "gives pytest -n",
    "pytest-cov": "gives pytest --cov",
    "fhir.resources": "imported by its submodules, fhir.resources.R4B, where a test has it",
    "pyedflib": "imported where a test has it: there is none for Python 3.13",
    "ruff": "a tool",
    "mypy": "a tool",
    "import-linter": "a tool",
}

LAZY = {
    "lightgbm": "heads",
    "pydantic-ai-slim": "agent",
    "optuna": "heads",
    "opacus": "privacy",
    "h5py": "dev",
    "mcp": "agent",
    "uvicorn": "serve",
}

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().split()
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}


def declared(extra: str | None = None) -> list[Requirement]:
    texts = PROJECT["dependencies"] if extra is None else PROJECT["optional-dependencies"][extra]
    return [r for r in map(Requirement, texts) if r.name != PROJECT["name"]]


def everything_declared() -> list[Requirement]:
    return [*declared(), *(r for extra in PROJECT["optional-dependencies"] for r in declared(extra))]


def imports_of(*folders: str) -> set[str]:
    """Distributions that files in these folders import, by canonical name."""
    names = set()
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            names |= set(re.findall(r"^\s*(?:import|from)\s+(\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    owners = packages_distributions()
    return {canonicalize_name(owner) for name in names - sys.stdlib_module_names for owner in owners.get(name, ())}


def make(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    # Under `make test` the outer make's variables are in the environment.
    ours = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "DATA", "OUT"}
    env = {key: value for key, value in os.environ.items() if key not in ours}
    return subprocess.run(["make", *arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False)


def test_torch_is_pinned_to_the_release_that_has_a_cpu_build() -> None:
    assert pins()["torch"] == "2.13.0"


def test_every_line_of_constraints_is_an_exact_pin_given_once() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line)] == []
    assert len(pins()) == len(lines)


@pytest.mark.parametrize("requirement", everything_declared(), ids=lambda r: r.name)
def test_everything_declared_is_pinned_to_a_version_it_allows(requirement: Requirement) -> None:
    pinned = pins().get(canonicalize_name(requirement.name))
    assert pinned is not None
    assert requirement.specifier.contains(pinned)


def test_everything_imported_is_declared() -> None:
    runtime = {canonicalize_name(r.name) for r in declared()}
    anything = {canonicalize_name(r.name) for r in everything_declared()}
    own = {canonicalize_name(PROJECT["name"])}
    # packaging is pytest's own.
    assert imports_of("src") - runtime - own - set(LAZY) == set()
    assert imports_of("tests", "benchmarks", "runs") - anything - own - {"packaging"} == set()


@pytest.mark.parametrize(("package", "extra"), LAZY.items())
def test_what_is_asked_for_when_used_is_in_its_extra_and_never_imported_at_the_top(package: str, extra: str) -> None:
    assert package in {canonicalize_name(r.name) for r in declared(extra)}
    lines = [line for path in (ROOT / "src").rglob("*.py") for line in path.read_text(encoding="utf-8").splitlines()]
    module = {"pydantic-ai-slim": "pydantic_ai"}.get(package, package)
    imported = [line for line in lines if re.match(rf"\s*(import|from)\s+{module}\b", line)]
    assert imported
    assert all(line.startswith(" ") for line in imported)


def test_everything_declared_is_used() -> None:
    used = imports_of("src")
    assert {r.name for r in declared() if canonicalize_name(r.name) not in used} - set(NEVER_IMPORTED) == set()
    used |= imports_of("tests", "benchmarks", "runs")
    # The other extras are what the next layers build on; they are held to their pins above.
    unused = {r.name for r in (*declared(), *declared("dev")) if canonicalize_name(r.name) not in used}
    assert unused - set(NEVER_IMPORTED) == set()


@needs_make
def test_make_alone_lists_its_targets() -> None:
    done = make()
    assert done.returncode == 0
    assert [t for t in TARGETS if f"make {t}" not in done.stdout] == []


@needs_make
@pytest.mark.parametrize("target", TARGETS)
def test_every_target_is_there(target: str) -> None:
    assert make("-n", target).returncode == 0


@needs_make
def test_demo_hands_on_a_path_with_blanks_and_quotes(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "sennight"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nfor a in "$@"; do echo "<$a>"; done\n')
    program.chmod(0o755)
    (tmp_path / ".ready").touch()
    given = make("demo", f"VENV={tmp_path}", "DATA=../my data/it's here")
    assert given.stdout.split("\n")[:4] == ["<demo>", "<../my data/it's here>", "<--out>", "<out/it's here>"]
    alone = make("demo", f"VENV={tmp_path}")
    assert alone.stdout.split("\n")[:4] == ["<demo>", "<synthetic>", "<--out>", "<out/demo>"]


@needs_make
def test_a_python_too_old_is_refused_in_one_sentence(tmp_path: Path) -> None:
    old = tmp_path / "python2"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = make("setup", f"VENV={tmp_path / 'none'}", f"PYTHON={old}")
    said = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert done.returncode != 0
    assert len(said) == 1
    assert said[0].startswith("sennight needs Python 3.11 or newer")
    assert not (tmp_path / "none").exists()


@needs_make
@pytest.mark.parametrize(("recipe", "passes"), [("@true", True), ("@false", False)])
def test_ci_runs_the_readmes_test_command_and_fails_with_it(tmp_path: Path, recipe: str, passes: bool) -> None:
    assert "\nmake test" in (ROOT / "README.md").read_text()
    script = tmp_path / ".ci" / "run"
    script.parent.mkdir()
    shutil.copy(ROOT / ".ci" / "run", script)
    assert script.stat().st_mode & stat.S_IXUSR
    (tmp_path / "Makefile").write_text(f"test:\n\t{recipe}\n")
    done = subprocess.run([str(script)], cwd="/", capture_output=True, check=False)
    assert (done.returncode == 0) is passes
