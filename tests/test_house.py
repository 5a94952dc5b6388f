"""The house's own rules, held by a machine: names, sizes, docstrings, layers, mirrors, and what nobody may call."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src" / "sennight"
TESTS = ROOT / "tests"

MAX_LINES = 500  # of a file
MAX_BODY_LINES = 60  # of a function, its docstring not counted
NAMES_WITHOUT_MEANING = {"utils", "util", "core", "common", "helpers", "helper", "misc", "manager"}

FORBIDDEN = {
    r"\banonymous": "nobody can promise that of minutes of a life; say pseudonymous or say what was removed",
    r"\bHIPAA[ -]compliant": "software is not; an organisation may be",
    r"\bclinically validated": "no clinic has",
    r"\bTODO\b": "open work belongs in an issue",
    r"\bFIXME\b": "open work belongs in an issue",
    r"/work/": "a path of one machine",
}

# Sources without a test file of their own, and what tests them instead.
NO_MIRROR = {
    **dict.fromkeys(
        (
            "__main__.py",
            "cli/agent.py",
            "cli/consent.py",
            "cli/data.py",
            "cli/learning.py",
            "cli/judging.py",
            "cli/terminal.py",
            "cli/llm.py",
            "cli/classroom.py",
        ),
        "no logic of their own; tests/cli/test_cli.py runs the verbs as their users meet them",
    ),
    "backbones/backbone.py": "a contract without code; tests/backbones/test_every_backbone.py holds its members to it",
    "readers/reader.py": "a contract; tests/readers/test_every_reader.py holds its members to it",
}

ARCHIVE_MODULES = {"zipfile", "tarfile", "xml", "lxml", "defusedxml"}
OPENS_ARCHIVES = {
    "readers/guard/archive.py": "the one place that opens archives",
    "readers/guard/xml.py": "the one place that reads XML",
    "fetch.py": "takes the one table out of a publisher's zip; readers stand beside it and cannot be imported",
}
RUNS_CODE_WHEN_LOADED = {"pickle", "_pickle", "cPickle", "cloudpickle", "dill", "shelve", "marshal"}
FORBIDDEN_CALLS = re.compile(
    r"(torch|joblib)\.(load|save|dump)\(|yaml\.(full_|unsafe_)?load(_all)?\((?!.*\b(C?SafeLoader|BaseLoader)\b)"
    r"|os\.system\(|(eval|exec)\(|.*\b(allow_pickle|shell)=True"
)
TORCHS_OWN_NAMES = {"forward"}  # the class says what it does


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def sources() -> list[Path]:
    return sorted(SRC.rglob("*.py"))


def all_python() -> list[Path]:
    return [path for top in ("src", "tests", "benchmarks", "runs") for path in sorted((ROOT / top).rglob("*.py"))]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (n for n in ast.walk(tree_of(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def imported(path: Path) -> set[str]:
    """Top-level names of everything a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def calls(path: Path) -> Iterator[str]:
    """Every call of a file, written out plainly."""
    return (ast.unparse(node) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call))


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def is_field(node: ast.AST) -> bool:
    """A property of a protocol whose body is `...`: a field, which the class describes."""
    stub = isinstance(node, ast.FunctionDef) and [ast.unparse(part) for part in node.body] == ["..."]
    return stub and [ast.unparse(d) for d in node.decorator_list] == ["property"]


def public_without_docstring(path: Path) -> Iterator[str]:
    """Public functions and classes of a module, and public methods of its public classes."""

    def look(nodes: list[ast.stmt], prefix: str) -> Iterator[str]:
        for node in nodes:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name[0] == "_":
                continue
            if ast.get_docstring(node) is None and node.name not in TORCHS_OWN_NAMES and not is_field(node):
                yield f"{path.relative_to(SRC)}: {prefix}{node.name}"
            if isinstance(node, ast.ClassDef):
                yield from look(node.body, f"{node.name}.")

    return look(tree_of(path).body, "")


def none(found: Iterable[object]) -> None:
    """Fail with the whole list, one a line."""
    lines = [str(thing) for thing in found]
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)


def test_no_module_or_folder_has_a_name_without_meaning() -> None:
    none(p for p in all_python() if NAMES_WITHOUT_MEANING & {p.stem, *p.relative_to(ROOT).parts})


def test_every_file_says_its_one_idea_first() -> None:
    none(p.relative_to(ROOT) for p in all_python() if TESTS not in p.parents and not ast.get_docstring(tree_of(p)))


def test_everything_public_has_a_docstring() -> None:
    none(line for path in sources() for line in public_without_docstring(path))


def test_no_file_outgrows_its_idea() -> None:
    sizes = {p.relative_to(ROOT): len(p.read_text(encoding="utf-8").splitlines()) for p in all_python()}
    none(f"{name}: {n} lines" for name, n in sizes.items() if n > MAX_LINES)


def test_no_function_outgrows_a_screen() -> None:
    sizes = [(path, f.name, body_lines(f)) for path in all_python() for f in functions(path)]
    none(f"{path.relative_to(ROOT)}: {name}: {n} lines" for path, name, n in sizes if n > MAX_BODY_LINES)


def test_every_source_has_a_test_of_the_same_name() -> None:
    inside = [p.relative_to(SRC) for p in sources() if p.name != "__init__.py"]
    mirror = {p: TESTS / p.parent / f"test_{p.name}" for p in inside if p.as_posix() not in NO_MIRROR}
    none(f"{source} wants {test.relative_to(ROOT)}" for source, test in mirror.items() if not test.is_file())


def test_exceptions_are_still_needed() -> None:
    none(name for name in NO_MIRROR if not (SRC / name).is_file())
    none(name for name in OPENS_ARCHIVES if not imported(SRC / name) & ARCHIVE_MODULES)


def test_nothing_claims_what_it_may_not() -> None:
    patterns = {re.compile(p, re.IGNORECASE if p.islower() else 0): why for p, why in FORBIDDEN.items()}
    texts = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "Makefile", *(ROOT / "runs").glob("*.*")]
    texts += [p for p in SRC.rglob("*") if p.suffix in (".py", ".yaml", ".html", ".j2", ".css")]
    none(
        f"{path.relative_to(ROOT)}:{i}: {match[0]}: {why}"
        for path in texts
        for i, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        for pattern, why in patterns.items()
        if (match := pattern.search(line))
    )


def test_only_the_guard_opens_archives_and_xml() -> None:
    """X-07."""
    openers = {
        p.relative_to(SRC).as_posix()
        for p in sources()
        if imported(p) & ARCHIVE_MODULES or any(c.startswith("shutil.unpack_archive(") for c in calls(p))
    }
    none(openers - set(OPENS_ARCHIVES))


def test_nothing_can_run_code_that_came_in_a_file() -> None:
    shipped = [p for p in all_python() if TESTS not in p.parents]
    none(f"{p.relative_to(ROOT)} imports {m}" for p in shipped for m in imported(p) & RUNS_CODE_WHEN_LOADED)
    none(f"{p.relative_to(ROOT)}: {c}" for p in shipped for c in calls(p) if FORBIDDEN_CALLS.match(c))


@pytest.mark.parametrize(
    ("call", "forbidden"),
    [
        ("torch.load(path)", True),
        ("np.load(path, allow_pickle=True)", True),
        ("yaml.load(text, Loader=yaml.FullLoader)", True),
        ("yaml.load(text, Loader=yaml.BaseLoader)", False),
        ("exec(answer)", True),
        ("model.eval()", False),
        ("checkpoint.load(path)", False),
    ],
)
def test_a_forbidden_call_is_noticed(call: str, forbidden: bool) -> None:
    assert bool(FORBIDDEN_CALLS.match(call)) is forbidden


def test_imports_point_down() -> None:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-1_000:]


def test_every_top_level_name_has_a_layer() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = {name.strip() for layer in contracts[0]["layers"] for name in layer.split("|")}
    there = {p.stem for p in SRC.glob("*.py")} | {p.parent.name for p in SRC.glob("*/__init__.py")}
    assert there - {"__init__"} == layers


def test_the_version_is_the_same_everywhere_and_has_an_entry() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f'__version__ = "{version}"' in (SRC / "__init__.py").read_text()
    assert re.search(rf"^## {re.escape(version)}\b", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
