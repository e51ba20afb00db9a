"""Which rows differ, and the names that were changed in the first version so that they compare."""

from __future__ import annotations

from checker.compare.documents import versions
from checker.compare.rows import CellChange, RowChanges, compare_rows
from checker.document.library import given
from tests.compare.changes import BASE

MAY_TRY = "| `may try` | `tries < 1` |\n"


def rows_of(base: str, head: str) -> RowChanges:
    return compare_rows(given(base, "base.md").sheet, given(head, "head.md").sheet)


def told(changes: RowChanges) -> list[tuple[str, str, str]]:
    return [(row.how, row.row, row.was) for row in changes.rows]


def test_cells_before_and_after() -> None:
    head = BASE.replace(
        "| asking | letter | `word is yes` | | | done | |",
        "| busy | letter | `word is yes` | | `ASK` | done | stop |",
    )
    (row,) = rows_of(BASE, head).rows
    assert (row.how, row.table, row.row, row.only_words) == ("changed", "rules", "letter.yes", False)
    assert row.cells == (
        CellChange("in", "asking", "busy"),
        CellChange("send", "", "ASK"),
        CellChange("then", "", "stop"),
    )
    assert (row.position.file, row.position.line) == (
        "head.md",
        1 + head[: head.index("| `letter.yes`")].count("\n"),
    )


def test_a_row_that_is_gone_stands_where_it_stood() -> None:
    head = BASE.replace("| few | invariant | | `tries =< 1` | nobody is pestered |\n", "")
    (row,) = rows_of(BASE, head).rows
    assert (row.how, row.row, row.position.file) == ("removed", "few", "base.md")
    assert row.cells[0] == CellChange("kind", "invariant", "")


def test_rows_that_are_alike_are_not_taken_for_each_other() -> None:
    """Two rows that do the same get new names: which is which cannot be told."""
    two = BASE.replace(MAY_TRY, "| `one` | `tries = 9` |\n| `two` | `tries = 9` |\n" + MAY_TRY)
    other = two.replace("`one`", "`three`").replace("`two`", "`four`")
    assert told(rows_of(two, other)) == [
        ("added", "three", "three"),
        ("added", "four", "four"),
        ("removed", "one", "one"),
        ("removed", "two", "two"),
    ]


def test_empty_rows_are_the_same_only_if_there_is_no_other() -> None:
    """Nothing tells a state without a meaning from another."""
    one = BASE.replace("| done | has been answered |", "| done | has been answered |\n| x | |")
    assert told(rows_of(one, one.replace("| x | |", "| y | |"))) == [("renamed", "y", "x")]
    two = one.replace("| x | |", "| x | |\n| z | |")
    changed = two.replace("| x | |", "| v | |").replace("| z | |", "| w | |")
    assert {how for how, _, _ in told(rows_of(two, changed))} == {"added", "removed"}


def test_the_fewest_rows_have_moved() -> None:
    lines = {
        start: next(line for line in BASE.splitlines(keepends=True) if line.startswith(start))
        for start in ("| `letter.ask`", "| `letter.no`")
    }
    head = BASE.replace(lines["| `letter.ask`"], "").replace(
        lines["| `letter.no`"], lines["| `letter.no`"] + lines["| `letter.ask`"]
    )
    assert told(rows_of(BASE, head)) == [("moved", "letter.ask", "letter.ask")]


def test_a_longer_name_is_not_taken_apart() -> None:
    """`may try` is renamed, and stands in the name of another definition, which is not."""
    base = BASE.replace(MAY_TRY, MAY_TRY + "| `may try harder` | `may try or tries = 5` |\n")
    head = base.replace("`may try`", "`can`").replace("`may try or", "`can or")
    assert told(rows_of(base, head)) == [("renamed", "can", "may try")]


def test_words_that_sound_like_a_name_are_left_alone() -> None:
    base = BASE.replace("nothing yet", "idle, that is at rest")
    head = (
        base.replace("idle", "resting")
        .replace("resting, that", "idle, that")
        .replace("go.resting", "go.idle")
    )
    assert told(rows_of(base, head)) == [("renamed", "resting", "idle")]


# Names in the protocol


def test_the_first_version_is_told_in_the_names_of_the_second() -> None:
    head = (
        BASE.replace("asking", "waiting").replace("again.waiting", "again.asking").replace("tries", "times")
    )
    both = versions(given(BASE, "base.md"), given(head, "head.md"))
    assert list(both.base.states) == ["idle", "waiting", "done"]
    assert [rule.states for rule in both.base.rules] == [rule.states for rule in both.head.rules]
    assert "times" in both.base.variables
    assert all(map(both.same_runs, ("calm", "lossy")))


def test_a_name_that_stands_for_two_things_is_left_alone() -> None:
    """Only the property gets another name; the state that is called the same must keep its own."""
    base = BASE.replace("| met |", "| done |").replace("met holds", "done holds")
    head = base.replace("| done | reachable", "| got there | reachable").replace(
        "done holds", "got there holds"
    )
    both = versions(given(base, "base.md"), given(head, "head.md"))
    assert both.rows.renamed["properties"] == {"done": "got there"}
    assert list(both.base.states) == ["idle", "asking", "done"]
    assert list(both.base.properties) == ["answered", "few", "done"]
    assert both.same_runs("calm")


def test_a_step_that_others_go_on_at_gets_its_new_name_too() -> None:
    base = BASE.replace(
        "| any | letter | `word is ask and silent` | | | | |",
        "| any | letter | `word is ask and silent` | | | | last |",
    )
    base = base.replace(
        "| `again.asking` |", "| `last.all` | any | letter | `word is ask` | | | | |\n| `again.asking` |"
    )
    head = base.replace("`last.all`", "`end.all`").replace("| last |", "| end |")
    both = versions(given(base, "base.md"), given(head, "head.md"))
    assert [(row.how, row.row) for row in both.rows.rows] == [("renamed", "end.all")]
    assert [rule.then for rule in both.base.rules if rule.id == "letter.quiet"] == ["end"]
    assert both.same_runs("calm")


def test_a_name_that_is_a_word_of_the_language_is_left_alone() -> None:
    """It would be replaced where it is no name: the kind of the event `go` is `call`."""
    base = BASE.replace("done", "call")
    both = versions(given(base, "base.md"), given(BASE, "head.md"))
    assert both.rows.renamed["states"] == {"call": "done"}
    assert list(both.base.states) == ["idle", "asking", "call"]
    assert both.base.events["go"].kind == "call"


def test_a_renamed_property_is_no_other_thing_of_the_same_name() -> None:
    """Of two properties the one is called as a state is, of which the other speaks."""
    base = BASE.replace("| met |", "| done |").replace("met holds", "done holds")
    head = base.replace("| done | reachable", "| got there | reachable").replace(
        "done holds", "got there holds"
    )
    assert told(rows_of(base, head)) == [("renamed", "got there", "done")]
