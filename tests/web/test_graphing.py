"""The picture of a plan: whole chains, columns by depth, nothing on top of anything else."""

from dataclasses import replace
from itertools import pairwise

from include.overnight.web.pages.graphing import HEIGHT, MOST, draw

from .seeding import planned


def test_what_comes_first_stands_left_of_what_waits_for_it():
    graph = draw([planned(number) for number in range(1, 13)])
    place = {node.issue.number: node for node in graph.nodes}
    assert graph.lines
    assert all(place[line.first].x < place[line.then].x for line in graph.lines)
    assert graph.alone == 2
    assert 5 not in place


def test_no_issue_lies_on_another():
    issues = [planned(number) for number in range(1, 100)]
    nodes = draw(issues).nodes
    places = {(node.x, node.y) for node in nodes}
    assert len(places) == len(nodes)
    ys = sorted({node.y for node in nodes})
    assert all(low + HEIGHT < high for low, high in pairwise(ys))


def test_chains_that_find_no_room_come_in_the_next_picture():
    issues = [planned(number) for number in range(1, 600)]
    first = draw(issues)
    assert len(first.nodes) <= MOST
    seen, skip = set(), 0
    while skip < 600:
        graph = draw(issues, skip)
        seen |= {node.issue.number for node in graph.nodes}
        skip += len(graph.nodes)
        if not graph.left_out:
            break
    assert len(seen) + first.alone == len(issues)


def test_one_chain_longer_than_a_picture_is_cut_and_does_not_loop():
    issues = [
        replace(planned(number), waits_for=(number - 1,) if number > 1 else (), depth=number - 1)
        for number in range(1, MOST + 50)
    ]
    graph = draw(issues)
    assert len(graph.nodes) == MOST
    assert draw([]).nodes == ()
