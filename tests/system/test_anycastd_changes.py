"""Changes of level have numbers, for good."""

from dnsd import wait_for
from node import BOTH_NORMAL, Node


def changes(node):
    return [event["change"] for event in node.events("level")]


def wait_written(node):
    """Waits for the events of all that has been decided: who is killed before writes them no more."""
    last = max(family["change"] for family in node.status()["services"][0]["families"])
    wait_for(lambda: last in changes(node), f"event of change {last}")


def test_a_change_has_a_number_that_its_events_carry():
    with Node() as node:
        node.order("withdrawn")
        status = node.wait_status(lambda status: all(family["actual"] == "withdrawn"
                                                     for family in status["services"][0]["families"]))
        node.order("auto")
        node.wait_levels(BOTH_NORMAL)
        for family in (4, 6):
            withdrawn = node.wait_event("level", family=family, to="withdrawn")
            change = withdrawn["change"]
            assert [f["change"] for f in status["services"][0]["families"] if f["family"] == family] == [change]
            assert node.wait_event("bird", change=change)["command"] == f'disable "svc_dns_{family}_*"'
            assert node.wait_event("confirmed", change=change)["level"] == "withdrawn"
        found = changes(node)
        assert found == list(range(1, len(found) + 1))


def test_numbers_survive_restarts():
    with Node() as node:
        for way in (node.stop, node.kill, node.stop):
            wait_written(node)
            way("anycastd")
            known = max(changes(node))
            node.start_anycastd()
            assert node.wait_event("level", change=known + 1)["reason"] == "adopted"
            node.wait_event("level", change=known + 2)
            node.order("withdrawn")
            node.order("auto")
            node.wait_levels(BOTH_NORMAL)
            assert node.wait_event("level", change=known + 3)["to"] == "withdrawn"
        found = changes(node)
        assert found == list(range(1, len(found) + 1))


def test_a_lost_state_is_told_and_uses_no_number_again():
    with Node() as node:
        node.stop("anycastd")
        known = max(changes(node))
        (node.folder / "changes.json").write_text("torn")
        node.start_anycastd()
        (alarm,) = [alarm for alarm in node.status()["alarms"] if alarm.startswith("the number of the last change was lost: ")]
        assert "/changes.json:1: " in alarm
        node.order("withdrawn")
        assert node.wait_event("level", change=known + 1001)
        assert len(set(changes(node))) == len(changes(node))
        node.stop("anycastd")
        node.start_anycastd()
        assert node.wait_status(lambda status: not any("lost" in alarm for alarm in status["alarms"]))
