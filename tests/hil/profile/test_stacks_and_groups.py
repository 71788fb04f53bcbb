# SPDX-License-Identifier: Apache-2.0
"""From calls to stacks, and from parts to rows: nothing is lost and nothing counts twice."""

from __future__ import annotations

from hil.profile.groups import by_function, by_layer, by_line
from hil.profile.tree import folded, tree_of
from tests.hil.profile.calls import CALLS, CYCLES, FACTS, PLACES, WHOLE, made_parts


def test_stacks_begin_with_what_the_work_is_for() -> None:
    lines = dict(line.rsplit(" ", 1) for line in folded(tree_of(made_parts(), FACTS, "all")))
    assert lines == {
        "network;layer 0 CONV_2D;product": "100",
        "network;layer 0 CONV_2D;product;multiply_[i];round_[i]": "40",
        "network;layer 1 MEAN;product": "60",
        "network;finding rows;push_frame": "5",
        "network;finding rows;push_frame;each_row_[i]": "7",
        "network;finding rows;push_frame;each_row_[i];stream": "24",
        "front-end;mel": "30",
        "link, listener, decision;main": "3",
        "interrupts;tick": "2",
    }


def test_a_node_holds_what_its_children_hold() -> None:
    root = tree_of(made_parts(), FACTS, "all")
    assert (root.instructions, root.cycles) == (WHOLE, CYCLES)
    nodes = [root]
    for node in nodes:
        nodes += node.children.values()
        assert node.own + sum(one.instructions for one in node.children.values()) == (
            node.instructions
        )
    assert sum(node.own for node in nodes) == WHOLE


def test_layers_stand_in_their_order() -> None:
    network = tree_of(made_parts(), FACTS, "all").in_order()[0]
    names = [one.frame.name for one in network.in_order()]
    assert names == ["layer 0 CONV_2D", "layer 1 MEAN", "finding rows"]


def test_each_table_sums_to_the_whole() -> None:
    parts = made_parts()
    tables = (
        by_layer(parts, FACTS),
        by_function(parts, CALLS),
        by_line(parts, lambda file, line: ""),
    )
    for rows in tables:
        assert sum(row.instructions for row in rows) == WHOLE
        assert sum(row.cycles for row in rows) == CYCLES


def test_layers_have_their_names() -> None:
    rows = by_layer(made_parts(), FACTS)
    assert [(row.index, row.title, row.name, row.instructions) for row in rows] == [
        (0, "0 CONV_2D", "first", 140),
        (1, "1 MEAN", "second;", 60),
        (None, "finding rows", "", 36),
        (None, "front-end", "", 30),
        (None, "link, listener, decision", "", 3),
        (None, "interrupts", "", 2),
    ]


def test_functions_with_callees_count_recursion_once_and_interrupts_never() -> None:
    rows = {(row.name, row.is_inlined): row for row in by_function(made_parts(), CALLS)}
    assert rows["product", False].instructions == 160
    assert rows["product", False].calls == 2
    assert rows["stream", False].instructions == 24
    assert rows["stream", False].calls == 2
    assert rows["stream", False].with_callees == 24 + 200
    assert rows["push_frame", False].with_callees == 5 + 7 + 24 + 200
    assert rows["round", True].instructions == rows["round", True].with_callees == 40
    assert rows["multiply", True].instructions == 0
    assert rows["multiply", True].with_callees == 40
    assert rows["multiply", True].calls is None


def test_what_is_called_from_an_inlined_function_is_below_it() -> None:
    rows = {(row.name, row.is_inlined): row for row in by_function(made_parts(), CALLS)}
    assert rows["each_row", True].instructions == 7
    assert rows["each_row", True].with_callees == 7 + 24 + 200


def test_code_without_a_line_is_told_by_its_function() -> None:
    rows = by_line(made_parts(), lambda file, line: f"{file}, line {line}")
    assert rows[0].instructions == 160
    assert rows[0].text == "network/kernels/product.S, line 3"
    (lineless,) = (row for row in rows if not row.file)
    assert (lineless.function, lineless.line, lineless.instructions) == ("tick", 0, 2)
    assert all(row.function == "" for row in rows if row.file)
    assert len(rows) == len(PLACES)
