"""What README and docs/ say is true: blocks run, commands exist, links lead somewhere, words are in the glossary."""

import importlib
import pkgutil
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

import sennight.record
from sennight.cli import app

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "sennight"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
MAIN = typer.main.get_command(app)

FENCE = re.compile(r"^(?P<mark>```+)(?P<language>[\w-]*)[^\n]*\n(?P<body>.*?)^(?P=mark)\s*$", re.DOTALL | re.MULTILINE)
INLINE_COMMAND = re.compile(r"`(sennight [a-z][^`\n]*)`")
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)|src=\"(?P<image>[^\"]+)\"")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
PLACE = re.compile(r"\b(?:docs|runs|tests|benchmarks)/[\w./-]*\w")


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(path: Path, *languages: str) -> list[str]:
    return [m["body"] for m in FENCE.finditer(path.read_text(encoding="utf-8")) if m["language"] in languages]


def shell_lines(text: str) -> Iterator[str]:
    """Command lines, continued ones joined, prompts taken off, the program under its own name."""
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        yield line.strip().removeprefix("$ ").replace('"$sennight"', "sennight")


def commands() -> list[tuple[str, str]]:
    """(where, command) of every `sennight ...` and `make ...` in docs, scripts and messages."""
    found = []
    for page in PAGES:
        found += [(short(page), line) for block in blocks(page, "bash", "sh", "console") for line in shell_lines(block)]
    for script in sorted((ROOT / "runs").glob("*.sh")):
        found += [(short(script), line) for line in shell_lines(script.read_text(encoding="utf-8"))]
    for page in [*PAGES, *SRC.rglob("*.py")]:
        found += [(short(page), m[1]) for m in INLINE_COMMAND.finditer(page.read_text(encoding="utf-8"))]
    return [(where, line) for where, line in found if line.startswith(("sennight ", "make "))]


def words_of(line: str) -> list[str]:
    """The command's words, up to a pipe, a redirection or a comment."""
    reader = shlex.shlex(line, posix=True, punctuation_chars="|;&<>")
    reader.whitespace_split = True
    words: list[str] = []
    for word in reader:
        if word[0] in "|;&<>":
            break
        words.append(word)
    return words


def complaint(line: str) -> str:
    """What is wrong with a `sennight ...` line, or nothing."""
    verb, *rest = words_of(line)[1:]
    if verb.startswith("-"):
        return "" if verb in ("--help", "--version") else f"no option {verb}"
    known = getattr(MAIN, "commands", {})
    if verb not in known:
        return f"no verb '{verb}'"
    verbs = getattr(known[verb], "commands", {})  # of a group, such as `generate`
    if verbs:
        if not rest:
            return ""
        if rest[0] == "--help":
            return ""
        if rest[0] not in verbs:
            return f"no verb '{verb} {rest[0]}'"
        known, verb, rest = verbs, rest[0], rest[1:]
    options = {name for p in known[verb].params for name in (*p.opts, *p.secondary_opts)} | {"--help"}
    asked = {word.partition("=")[0] for word in rest if re.match(r"--?[a-z]", word)}
    return f"'{verb}' has no option {', '.join(sorted(asked - options))}" if asked - options else ""


def targets_of_make() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def readme_tree() -> list[tuple[int, str]]:
    """(depth, name) of the README's tree; several names on a line stand before two blanks, parted by a dot."""
    block = next(b for b in blocks(ROOT / "README.md", "text", "") if "├──" in b)
    found = []
    for line in block.splitlines():
        if m := re.match(r"(?P<lead>[│ ]*)[├└]── (?P<names>.+?)(?:\s{2,}.*)?$", line):
            found += [(len(m["lead"]) // 4, name.strip()) for name in m["names"].split(" · ")]
    return found


def tree_paths() -> set[str]:
    """Every path the README's tree names, relative to the repository; folders end in a slash."""
    paths, open_folders = set(), [""]
    for depth, name in readme_tree():
        del open_folders[depth + 1 :]
        path = open_folders[depth] + name
        paths.add(path)
        if name.endswith("/"):
            open_folders.append(path)
    return paths


def tracked() -> set[str]:
    """Files of the repository, without what git ignores; on a copy without git, nothing."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return {line for line in done.stdout.splitlines() if (ROOT / line).exists()}


def test_everything_in_the_readmes_tree_is_there() -> None:
    paths = tree_paths()
    assert len(paths) > 20
    assert [p for p in sorted(paths) if not ((ROOT / p).is_dir() if p.endswith("/") else (ROOT / p).is_file())] == []


def test_the_readmes_tree_names_everything_at_the_top() -> None:
    top = {p.name + "/" for p in ROOT.iterdir() if p.is_dir()} | {p.name for p in ROOT.iterdir() if p.is_file()}
    files = tracked()
    if files:
        top &= {name.split("/")[0] + "/" if "/" in name else name for name in files}
    inside = {f"src/sennight/{p.name}/" for p in SRC.iterdir() if (p / "__init__.py").is_file()}
    inside |= {f"src/sennight/{p.name}" for p in SRC.glob("*.py")}
    hidden = {name for name in top if name.startswith(".") and name != ".ci/"}
    named = tree_paths() | {p.split("/")[0] + "/" for p in tree_paths() if "/" in p}
    assert (top - hidden - {"LICENSE"}) - named == set()
    assert inside - named == set()


def test_the_readmes_two_commands_are_targets() -> None:
    named = re.findall(r"^make (\w+)", "\n".join(blocks(ROOT / "README.md", "bash")), re.MULTILINE)
    assert {"demo", "test"} <= set(named)
    assert set(named) <= targets_of_make()


def test_the_readme_has_five_lines_of_python() -> None:
    code = [b for b in blocks(ROOT / "README.md", "python") if "import sennight as sn" in b]
    assert len(code) == 1
    assert len([line for line in code[0].splitlines() if line.strip() and not line.startswith(("import", "from"))]) <= 5


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p, "python")], ids=short)
def test_python_blocks_run(page: Path, tmp_path: Path) -> None:
    """All blocks of a page in one program, as a reader would type them one after another; without shape checks."""
    program = tmp_path / f"{page.stem}.py"
    program.write_text("\n\n".join(blocks(page, "python")), encoding="utf-8")
    done = subprocess.run([sys.executable, program.name], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3_000:]


def test_examples_in_docstrings_run(tmp_path: Path) -> None:
    """As a user would type them: without shape checks, which take no int for a float."""
    files = [str(p) for p in sorted(SRC.rglob("*.py")) if re.search(r"^\s+>>> ", p.read_text("utf-8"), re.MULTILINE)]
    options = ["--doctest-modules", "--rootdir", str(ROOT), "-o", "addopts=-q --import-mode=importlib"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-p", "no:cacheprovider", "-p", "no:xdist", *files],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    passed = re.search(r"(\d+) passed", done.stdout)
    assert done.returncode == 0, done.stdout[-5_000:]
    assert passed is not None
    assert int(passed[1]) >= len(files)


def test_commands_that_are_shown_exist() -> None:
    shown = commands()
    assert len(shown) > 10
    wrong = [f"{where}: {line}: {complaint(line)}" for where, line in shown if line.startswith("sennight ")
             and complaint(line)]  # fmt: skip
    wrong += [f"{where}: {line}" for where, line in shown if line.startswith("make ")
              and line.split()[1] not in targets_of_make()]  # fmt: skip
    assert wrong == []


def test_a_command_that_does_not_exist_is_noticed() -> None:
    assert "no verb" in complaint("sennight imagine store")
    assert "no option --sed" in complaint("sennight demo synthetic --sed 3 | head --lines 3")
    assert complaint("sennight demo synthetic --seed 3 | head --lines 3") == ""


def test_relative_links_resolve() -> None:
    broken = []
    for page in PAGES:
        prose = COMMENT.sub("", FENCE.sub("", page.read_text(encoding="utf-8")))
        for match in LINK.finditer(prose):
            target = (match["target"] or match["image"]).split("#")[0]
            if target and not re.match(r"[a-z]+:", target) and not (page.parent / target).exists():
                broken.append(f"{short(page)}: {target}")
    assert broken == []


def test_places_named_in_code_and_docs_exist() -> None:
    """`docs/decisions/0007` may stand for the one file that begins so; how-to pages name files yet to be written."""
    named = [p for p in [*PAGES, *SRC.rglob("*.py"), ROOT / "Makefile"] if "docs/add" not in short(p)]
    wrong = [
        f"{short(path)}: {place}"
        for path in named
        for place in sorted(set(PLACE.findall(COMMENT.sub("", path.read_text(encoding="utf-8")))))
        if not (ROOT / place).exists() and not list(ROOT.glob(f"{place}*"))
    ]
    assert wrong == []


def test_every_noun_of_the_record_is_in_the_glossary() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    nouns = set()
    for info in pkgutil.iter_modules(sennight.record.__path__, "sennight.record."):
        module = importlib.import_module(info.name)
        nouns |= {
            n for n, c in vars(module).items() if isinstance(c, type) and c.__module__ == info.name and n[0] != "_"
        }
    assert len(nouns) > 15
    assert [noun for noun in sorted(nouns) if f"`{noun}`" not in glossary] == []


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(p.name[:4]) for p in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
