#!/usr/bin/python3
"""The layering: lint-includes.py [TREE] says which #include goes upwards or sideways.

A row of MAY names what a folder may include besides itself and common/: all of it, nothing is inherited.
dnsd and anycastctl meet only in common/.
"""
import re
import sys
from pathlib import Path

ZONE = ["dnsd/zone"]
ANSWER = ZONE + ["dnsd/answer"]
GUARD = ANSWER + ["dnsd/guard"]
QUERY = GUARD + ["dnsd/query"]
OPS = QUERY + ["dnsd/net", "dnsd/xfr", "dnsd/ops"]
MODEL = ["anycastctl/model"]
ROOMS = [f"anycastctl/{room}" for room in ("sense", "decide", "act", "record", "serve")]

MAY = {
    "common": [],
    # common <- zone <- answer <- guard <- query <- xfr <- net <- ops <- dnsd
    "dnsd/zone": [],
    "dnsd/answer": ZONE,
    "dnsd/guard": ANSWER,
    "dnsd/query": GUARD,
    "dnsd/xfr": QUERY,
    "dnsd/net": QUERY + ["dnsd/xfr"],
    "dnsd/ops": QUERY + ["dnsd/net", "dnsd/xfr"],
    "dnsd": OPS,
    # common <- bird, model <- sense, decide, act, record, serve <- anycastd
    # the five never meet; decide knows no bird; the command line tool speaks to anycastd by socket only
    "bird": [],
    "bird/config": MODEL + ["bird"],
    "anycastctl/model": [],
    "anycastctl/sense": MODEL + ["bird"],
    "anycastctl/decide": MODEL,
    "anycastctl/act": MODEL + ["bird"],
    "anycastctl/record": MODEL + ["bird"],
    "anycastctl/serve": MODEL + ["bird"],
    "anycastctl/doctor": MODEL + ["bird"],
    "anycastctl/drill": [],
    "anycastctl/cli": MODEL + ["bird", "bird/config", "anycastctl/doctor", "anycastctl/drill"],
    # anycastdrill, which runs as root, knows little: a room of its own
    "anycastctl/breaker": ["bird"],
    "anycastctl": ROOMS + MODEL + ["bird", "anycastctl/breaker"],
}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def folder_of(path):
    """The row of MAY that a path belongs to: its longest listed prefix."""
    parts = path.split("/")[:-1]
    while parts and "/".join(parts) not in MAY:
        parts.pop()
    return "/".join(parts)


def problem_with(source, target, tree):
    """What is wrong with `source` including `target`, or None. Both are paths from the top."""
    mine, theirs = folder_of(source), folder_of(target)
    if not theirs or not (tree / target).is_file():
        return "is no path from the top of the tree"
    if theirs in (mine, "common") or theirs in MAY[mine]:
        return None
    return f"{mine} may not include {theirs}"


def check_file(path, tree):
    source = path.relative_to(tree).as_posix()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        problem = match and problem_with(source, match[1], tree)
        if problem:
            yield f'{source}:{number}: "{match[1]}": {problem}'


def check_tree(tree):
    for top in sorted({folder.split("/")[0] for folder in MAY}):
        for path in sorted((tree / top).rglob("*.[ch]")):
            yield from check_file(path, tree)


def main(arguments):
    tree = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    problems = list(check_tree(tree))
    print("\n".join(problems) if problems else "includes: every folder includes downwards only")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
