"""run-fuzz.py: bounded runs that end in a table, findings that can be replayed, a corpus that stays small."""
import os
import stat

import pytest

# A stand-in for a libFuzzer target: does what the test says, and writes as libFuzzer does.
FAKE = """#!/usr/bin/python3
import pathlib, shutil, sys
options = [word for word in sys.argv[1:] if word.startswith("-")]
folders = [pathlib.Path(word) for word in sys.argv[1:] if not word.startswith("-")]
print(" ".join(options), file=open(pathlib.Path(sys.argv[0]).parent / "options", "w"))
if "-merge=1" in options:
    for folder in folders[1:]:
        for path in folder.iterdir():
            if b"dull" not in path.read_bytes():
                shutil.copy(path, folders[0] / ("merged-" + path.name))
    sys.exit(0)
print("#2\\tINITED cov: 10 ft: 11 corp: 1/1b exec/s: 0 rss: 30Mb", file=sys.stderr)
print("#700\\tDONE   cov: 40 ft: 90 corp: 7/50b lim: 8 exec/s: 100 rss: 30Mb", file=sys.stderr)
"""
BROKEN = """
print("SUMMARY: libFuzzer: deadly signal", file=sys.stderr)
print("artifact_prefix='x'; Test unit written to /somewhere/crash-1234", file=sys.stderr)
sys.exit(77)
"""


@pytest.fixture
def run(run_fuzz, tmp_path, monkeypatch, capsys):
    """Runs the script on fake targets in tmp_path: (exit status, what it printed)."""
    monkeypatch.setenv("PROXIMA_SRCDIR", str(tmp_path / "source"))
    monkeypatch.setenv("PROXIMA_BUILDDIR", str(tmp_path / "build"))

    def run_it(*arguments):
        code = run_fuzz.main(list(arguments))
        return code, capsys.readouterr().out

    return run_it


@pytest.fixture
def target(tmp_path):
    def make(name, program=FAKE):
        path = tmp_path / name
        path.write_text(program)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    return make


@pytest.fixture
def corpus(tmp_path):
    """Writes inputs: kept ones in the source folder, or found ones in the build folder."""

    def write(place, **inputs):
        folder = tmp_path / {"kept": "source/tests/fuzz/corpus/a", "found": "build/tests/fuzz/found/a"}[place]
        folder.mkdir(parents=True)
        for name, content in inputs.items():
            (folder / name).write_text(content)
        return folder

    return write


def test_good_run_is_a_row(run, target):
    code, out = run("check", "--seconds", "3", target("fuzz_a"), target("fuzz_b"))
    assert code == 0
    rows = [line.split() for line in out.splitlines()]
    assert rows[0][:2] == ["2", "targets,"]
    assert rows[2:] == [["a", "700", "40", "7", "ok"], ["b", "700", "40", "7", "ok"]]


def test_time_is_bounded(run, target, tmp_path):
    run("check", "--seconds", "3", target("fuzz_a"))
    assert "-max_total_time=3" in (tmp_path / "options").read_text().split()


def test_finding_says_how_to_replay_it(run, target, tmp_path):
    broken = target("fuzz_a", FAKE + BROKEN)
    code, out = run("check", broken, target("fuzz_b"))
    assert code == 1
    assert "BROKEN, exit status 77" in out
    assert f"PROXIMA_SRCDIR={tmp_path}/source {broken} /somewhere/crash-1234" in out
    assert "b                 700        40       7  ok" in out, "the other targets run all the same"
    assert (tmp_path / "build/tests/fuzz/broken/a.log").read_text().count("deadly signal") == 1


def test_words_of_the_target(run, target, tmp_path):
    words = tmp_path / "source/tests/fuzz/a.dict"
    words.parent.mkdir(parents=True)
    words.write_text('"word"\n')
    run("check", target("fuzz_a"))
    assert f"-dict={words}" in (tmp_path / "options").read_text().split()


def test_keep_replaces_what_is_kept(run, target, corpus):
    kept = corpus("kept", seed="of use", named="dull, but named", **{"0a" * 20: "dull", "0b" * 20: "of some use"})
    corpus("found", new="of more use", same="of use", late="dull too")
    code, out = run("keep", target("fuzz_a"))
    assert code == 0
    assert {path.name: path.read_text() for path in kept.iterdir()} == {
        "seed": "of use", "named": "dull, but named", "0b" * 20: "of some use", "merged-new": "of more use"}
    assert "4 inputs" in out


def test_keep_changes_nothing_when_a_merge_fails(run, target, corpus):
    kept = corpus("kept", seed="of use")
    code, _ = run("keep", target("fuzz_a", "#!/bin/sh\nexit 1\n"))
    assert code == 1
    assert os.listdir(kept) == ["seed"]
