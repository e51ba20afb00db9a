"""Cell text to syntax: the lark grammar, its terminals, and errors in an author's terms."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Transformer, Tree, UnexpectedCharacters, UnexpectedEOF, UnexpectedToken
from lark.exceptions import VisitError
from lark.tree import Meta
from lark.visitors import v_args

from checker.document import syntax
from checker.document.markdown import Code
from checker.document.problems import Position

RESERVED = (
    *("or", "and", "not", "is", "on", "off", "none", "if", "else"),
    *("some", "no", "every", "before", "after", "peer's", "A's", "B's"),
)

_END = r"(?![A-Za-z0-9_'.\-])"
_RESERVED = "(?!(?:" + "|".join(RESERVED) + ")" + _END + ")"
_WORD = r"[A-Za-z0-9_]+(?:[.\-][A-Za-z0-9_]+)*"
NAME_PATTERN = rf"(?![0-9]){_RESERVED}{_WORD}(?: {_RESERVED}{_WORD})*"

_TAKEN = re.compile(
    r"delete TCB|nothing in flight(?: .*)?|peer timer (?:.* )?disabled(?: .*)?|(?:(?:peer|A|B) )?takes .*"
)
"""Phrases that follow the rules for names but mean something of their own in cells."""

MAX_CELL = 4_000
"""Longest expression in characters; with it the depth of what the parser builds is bounded."""

MAX_DEPTH = 60
"""Deepest nesting of parentheses."""

MAX_LEVELS = 4 * MAX_DEPTH
"""Deepest tree, as chains of ``not`` or ``+`` nest without parentheses: everything that walks
it is recursive."""

# Shown in errors; every terminal of the grammar has a line here.
_TERMINALS = {
    "_OR": ("or", "`or`"),
    "_AND": ("and", "`and`"),
    "_NOT": ("not", "`not`"),
    "IS": ("is", "`is`"),
    "ON": ("on", "`on`"),
    "OFF": ("off", "`off`"),
    "NONE": ("none", "`none`"),
    "_IF": ("if", "`if`"),
    "_ELSE": ("else", "`else`"),
    "WHO": ("(?:peer's|A's|B's)", "`peer's`"),
    "WHEN": ("(?:before|after)", "`before`"),
    "QUANTIFIER": (
        "(?:some|no|every) segment (?:sent|from us|from peer)",
        "`no segment sent (…)`",
    ),
    "NOTHING_IN_FLIGHT": ("nothing in flight", "`nothing in flight`"),
    "NO_EQUAL_SEGMENT": ("no equal segment in flight", "`no equal segment in flight`"),
    "PEER_TIMER": (
        rf"peer timer {_WORD}(?: (?!disabled{_END}){_WORD})* disabled",
        "`peer timer … disabled`",
    ),
    "TAKES": (f"(?:(?:peer|A|B) )?takes {NAME_PATTERN}", "`takes …`"),
}


def is_name(text: str) -> bool:
    """Whether ``text`` can be the name of something in expressions."""
    return re.fullmatch(NAME_PATTERN, text) is not None and not _TAKEN.fullmatch(text)


def why_no_name(text: str) -> str:
    """Why ``text`` is no name, for an error message."""
    if _TAKEN.fullmatch(text):
        return "this phrase means something of its own in expressions"
    reserved = [word for word in text.split(" ") if word in RESERVED]
    if reserved:
        return f"`{reserved[0]}` is a reserved word"
    return (
        "a name is words of letters, digits, `.` and `-`, with single spaces between, "
        "and begins with a letter"
    )


def _grammar() -> str:
    lines = [(files("checker.document") / "cell.lark").read_text(encoding="utf-8")]
    for terminal, (pattern, _) in _TERMINALS.items():
        lines.append(f"{terminal}.2: /{pattern}{_END}/")
    lines.append(f"NAME: /{NAME_PATTERN}/")
    lines.append("NUMBER: /[0-9]+(?![A-Za-z0-9_])/")
    return "\n".join(lines)


@cache
def _parser() -> Lark:
    return Lark(
        _grammar(),
        parser="lalr",
        start=["guard", "acts", "sends", "meaning"],
        propagate_positions=True,
        maybe_placeholders=True,
    )


class CellError(Exception):
    """A cell that does not follow the grammar."""

    def __init__(self, position: Position, message: str) -> None:
        super().__init__(message)
        self.position = position
        self.message = message


def parse_guard(code: Code) -> syntax.Expression:
    """An expression: a guard, a number or a claim."""
    result: syntax.Expression = _parse(code, "guard")
    return result


def parse_acts(code: Code) -> tuple[syntax.Act, ...]:
    """Assignments and named lists of them, separated by ``;``."""
    result: tuple[syntax.Act, ...] = _parse(code, "acts")
    return result


def parse_sends(code: Code) -> tuple[syntax.Sending, ...]:
    """Segments, separated by ``;``."""
    result: tuple[syntax.Sending, ...] = _parse(code, "sends")
    return result


def parse_meaning(code: Code) -> syntax.Expression | syntax.Template | tuple[syntax.Act, ...]:
    """What a definition means: an expression, a segment or a list of assignments.

    A list with one name only looks like an expression; the caller decides by what it names.
    """
    result: syntax.Expression | syntax.Template | tuple[syntax.Act, ...] = _parse(code, "meaning")
    return result


@lru_cache(maxsize=8_192)
def _parse(code: Code, start: str) -> Any:
    """The syntax of a cell; kept, as ``read_tables`` keeps the cells."""
    if len(code.text) > MAX_CELL or _depth(code.text) > MAX_DEPTH:
        raise _too_deep(code)
    if not code.text.strip():
        raise CellError(code.position, "this code span is empty; expected an expression")
    try:
        tree = _parser().parse(code.text, start=start)
    except UnexpectedToken as error:
        at_end = error.token.type == "$END"
        column = len(code.text) if at_end else (error.token.column or 1) - 1
        raise _explained(code, column, set(error.accepts or error.expected)) from error
    except UnexpectedCharacters as error:
        raise _explained(code, error.column - 1, set(error.allowed or ())) from error
    except UnexpectedEOF as error:
        raise _explained(code, len(code.text), set(error.expected)) from error
    if _levels(tree) > MAX_LEVELS:
        raise _too_deep(code)
    try:
        return _ToSyntax(code.position).transform(tree)
    except VisitError as error:
        raise error.orig_exc from error


def _too_deep(code: Code) -> CellError:
    return CellError(
        code.position,
        f"this cell is too long or too deeply nested (at most {MAX_CELL} characters and "
        f"{MAX_DEPTH} levels); give its parts names in a definitions table",
    )


def _levels(tree: Tree[Token]) -> int:
    """The height of a parse tree, found without recursion."""
    levels, level = 0, [tree]
    while level:
        levels += 1
        level = [child for node in level for child in node.children if isinstance(child, Tree)]
    return levels


def _depth(text: str) -> int:
    depth = deepest = 0
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        deepest = max(deepest, depth)
    return deepest


_READABLE = {
    "NAME": "a name",
    "NUMBER": "a number",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "SEMICOLON": "`;`",
    "COMMA": "`,`",
    "PLUS": "`+`",
    "MINUS": "`-`",
    "$END": "the end of the cell",
    "LESSTHAN": "`<`",
    "MORETHAN": "`>`",
    "EQUAL": "`=`",
}
_COMPARISONS = {"LESSTHAN", "MORETHAN", "EQUAL", "__ANON_0", "__ANON_1", "__ANON_2", "__ANON_3"}
_BEGINNERS = {"NAME", "NUMBER", "LPAR", "NONE"}
_ONLY_BEGIN = {
    *("ON", "OFF", "_NOT", "WHO", "WHEN", "QUANTIFIER"),
    *("NOTHING_IN_FLIGHT", "NO_EQUAL_SEGMENT", "PEER_TIMER", "TAKES"),
}

# What people write who come from other languages, and what is written here.
_FOREIGN = {
    "==": "=",
    "!=": "/=",
    "<=": "=<",
    "=>": ">=",
    "&&": "and",
    "||": "or",
    "&": "and",
    "!": "not",
}


def _explained(code: Code, column: int, expected: set[str]) -> CellError:
    """The error for text that the grammar does not allow at ``column`` (from 0)."""
    at = code.position.moved(column)
    rest = code.text[column:]
    for start in (column, column - 1):
        for foreign, native in _FOREIGN.items():
            if start >= 0 and code.text.startswith(foreign, start):
                return CellError(
                    code.position.moved(start), f"`{foreign}` is not used here; write `{native}`"
                )
    word = re.match(r"[A-Za-z0-9_.'\-]+", rest)
    if not rest:
        found = "the cell ends"
    elif word and word.group() in RESERVED:
        found = f"`{word.group()}` is a reserved word and cannot stand here"
    else:
        found = f"`{word.group() if word else rest[0]}` is not expected here"
    return CellError(at, f"{found}; {_expected(expected)}")


def _expected(terminals: set[str]) -> str:
    """What could stand there, e.g. ``expected an expression or `(` ``."""
    words = []
    if terminals >= _BEGINNERS:
        words.append("an expression")
        terminals = terminals - _BEGINNERS - _ONLY_BEGIN
    if len(terminals & _COMPARISONS) > 2:
        words.append("a comparison (`=<`, `=`, …)")
        terminals = terminals - _COMPARISONS
    for terminal in sorted(terminals):
        if terminal in _READABLE:
            words.append(_READABLE[terminal])
        elif terminal in _TERMINALS:
            words.append(_TERMINALS[terminal][1])
        elif terminal.startswith("__ANON"):
            words.append("`:=`")
    words = sorted(set(words), key=lambda word: (word.startswith("`"), word))
    if not words:
        return "expected nothing more"
    return "expected " + (", ".join(words[:-1]) + " or " if words[1:] else "") + words[-1]


_OPERATORS = {"le": "=<", "ge": ">=", "eq": "=", "ne": "/=", "lt": "<", "gt": ">"}


@v_args(meta=True)
class _ToSyntax(Transformer[Token, Any]):
    """Builds ``syntax`` nodes, bottom up, with positions in the document."""

    def __init__(self, base: Position) -> None:
        super().__init__()
        self.base = base

    def at(self, meta: Meta) -> Position:
        return self.base if meta.empty else self.base.moved(meta.column - 1)

    def alternative(self, meta: Meta, parts: list[Any]) -> Any:
        return syntax.Connected(self.at(meta), "or", tuple(parts))

    def conjoined(self, meta: Meta, parts: list[Any]) -> Any:
        return syntax.Connected(self.at(meta), "and", tuple(parts))

    def not_(self, meta: Meta, parts: list[Any]) -> Any:
        return syntax.Not(self.at(meta), parts[0])

    def compared(self, meta: Meta, parts: list[Any]) -> Any:
        return syntax.Comparison(self.at(meta), tuple(parts[::2]), tuple(parts[1::2]))

    def is_(self, meta: Meta, parts: list[Any]) -> Any:
        return syntax.Is(self.at(meta), parts[0], False, parts[-1])

    def is_not(self, meta: Meta, parts: list[Any]) -> Any:
        return syntax.Is(self.at(meta), parts[0], True, parts[-1])

    def word(self, meta: Meta, parts: list[Token]) -> str:
        return str(parts[0])

    def plus(self, meta: Meta, parts: list[Any]) -> Any:
        return syntax.Sum(self.at(meta), "+", parts[0], parts[1])

    def minus(self, meta: Meta, parts: list[Any]) -> Any:
        return syntax.Sum(self.at(meta), "-", parts[0], parts[1])

    def number(self, meta: Meta, parts: list[Token]) -> Any:
        value = int(parts[0])
        if value >= 1 << 32:
            raise CellError(self.at(meta), f"{value} does not fit 32 bits; the largest number is {2**32 - 1}")
        return syntax.Constant(self.at(meta), value)

    def on(self, meta: Meta, parts: list[Token]) -> Any:
        return syntax.Constant(self.at(meta), True)

    def off(self, meta: Meta, parts: list[Token]) -> Any:
        return syntax.Constant(self.at(meta), False)

    def none(self, meta: Meta, parts: list[Token]) -> Any:
        return syntax.Constant(self.at(meta), None)

    def nothing_in_flight(self, meta: Meta, parts: list[Token]) -> Any:
        return syntax.NothingInFlight(self.at(meta))

    def no_equal_segment(self, meta: Meta, parts: list[Token]) -> Any:
        return syntax.NoEqualSegment(self.at(meta))

    def peer_timer(self, meta: Meta, parts: list[Token]) -> Any:
        words = str(parts[0]).split(" ")
        return syntax.PeerTimerDisabled(self.at(meta), " ".join(["timeout", *words[2:-1]]))

    def takes(self, meta: Meta, parts: list[Token]) -> Any:
        who, _, call = str(parts[0]).partition("takes ")
        return syntax.Takes(self.at(meta), call, who.strip())  # type: ignore[arg-type]

    def choice(self, meta: Meta, parts: list[Any]) -> Any:
        return syntax.Choice(self.at(meta), *parts)

    def quantified(self, meta: Meta, parts: list[Any]) -> Any:
        quantity, place = str(parts[0]).split(" segment ")
        return syntax.Quantified(self.at(meta), quantity, place, parts[1])  # type: ignore[arg-type]

    def name(self, meta: Meta, parts: list[Token | None]) -> Any:
        who, when, name = parts
        end = "" if who is None else str(who).removesuffix("'s")
        return syntax.Name(self.at(meta), str(name), end, "" if when is None else str(when))  # type: ignore[arg-type]

    def assign(self, meta: Meta, parts: list[Any]) -> Any:
        return syntax.Assign(self.at(meta), str(parts[0]), parts[1])

    def perform(self, meta: Meta, parts: list[Token]) -> Any:
        return syntax.Perform(self.at(meta), str(parts[0]))

    def acts(self, meta: Meta, parts: list[Any]) -> Any:
        return tuple(parts)

    def acts_meaning(self, meta: Meta, parts: list[Any]) -> Any:
        return tuple(parts)

    def single_assign(self, meta: Meta, parts: list[Any]) -> Any:
        return (syntax.Assign(self.at(meta), str(parts[0]), parts[1]),)

    def sends(self, meta: Meta, parts: list[Any]) -> Any:
        return tuple(parts)

    def segment_name(self, meta: Meta, parts: list[Token]) -> Any:
        return syntax.SegmentName(self.at(meta), str(parts[0]))

    def template(self, meta: Meta, parts: list[Any]) -> Any:
        return syntax.Template(self.at(meta), tuple(parts))

    def field(self, meta: Meta, parts: list[Any]) -> Any:
        return syntax.FieldValue(self.at(meta), str(parts[0]), parts[1])

    def flags(self, meta: Meta, parts: list[Token]) -> Any:
        return syntax.Flags(self.at(meta), tuple(str(part) for part in parts))

    def meaning(self, meta: Meta, parts: list[Any]) -> Any:
        return parts[0]


for _rule, _sign in _OPERATORS.items():
    setattr(_ToSyntax, _rule, v_args(meta=True)(lambda self, meta, parts, sign=_sign: sign))
