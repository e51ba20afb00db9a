"""Documents of claims: what somebody says of protocols, and which runs decide whether it is so.

They are no protocols. A claim is decided by properties of other documents in one of their
scenarios, or by *exchanges*: segments written out, of which a scenario has a run or has none.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checker.document.headers import CLAIMS, SCHEMAS
from checker.document.kinds import Value, parse_value, values_of
from checker.document.library import load, locate, read_text, version_of
from checker.document.markdown import Code
from checker.document.needs import Need, NeedReader
from checker.document.problems import DocumentError, Position, Problem, ProblemList, suggest
from checker.document.protocol import Property, Protocol, Scenario
from checker.document.rows import RowReader
from checker.document.scenarios import Phrase, phrases
from checker.document.sheet import Row, Sheet, read_sheet

VERDICTS = ("confirmed", "refuted", "under assumptions", "undecided")
SAID = ("holds", "violated")

_FIELD = re.compile(r"<([^<>=]*)=([^<>]*)>")
_SEGMENT = re.compile(r"(?:<[^<>=]*=[^<>]*>)+")


@dataclass(frozen=True)
class Sending:
    """One segment of an exchange: the end that sends it (0 is A) and the values of all fields
    of the protocol, ``None`` (or no flags) where it gives none."""

    end: int
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Exchange:
    """The segments of a run in the order in which they are sent, as one protocol writes them;
    ``ends`` are the states in which A and B may be afterwards, empty for any."""

    name: str
    sendings: tuple[Sending, ...]
    ends: tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Decision:
    """One thing that decides a claim: that a property of a scenario holds, or is violated, or
    that an exchange is possible there (``holds``) or is not (``violated``); with ``need``, that
    the run that shows its outcome needs that on the clock (``holds``)."""

    document: str
    protocol: Protocol
    scenario: Scenario
    subject: Property | Exchange
    said: str
    need: Need | None = None


@dataclass(frozen=True)
class Statement:
    """A claim: whose, in which words, what these mean, what decides it and to what end."""

    name: str
    source: str
    words: str
    means: str
    decisions: tuple[Decision, ...]
    expect: str
    because: str
    position: Position


@dataclass(frozen=True)
class Statements:
    """A document of claims; ``protocols`` are the files of the documents that decide them."""

    name: str
    statements: tuple[Statement, ...]
    protocols: dict[str, Path]


def load_statements(path: Path) -> Statements:
    """Reads the document of claims at ``path`` and the documents that it names.

    Raises ``DocumentError`` with everything that is wrong with any of them, ``OSError`` if one
    cannot be read.
    """
    problems = ProblemList()
    sheet = read_sheet(read_text(path), str(path), problems)
    for kind in SCHEMAS:
        for row in () if kind in CLAIMS else sheet.rows[kind][:1]:
            message = (
                f"a document of claims has no {kind} table; put it into a document of its own and "
                "name that in `decided by`"
            )
            problems.add(row.position, message)
    reader = _Reader(sheet, problems, path)
    statements = tuple(reader.each("claims", reader.statement).values())
    reader.complain_of_unused()
    found = [*problems.problems, *reader.elsewhere]
    if found:
        raise DocumentError(found)
    return Statements(path.stem, statements, reader.files)


def version_of_all(path: Path, document: Statements) -> str:
    """A short hash of a document of claims and of those that decide them."""
    versions = [version_of(part) for part in (path, *document.protocols.values())]
    return hashlib.sha256("".join(versions).encode()).hexdigest()[:12]


class _Reader(RowReader):
    """Reads claims; each document that they name is loaded once."""

    def __init__(self, sheet: Sheet, problems: ProblemList, path: Path) -> None:
        super().__init__(sheet, problems)
        self.path = path
        self.files: dict[str, Path] = {}
        self.elsewhere: list[Problem] = []
        self._protocols: dict[str, Protocol | None] = {}
        self._exchanges = sheet.named("exchanges")
        self._read: dict[tuple[str, str], Exchange] = {}
        for row in sheet.rows["exchanges"]:
            self.not_in_name(row, ";")

    def statement(self, row: Row) -> Statement:
        for column in ("source", "words", "means"):
            if not row[column].text:
                self.complain(row[column], f"the column `{column}` is empty", row)
        expect = self.one_of(row, "expect", VERDICTS)
        listed = list(phrases(row["decided by"], ";"))
        if not listed and not row["because"].text:
            message = "nothing decides this claim: name what does, or say `because` of what nothing can"
            self.complain(row["decided by"], message, row)
        elif not listed and expect not in ("", "undecided"):
            message = "what nothing decides is `undecided`; a verdict comes from runs"
            self.complain(row["expect"], message, row)
        return Statement(
            name=row.key,
            source=row["source"].plain,
            words=row["words"].text,
            means=row["means"].text,
            decisions=tuple(self._decisions(listed, row)),
            expect=expect,
            because=row["because"].plain,
            position=row.position,
        )

    def _decisions(self, listed: list[Phrase], row: Row) -> Iterator[Decision]:
        seen: set[str] = set()
        for phrase in listed:
            if phrase.text in seen:
                self.problems.add(phrase.position, f"`{phrase.text}` is named twice", row.key)
            seen.add(phrase.text)
            decision = self._decision(phrase, row)
            if decision is not None:
                yield decision

    def _decision(self, phrase: Phrase, row: Row) -> Decision | None:
        document, colon, rest = phrase.text.partition(":")
        if not colon:
            expected = (
                "expected `DOCUMENT: SCENARIO: PROPERTY`, perhaps with `violated` or "
                "`: DURATION LENGTH` behind it"
            )
            self.problems.add(phrase.position, f"`{phrase.text}` names no scenario; {expected}", row.key)
            return None
        protocol = self._protocol(document.strip(), phrase.position, row)
        if protocol is None:
            return None
        place = phrase.position.moved(len(phrase.text) - len(rest.lstrip()))
        rest = rest.strip()
        scenario = max((s for s in protocol.scenarios if rest.startswith(f"{s}:")), key=len, default=None)
        if scenario is None:
            name = rest.partition(":")[0]
            hint = suggest(name, protocol.scenarios)
            self.problems.add(place, f"`{document}` has no scenario `{name}`{hint}", row.key)
            return None
        place = place.moved(len(rest) - len(rest[len(scenario) + 1 :].lstrip()))
        rest = rest[len(scenario) + 1 :].strip()
        name, said, need = self._said(Phrase(rest, place), protocol, row)
        subject = self._subject(name, document, protocol, place, row)
        if subject is None:
            return None
        return Decision(document, protocol, protocol.scenarios[scenario], subject, said, need)

    def _said(self, phrase: Phrase, protocol: Protocol, row: Row) -> tuple[str, str, Need | None]:
        """The property or exchange that is named, and what is said of it."""
        text, names = phrase.text, [*protocol.properties, *self._exchanges]
        said = "" if text in names else next((said for said in SAID if text.endswith(f" {said}")), "")
        bare = text.removesuffix(said).strip()
        if bare in names or ":" not in text:
            return bare, said or "holds", None
        named = [name for name in names if text.startswith(f"{name}:")]
        name = max(named, key=len, default=text.partition(":")[0])
        rest = text[len(name) + 1 :].strip()
        place = phrase.position.moved(len(text) - len(rest))
        reader = NeedReader(protocol, self.problems, row.key)
        return name, "holds", reader.read(Phrase(rest, place)) if named else None

    def _protocol(self, name: str, position: Position, row: Row) -> Protocol | None:
        """The document of this name; what is wrong with it is told once."""
        if name not in self._protocols:
            self._protocols[name] = None
            path = locate(name, self.path)
            if path is None:
                message = (
                    f"there is no document `{name}` in the folder of this one, in the folder above, or "
                    "among the bundled ones; write its name, perhaps with a folder, without `.md`"
                )
                self.problems.add(position, message, row.key)
                return None
            self.files[name] = path
            try:
                self._protocols[name] = load(path)
            except DocumentError as error:
                self.elsewhere.extend(error.problems)
        return self._protocols[name]

    def _subject(
        self, name: str, document: str, protocol: Protocol, position: Position, row: Row
    ) -> Property | Exchange | None:
        exchange = self._exchanges.get(name)
        property = protocol.properties.get(name)
        if exchange is not None and property is not None:
            message = f"`{name}` is a property of `{document}` too; give the exchange another name"
            self.problems.add(exchange.position, message, name)
        if exchange is not None:
            if (document, name) not in self._read:
                self._read[document, name] = self._exchange(exchange, protocol)
            return self._read[document, name]
        if property is None:
            known = [*protocol.properties, *self._exchanges]
            message = f"`{name}` is no property of `{document}` and no exchange{suggest(name, known)}"
            self.problems.add(position, message, row.key)
        return property

    # Exchanges

    def complain_of_unused(self) -> None:
        """An exchange that decides nothing is not even read against a protocol."""
        used = {name for _, name in self._read}
        for row in [] if self.problems.problems or self.elsewhere else self.sheet.rows["exchanges"]:
            if row.key not in used:
                self.problems.add(row.position, "no claim is decided by this exchange", row.key)

    def _exchange(self, row: Row, protocol: Protocol) -> Exchange:
        codes = row["segments"].codes()
        if len(codes) != 1 or row["segments"].outside_code():
            message = "the column `segments` takes one code span, such as `` `A: <…=…>; B: <…=…>` ``"
            self.complain(row["segments"], message, row)
            return Exchange(row.key, (), ((), ()))
        sendings = [self._sending(code, protocol, row) for code in _parts(codes[0])]
        return Exchange(row.key, tuple(filter(None, sendings)), self._ends(row, protocol))

    def _sending(self, code: Code, protocol: Protocol, row: Row) -> Sending | None:
        end, _, text = code.text.partition(":")
        if end not in ("A", "B") or not _SEGMENT.fullmatch(text.strip()):
            message = f"`{code.text}` is not expected here; expected `A: <…=…>` or `B: <…=…>`"
            self.problems.add(code.position, message, row.key)
            return None
        written = {field.written: field for field in protocol.fields.values()}
        given: dict[str, Value] = {}
        for match in _FIELD.finditer(code.text):
            place = code.position.moved(match.start(1))
            field = written.get(match.group(1))
            if field is None or field.ghost:
                known = [f.written for f in written.values() if not f.ghost]
                message = f"`{match.group(1)}` is no field that is sent{suggest(match.group(1), known)}"
                self.problems.add(place, f"{message}; `{protocol.name}` has {', '.join(known)}", row.key)
                continue
            if field.name in given:
                self.problems.add(place, f"`{match.group(1)}` is given twice", row.key)
            valid, given[field.name] = parse_value(match.group(2), field.kind)
            if not valid:
                message = f"`{match.group(2)}` is not a value of it, expected {values_of(field.kind)}"
                self.problems.add(code.position.moved(match.start(2)), message, row.key)
        nothing = {f.name: () if f.kind.base == "flags" else None for f in written.values()}
        return Sending("AB".index(end), tuple(given.get(name, nothing[name]) for name in protocol.fields))

    def _ends(self, row: Row, protocol: Protocol) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """``X / Y``: the states, or groups of them, of A and of B."""
        cell = row["ends"]
        if not cell.text:
            return (), ()
        names = [name.strip() for name in cell.plain.split("/")]
        if len(names) != 2:
            self.complain(cell, "expected the states of both ends afterwards: `A's / B's`", row)
            return (), ()
        for name in names:
            if not protocol.members(name):
                hint = suggest(name, [*protocol.states, *protocol.groups])
                self.complain(cell, f"`{name}` is no state and no group of `{protocol.name}`{hint}", row)
        return protocol.members(names[0]), protocol.members(names[1])


def _parts(code: Code) -> Iterator[Code]:
    """The items of a code span that are separated by ``;``, with their own positions."""
    start = 0
    for part in code.text.split(";"):
        lead = len(part) - len(part.lstrip())
        yield Code(part.strip(), code.position.moved(start + lead))
        start += len(part) + 1
