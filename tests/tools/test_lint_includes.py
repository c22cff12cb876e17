"""lint-includes.py: the tree keeps its layers, and a step out of them is seen."""
import pytest


@pytest.fixture
def tree(tmp_path, lint_includes):
    """A small tree with a header in every folder, and a way to add a source file to it."""
    for folder in lint_includes.MAY:
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "x.h").write_text("/* x */\n")

    def add(path, *includes):
        (tmp_path / path).write_text("".join(f'#include "{include}"\n' for include in includes))
        return tmp_path

    return add


def test_this_tree(lint_includes, capsys):
    code = lint_includes.main([])
    assert code == 0, capsys.readouterr().out


@pytest.mark.parametrize("source, target", [
    ("common/a.c", "common/x.h"),
    ("dnsd/zone/a.c", "common/x.h"),
    ("dnsd/answer/a.c", "dnsd/zone/x.h"),
    ("dnsd/net/a.c", "dnsd/xfr/x.h"),
    ("dnsd/ops/a.c", "dnsd/net/x.h"),
    ("dnsd/main.c", "dnsd/ops/x.h"),
    ("anycastctl/sense/a.c", "bird/x.h"),
    ("anycastctl/decide/a.c", "anycastctl/model/x.h"),
    ("anycastctl/controller.c", "anycastctl/decide/x.h"),
])
def test_downwards_is_allowed(lint_includes, tree, source, target):
    assert list(lint_includes.check_tree(tree(source, target))) == []


@pytest.mark.parametrize("source, target", [
    ("common/a.c", "bird/x.h"),
    ("dnsd/zone/a.h", "dnsd/answer/x.h"),
    ("dnsd/xfr/a.c", "dnsd/net/x.h"),
    ("dnsd/query/a.c", "dnsd/net/x.h"),
    ("bird/a.c", "anycastctl/act/x.h"),
    ("anycastctl/sense/a.c", "anycastctl/decide/x.h"),
    ("anycastctl/decide/a.c", "bird/x.h"),
    ("anycastctl/model/a.c", "anycastctl/sense/x.h"),
    ("anycastctl/cli/a.c", "anycastctl/breaker/x.h"),
    ("anycastctl/breaker/a.c", "anycastctl/model/x.h"),
    ("anycastctl/act/a.c", "dnsd/zone/x.h"),
    ("dnsd/main.c", "bird/x.h"),
])
def test_other_ways_are_not(lint_includes, tree, source, target):
    problems = list(lint_includes.check_tree(tree(source, target)))
    assert len(problems) == 1
    assert problems[0].startswith(f'{source}:1: "{target}": ')


@pytest.mark.parametrize("target", ["x.h", "../common/x.h", "common/missing.h"])
def test_only_paths_from_the_top(lint_includes, tree, target):
    problems = list(lint_includes.check_tree(tree("dnsd/zone/a.c", "common/x.h", target)))
    assert len(problems) == 1
    assert problems[0].startswith(f'dnsd/zone/a.c:2: "{target}": ')
