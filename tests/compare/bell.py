"""A document so small that what becomes of each of its mutants can be worked out by hand."""

from __future__ import annotations

BELL = """# Bell: A asks, B answers, and once it is told A may wave

| state | meaning |
|---|---|
| idle | |
| asked | |
| told | |

| variable | kind | lives | initial |
|---|---|---|---|
| `heard` | flag | host | off |
| `spare` | flag | host | off |

| field | written | kind | unless given |
|---|---|---|---|
| `word` | WORD | hello, thanks, bye | none |

| event | kind | fair |
|---|---|---|
| ask | call | no |
| wave | call | no |
| letter | arrival | yes |

| rule | in | on | if | do | send | next | then |
|---|---|---|---|---|---|---|---|
| `ask.idle` | idle | ask | | | `<WORD=hello>` | asked | stop |
| `wave.told` | told | wave | | | `<WORD=bye>` | | |
| `wave.early` | idle, asked | wave | | | | | refuse |
| `letter.hello` | idle | letter | `word is hello` | `heard := on; spare := on` | `<WORD=thanks>` | told | |
| `letter.thanks` | asked | letter | `word is thanks and not heard` | | | told | |
| `letter.late` | told | letter | | | | | |

| property | kind | when | claim |
|---|---|---|---|
| answered | never stuck | `A's STATE is asked` | `A's STATE is told` |
| true story | invariant | `A's STATE is told` | `B's heard` |

| scenario | A | B | network | bounds | expect |
|---|---|---|---|---|---|
| calm | ask; wave | none | queue | capacity 1 | |
"""
"""In *calm*: both idle; A asked, hello on its way; B told, thanks on its way; both told; and A has
waved, with bye on its way or not."""

FATES = {
    "ask.idle: row dropped: refuses": "survived",  # nobody has to be able to ask
    "ask.idle: next exchanged: none": "broken",  # idle, A has no row for the thanks
    "ask.idle: next exchanged: told": "true story",
    "ask.idle: segment not sent: <WORD=hello>": "answered",
    "ask.idle: then flipped: none": "equivalent",
    "wave.told: row dropped: refuses": "survived",
    "wave.told: segment not sent: <WORD=bye>": "survived",
    "wave.told: then flipped: stop": "equivalent",
    "wave.early: row dropped: takes": "survived",
    "wave.early: then flipped: stop": "survived",
    "letter.hello: row dropped: idle": "answered",
    "letter.hello: guard negated": "broken",
    "letter.hello: guard weakened: word is hello": "equivalent",  # idle, B gets nothing else
    "letter.hello: next exchanged: none": "broken",  # idle, B has no row for the bye
    "letter.hello: next exchanged: asked": "broken",  # and neither has it when it has asked
    "letter.hello: segment not sent: <WORD=thanks>": "answered",
    "letter.hello: update dropped: heard := on": "true story",
    "letter.hello: update dropped: spare := on": "equivalent",  # another graph, the same runs
    "letter.hello: then flipped: stop": "equivalent",
    "letter.thanks: row dropped: idle": "answered",
    "letter.thanks: guard negated": "broken",
    "letter.thanks: guard weakened: word is thanks": "equivalent",
    "letter.thanks: guard weakened: not heard": "equivalent",
    "letter.thanks: next exchanged: none": "answered",
    "letter.thanks: next exchanged: idle": "answered",
    "letter.thanks: then flipped: stop": "equivalent",
    "letter.late: then flipped: stop": "equivalent",
}
"""What becomes of each mutant, or what kills it."""
