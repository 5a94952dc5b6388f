"""The command line as its users meet it: verbs that chain and can be repeated, and one error block for each mistake.

The chain runs once, in this process, on a few synthetic people; what only a new process shows is asked of one.
"""

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sennight import cli
from sennight.errors import InputError

VERBS = ("demo", "fetch", "read", "prepare", "pretrain", "embed", "evaluate", "list", "show")
MAIN = "from sennight.cli import main; main()"
PEOPLE, DAYS = 54, 3  # as few as leave a question that can be assessed
SOURCE = f"synthetic:people={PEOPLE},days={DAYS},channels=steps"
TINY = (
    "--recipe", "demo", "--set", "steps=2", "--set", "batch=8", "--set", "save_every=1", "--set", "validate_windows=8",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What a command left: exit code, stdout, stderr."""

    code: object
    out: str
    err: str


def sennight(*words: object) -> Ended:
    """Run a verb in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        cli.main([str(word) for word in words])
    return Ended(code=ended.value.code or 0, out=out.getvalue(), err=err.getvalue())


def process(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a whole chain: store, run with folds, embeddings, result and page."""
    out = tmp_path_factory.mktemp("chain")
    for words in chain(out):
        ended = sennight(*words)
        assert ended.code == 0, ended.err
    return out


def chain(out: Path) -> list[tuple[object, ...]]:
    store, run, model, engineered = out / "store", out / "run", out / "model", out / "engineered.parquet"
    return [
        ("prepare", SOURCE, "--out", store),
        ("pretrain", store, "--out", run, "--folds", 2, "--threads", 1, *TINY),
        ("embed", store, "--backbone", run, "--out", model, "--threads", 1),
        ("embed", store, "--backbone", "engineered", "--out", engineered, "--threads", 1),
        (
            "evaluate", store, "--embedding", f"sennight-xxs={model}", "--embedding", f"engineered={engineered}",
            "--run", run, "--folds", 2, "--replicates", 100, "--jobs", 1, "--out", out / "evaluation",
        ),
    ]  # fmt: skip


# --- help and lists ---


def test_help_names_every_verb_and_needs_no_torch() -> None:
    ended = process("-X", "importtime", "-c", MAIN, "--help")
    assert ended.returncode == 0
    listed = [line.split()[0] for line in ended.stdout.partition("Commands:")[2].splitlines() if line.strip()]
    assert [verb for verb in VERBS if verb not in listed] == []
    assert not re.search(r"\| +(torch|polars|sklearn|matplotlib)$", ended.stderr, re.MULTILINE)


def test_importing_sennight_or_listing_readers_stays_light() -> None:
    code = (
        "import sys; from sennight import cli; import sennight.printing\n"
        "try: cli.main(['list', 'readers'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'torch', 'sklearn', 'matplotlib'} & set(sys.modules)))"
    )
    assert (
        process("-c", "import sennight, sys; print(len({'torch', 'polars', 'sklearn'} & set(sys.modules)))").stdout
        == "0\n"
    )
    assert process("-c", code).stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("shelf", ["readers", "backbones", "tasks", "heads", "channels", "recipes", "datasets"])
def test_every_shelf_is_listed_without_a_line_being_broken(shelf: str) -> None:
    from sennight.printing import shelf_table

    ended = sennight("list", shelf)
    assert (ended.code, ended.out) == (0, shelf_table(shelf) + "\n")


# --- the chain ---


def test_reading_synthetic_people_says_what_is_in_them() -> None:
    ended = sennight("read", "synthetic:people=3,days=2")
    assert ended.code == 0
    assert "people: 3; dates: " in ended.out
    assert "heart_rate" in ended.out
    assert "Read: 3 of 3 people" in ended.err
    assert sennight("import", "synthetic:people=3,days=2").out == ended.out


def test_the_chain_ends_with_a_result_and_a_page(made: Path) -> None:
    assert (made / "evaluation" / "report.html").stat().st_size > 10_000
    shown = sennight("show", made / "evaluation" / "result")
    assert shown.code == 0
    assert "sennight-xxs" in shown.out
    assert max(map(len, shown.out.splitlines())) <= 120


def test_the_command_on_the_page_computes_every_number_again(made: Path) -> None:
    page = json.loads((made / "evaluation" / "report.json").read_text())
    words = page["run"]["recompute"].split()
    assert words[0] == "sennight"
    ended = sennight(*words[1:])
    assert ended.code == 0, ended.err
    assert "numbers are the same" in ended.out


def test_every_stage_can_be_run_again_and_leaves_the_same_numbers(made: Path) -> None:
    before = numbers(made)
    store = (made / "store" / "manifest.json").read_bytes()
    for words in chain(made):
        ended = sennight(*words)
        assert ended.code == 0, ended.err
    assert numbers(made) == before
    assert (made / "store" / "manifest.json").read_bytes() == store


def numbers(made: Path) -> list[object]:
    """What must not change when a stage is repeated; files may differ in how they are packed."""
    vectors = pl.read_parquet(made / "model" / "fold-1.parquet")["values"].to_numpy()
    return [np.asarray(vectors).tobytes(), (made / "evaluation" / "result" / "result.json").read_text()]


@pytest.mark.parametrize(
    ("artifact", "words"),
    [
        ("store", "a store of person-days, complete"),
        ("run", "a pretraining run with 2 folds"),
        ("run/fold-0", "a pretraining run, finished"),
        ("run/fold-0/model", "a checkpoint of a day_transformer"),
        ("model", "2 embeddings, one a fold"),
        ("engineered.parquet", "an embedding: "),
        ("evaluation", "a report: "),
    ],
)
def test_every_artifact_of_the_chain_can_be_shown(made: Path, artifact: str, words: str) -> None:
    ended = sennight("show", made / artifact)
    assert ended.code == 0
    assert ended.out.startswith(words)


def test_nothing_but_the_owner_can_read_a_store(made: Path) -> None:
    files = [p for p in (made / "store").rglob("*") if p.is_file()]
    assert files
    assert [p.name for p in files if p.stat().st_mode & 0o077] == []


# --- mistakes ---


def one_block(ended: Ended, *, what: str, where: object = None, todo: str = "") -> None:
    """Exit code 2 and one error: what was wrong, where, what to do; progress may stand before it."""
    assert ended.code == 2, (ended.out, ended.err)
    assert "Traceback" not in ended.err + ended.out
    lines = ended.err.splitlines()
    starts = [i for i, line in enumerate(lines) if re.match(r"[A-Z]\w*Error: ", line)]
    assert len(starts) == 1, ended.err
    first, *rest = lines[starts[0] :]
    assert re.search(what, first), first
    assert all(line.startswith("  ") for line in rest), ended.err
    if where is not None:
        assert rest[0] in (f"  in {where}", f"  in {Path(str(where)).name}"), ended.err
    assert re.search(todo, rest[-1] if rest else ""), ended.err
    assert len(rest) == (where is not None) + bool(todo), ended.err


def minutes(**columns: object) -> pl.DataFrame:
    time = pl.Series([f"2024-03-04T{i // 60:02d}:{i % 60:02d}:00" for i in range(1440)])
    pulse = 70 + 10 * np.sin(np.arange(1440) / 30).round(1)  # a pulse that never moves would count as not worn
    return pl.DataFrame({"person": "a", "time": time, "heart_rate": pulse, **columns})


def cut_parquet(path: Path) -> None:
    minutes().write_parquet(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


BAD_SOURCES: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "cut.parquet": (cut_parquet, "damaged or cut short", "again"),
    "wrong.csv": (lambda p: minutes().rename({"heart_rate": "hart"}).write_csv(p), "no mapping that fits", "Needed"),
    "export.pdf": (lambda p: p.write_bytes(b"%PDF-1.7 ..."), "a PDF document that no reader knows", "list readers"),
    "broken.zip": (lambda p: p.write_bytes(b"PK\x03\x04broken"), "zip archive that is damaged", "again"),
    "empty.csv": (lambda p: p.write_bytes(b""), "an empty file", "again"),
    "empty": (lambda p: p.mkdir(), "an empty folder", "unpacked"),
    "nowhere": (lambda p: None, "no such file or folder", "Check the path"),
}


@pytest.mark.parametrize("name", BAD_SOURCES)
def test_a_source_that_cannot_be_used_is_one_error_and_leaves_no_store(tmp_path: Path, name: str) -> None:
    make, what, todo = BAD_SOURCES[name]
    make(tmp_path / name)
    ended = sennight("prepare", tmp_path / name, "--out", tmp_path / "out")
    one_block(ended, what=what, where=tmp_path / name, todo=todo)
    assert not (tmp_path / "out").exists()
    one_block(sennight("read", tmp_path / name), what=what, where=tmp_path / name, todo=todo)


def test_an_export_in_which_nothing_was_worn_leaves_no_store_behind(tmp_path: Path) -> None:
    minutes(on_body=0).write_csv(tmp_path / "off.csv")
    ended = sennight("prepare", tmp_path / "off.csv", "--out", tmp_path / "out")
    one_block(ended, what="nothing was measured|no minute was worn", where=tmp_path / "off.csv", todo="sennight read")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "what", "todo"),
    [
        (("pretrain", "STORE", "--recipe", "dmo", "--out", "OUT"), "no recipe 'dmo'", "'demo'"),
        (("pretrain", "STORE", *TINY, "--set", "stepz=3", "--out", "OUT"), "no setting 'stepz'", "'steps'"),
        (("embed", "STORE", "--backbone", "random_init:engineered", "--out", "OUT"), "random_init:engineered", ""),
        (("fetch", "nhanes-2005", "--out", "OUT"), "data set 'nhanes-2005' is not known", "'nhanes-2005-2006'"),
        (("list", "recipe"), "no shelf 'recipe'", "'recipes'"),
        (("evaluate", "STORE", "--embedding", "engineered", "--out", "OUT"), "key=value", "Write"),
        (("evaluate", "STORE", "--embedding", "a=b", "--head", "liner", "--out", "OUT"), "no head 'liner'", "'linear'"),
        (("few-shot", "STORE", "--embedding", "engineered", "--out", "OUT"), "key=value", "Write"),
        (("distill", "STORE", "--embedding", "a", "--head", "linear", "--out", "OUT"), "has no teacher", "distilled"),
        (("evaluate", "STORE", "--embedding", "a=MODEL", "--folds", "3", "--out", "OUT"), "2 embeddings for 3", "Give"),
    ],
)
def test_a_word_that_is_not_known_is_one_error_and_leaves_nothing(
    made: Path, tmp_path: Path, words: tuple[str, ...], what: str, todo: str
) -> None:
    places = {"STORE": str(made / "store"), "OUT": str(tmp_path / "out"), "a=MODEL": f"a={made / 'model'}"}
    one_block(sennight(*(places.get(word, word) for word in words)), what=what, todo=todo)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("pretrain", "STORE", "--recipe", "demo", "--out", "OUT"),
        ("embed", "STORE", "--backbone", "engineered", "--out", "OUT"),
        ("evaluate", "STORE", "--embedding", "a=b", "--out", "OUT"),
        ("few-shot", "STORE", "--embedding", "a=b", "--out", "OUT"),
        ("distill", "STORE", "--embedding", "a", "--out", "OUT"),
    ],
)
def test_a_store_that_is_none_is_one_error_in_every_verb(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "a.csv").write_text("person,time\n")
    for store in (tmp_path / "a.csv", tmp_path, tmp_path / "nowhere"):
        places = {"STORE": store, "OUT": tmp_path / "out"}
        ended = sennight(*(places.get(word, word) for word in words))
        one_block(ended, what="no store here", where=store, todo="sennight prepare")
    assert not (tmp_path / "out").exists()


def test_a_backbone_or_an_embedding_that_is_not_there_is_one_error(made: Path, tmp_path: Path) -> None:
    store, nowhere, out = made / "store", tmp_path / "nowhere", tmp_path / "out"
    ended = sennight("embed", store, "--backbone", nowhere, "--out", out)
    one_block(ended, what="no checkpoint here", where=nowhere, todo=r"config\.json")
    ended = sennight("evaluate", store, "--embedding", f"a={nowhere}", "--out", out)
    one_block(ended, what="no embedding here", where=nowhere, todo="sennight embed")
    assert not out.exists()


def test_a_folder_that_holds_something_else_is_left_as_it_was(made: Path, tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine")
    ended = sennight("prepare", SOURCE.replace(str(PEOPLE), "1"), "--out", tmp_path)
    one_block(ended, what="not empty and no store", where=tmp_path, todo="empty folder")
    assert [p.name for p in tmp_path.iterdir()] == ["diary.txt"]
    ended = sennight("pretrain", made / "store", "--out", made / "run" / "fold-0", *TINY, "--set", "seed=1")
    one_block(ended, what="no setting 'seed'")
    ended = sennight("pretrain", made / "store", "--out", made / "run" / "fold-0", *TINY, "--seed", 1)
    one_block(ended, what="another pretraining run lives here", where=made / "run" / "fold-0", todo="--out")


def test_a_demo_on_a_source_that_cannot_be_read_is_one_error_and_leaves_nothing(tmp_path: Path) -> None:
    ended = sennight("demo", tmp_path / "nowhere", "--out", tmp_path / "out", "--jobs", 1)
    one_block(ended, what="no such file or folder", where=tmp_path / "nowhere", todo="Check the path")
    assert not (tmp_path / "out").exists()


def test_showing_what_is_nothing_of_ours_is_one_error(tmp_path: Path) -> None:
    one_block(sennight("show", tmp_path), what="this is not a store", where=tmp_path, todo="sennight read")
    gone = tmp_path / "gone"
    one_block(sennight("show", gone), what="no such file or folder", where=gone, todo="Check the path")


@pytest.mark.parametrize(
    "words", [("prepare", "synthetic"), ("list",), ("bogus",), ("embed", "x", "--threads", "many")]
)
def test_a_command_that_is_not_whole_exits_with_2(words: tuple[str, ...]) -> None:
    ended = sennight(*words)
    assert ended.code == 2
    assert "Usage:" in ended.err


# --- how a process ends ---


def test_a_new_process_exits_with_2_and_writes_errors_to_stderr_alone(tmp_path: Path) -> None:
    ended = process("-c", MAIN, "read", str(tmp_path / "nowhere"))
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "ReadError: there is no such file or folder\n  in " in ended.stderr
    assert "Traceback" not in ended.stderr


def test_stopping_with_ctrl_c_says_that_one_can_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(shelf: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("sennight.printing.shelf_table", stopped)
    ended = sennight("list", "readers")
    assert ended.code == 130
    assert "the same command continues" in ended.err


def test_a_bug_of_ours_is_not_called_the_users_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(shelf: str) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr("sennight.printing.shelf_table", broken)
    with pytest.raises(ZeroDivisionError):
        cli.main(["list", "readers"])


def test_a_reader_who_leaves_early_is_no_error() -> None:
    running = subprocess.Popen(
        [sys.executable, "-c", MAIN, "list", "tasks"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    assert running.wait(timeout=120) == 0
    assert running.stderr.read() == b""
    running.stderr.close()


def test_a_name_in_an_error_cannot_steer_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    def hostile(shelf: str) -> str:
        raise InputError("a \x1b[2J name", where="zip/\x07member", todo="[red]Look[/red] at it.")

    monkeypatch.setattr("sennight.printing.shelf_table", hostile)
    ended = sennight("list", "readers")
    assert ended.err == "InputError: a ?[2J name\n  in zip/?member\n  [red]Look[/red] at it.\n"


@pytest.mark.skipif(os.name == "nt", reason="permissions are POSIX")
def test_output_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = sennight("prepare", "synthetic:people=1,days=1,channels=steps", "--out", tmp_path / "file" / "store")
    assert ended.code == 2
    assert "Traceback" not in ended.err


def test_it_says_which_version_it_is_also_where_the_script_is_not_on_the_path() -> None:
    import sennight as package

    assert sennight("--version").out == f"sennight {package.__version__}\n"
    ended = process("-m", "sennight", "--version")
    assert (ended.returncode, ended.stdout) == (0, f"sennight {package.__version__}\n")
