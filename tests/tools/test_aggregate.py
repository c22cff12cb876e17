"""aggregate.py: whatever a suite leaves behind, the closing line tells the truth."""
import pytest

PASSED = '<testcase name="a"/>'
FAILED = '<testcase name="b"><failure><![CDATA[1 != 2\nx.c:3: error: Failure!]]></failure></testcase>'
ERROR = '<testcase classname="tests.c" name="c"><error message="fixture broke">trace</error></testcase>'
SKIPPED = '<testcase name="d"><skipped/></testcase>'


@pytest.fixture
def suite(tmp_path):
    """Writes one suite's folder: its XML files and its status, each optional."""

    def write(name, *bodies, status=0, raw=None):
        folder = tmp_path / "unit" / name
        folder.mkdir(parents=True)
        for number, body in enumerate(bodies):
            text = f"<testsuites><testsuite>{body}</testsuite></testsuites>"
            (folder / f"{number}.xml").write_text(text)
        if raw is not None:
            (folder / "raw.xml").write_text(raw)
        if status is not None:
            (folder / "status").write_text(f"{status}\n")

    return write


@pytest.fixture
def run(aggregate, tmp_path, capsys):
    """Runs the aggregator over what was written: (exit status, lines printed)."""

    def run_it():
        code = aggregate.main([f"plain/unit={tmp_path}/unit"])
        return code, capsys.readouterr().out.splitlines()

    return run_it


def test_everything_passed(suite, run):
    suite("one", PASSED, PASSED)
    suite("two", PASSED * 3)
    code, lines = run()
    assert code == 0
    assert lines[-1] == "5 passed, 0 failed"


def test_skipped_are_not_passed(suite, run):
    suite("one", PASSED + SKIPPED * 2)
    code, lines = run()
    assert code == 0
    assert lines[-1] == "1 passed, 0 failed, 2 skipped"


def test_failure_and_error_are_named(suite, run):
    suite("one", PASSED + FAILED + ERROR, status=2)
    code, lines = run()
    assert code == 1
    assert lines[-1] == "1 passed, 2 failed"
    assert "FAILED plain/unit: one: b: 1 != 2" in lines
    assert "FAILED plain/unit: tests.c: c: fixture broke" in lines


@pytest.mark.parametrize(
    "status, said",
    [(134, "died of signal 6"), (1, "ended with exit status 1"), (None, "was interrupted")],
)
def test_death_without_results(suite, run, status, said):
    suite("dead", status=status)
    suite("one", PASSED)
    code, lines = run()
    assert code == 1
    assert lines[-1] == "1 passed, 1 failed"
    assert f"FAILED plain/unit: dead: {said}, 0 results before that" in lines


def test_death_after_results(suite, run):
    suite("dead", PASSED, status=139)
    assert run()[1][-1] == "1 passed, 1 failed"


def test_death_after_a_failure_is_one_more(suite, run):
    suite("dead", FAILED, status=139)
    assert run()[1][-1] == "0 passed, 2 failed"


def test_leak_found_after_all_passed(suite, run):
    suite("leaky", PASSED, status=23)
    code, lines = run()
    assert code == 1
    assert lines[-1] == "1 passed, 1 failed"


@pytest.mark.parametrize("raw", ["", "<testsuites><testcase name='x'", "no xml at all"])
def test_malformed_results(suite, run, raw):
    suite("torn", raw=raw)
    code, lines = run()
    assert code == 1
    assert lines[-1] == "0 passed, 1 failed"


def test_a_suite_without_tests_fails(suite, run):
    suite("empty", "")
    assert run()[1][-1] == "0 passed, 1 failed"


def test_a_group_without_suites_fails(run):
    code, lines = run()
    assert code == 1
    assert lines[-1] == "0 passed, 1 failed"


def test_groups_are_summed(aggregate, suite, tmp_path, capsys):
    suite("one", PASSED)
    folder = f"{tmp_path}/unit"
    assert aggregate.main([f"plain/unit={folder}", f"asan/unit={folder}"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[-1] == "2 passed, 0 failed"
    assert out[-2].split() == ["asan/unit", "1", "0", "0"]


@pytest.mark.parametrize("arguments", [[], ["folder"], ["label="]])
def test_wrong_usage(aggregate, arguments, capsys):
    assert aggregate.main(arguments) == 2
    assert "usage" in capsys.readouterr().err
