"""The words on the arrows of a machine: as in RFCs, the event stands over what is done."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from checker.document.figures import DrawnArrow, Omission
from checker.show.draw.text import label_markup
from checker.verify.machine import Machine, MachineArrow

MANY = 3
"""From so many states on, arrows with the same words to the same state are drawn as one, apart."""

NOTHING = "x"
"""How figures write that nothing is done."""


class Words(NamedTuple):
    """What stands on an arrow: the event over the action, and a remark beside the event."""

    event: str
    action: str = ""
    remark: str = ""

    @property
    def text(self) -> str:
        """In one line."""
        over = f"{self.event} {self.remark}".strip()
        return f"{over} / {self.action}" if self.action else over

    def _rows(self) -> str:
        over = label_markup(self.event) + (f" <I>{label_markup(self.remark)}</I>" if self.remark else "")
        under = f"<HR/><TR><TD>{label_markup(self.action)}</TD></TR>" if self.action else ""
        return f"<TR><TD>{over}</TD></TR>{under}"

    @staticmethod
    def table(several: Iterable[Words]) -> str:
        """A label of DOT with ``several`` below each other, a line between event and action."""
        parts = (f"<TR><TD>{_table(words._rows(), 1)}</TD></TR>" for words in several)
        return f"<{_table(''.join(parts), 3)}>"


def _table(rows: str, padding: int) -> str:
    return f'<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="{padding}">{rows}</TABLE>'


def words_of(arrow: MachineArrow, omission: Omission | None = None) -> Words:
    """The words of an arrow; with the name of the ``omission`` of a figure that it is."""
    always, sometimes = arrow.sent
    sent = [f"snd {sort}" for sort in always] + [f"(snd {sort})" for sort in sometimes]
    received = " or ".join(arrow.received)
    remarks = [f"[{setting}]" for setting in arrow.needs]
    if omission is not None:
        remarks.append(f"({omission.name})")
    return Words(f"rcv {received}" if received else arrow.event, ", ".join(sent), " ".join(remarks))


def lacking_words(shown: DrawnArrow) -> Words:
    """The figure's own words for an arrow that no run takes."""
    return Words(shown.over, "" if shown.under == NOTHING else shown.under)


def apart(
    machine: Machine, words: Sequence[Words], kept: Container[int]
) -> Mapping[tuple[str, Words], list[int]]:
    """The numbers of the arrows to be drawn apart, by where they lead and their words: faults, and
    what leads from many states to the same one; none of those ``kept`` where they are."""
    groups: dict[tuple[str, Words], list[int]] = {}
    for number, arrow in enumerate(machine.arrows):
        if number not in kept:
            groups.setdefault((arrow.target, words[number]), []).append(number)
    return {key: numbers for key, numbers in groups.items() if _is_apart(machine, numbers)}


def _is_apart(machine: Machine, numbers: Sequence[int]) -> bool:
    arrows = [machine.arrows[number] for number in numbers]
    return arrows[0].kind == "fault" or len({arrow.source for arrow in arrows}) >= MANY
