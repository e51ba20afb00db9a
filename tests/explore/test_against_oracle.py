"""Both engines and the brute-force oracle find the same states, transitions and levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.document.cells import parse_guard
from checker.document.kinds import Value
from checker.document.markdown import Code
from checker.document.problems import Position
from checker.document.protocol import Network, Protocol, Scenario
from checker.explore.native import engine
from checker.explore.reference import explore
from checker.model.endpoint import Local
from checker.model.evaluate import Env, Evaluator
from checker.model.tables import Model
from tests.oracle import Oracle, Seq, ordered
from tests.toys import tcp, toy

ANY = None
"""A budget without limit."""

RELIABLE = Network("queue", 0, 0)


def alternating_bit() -> Protocol:
    return toy("alternating-bit")


def agree(protocol: Protocol, scenario: Scenario) -> tuple[int, int, list[int], int]:
    """The counts of states, transitions, states per level and truncated states, equal in both."""
    graph = explore(Model(protocol, scenario))
    oracle = Oracle(replace(protocol, scenarios={scenario.name: scenario}), scenario.name)
    found = (len(graph), len(graph.edges.targets), list(graph.levels), int(graph.truncated.sum()))
    assert found == oracle.counts
    assert graph.complete
    return found


@pytest.mark.parametrize("name", list(alternating_bit().scenarios))
def test_alternating_bit(name: str) -> None:
    agree(alternating_bit(), alternating_bit().scenarios[name])


@pytest.mark.slow
@pytest.mark.parametrize("order", ["queue", "bag"])
@pytest.mark.parametrize(
    ("lose", "duplicate", "capacity"), [(0, 0, 1), (0, 0, 2), (1, 0, 1), (1, 1, 2), (ANY, 1, 1), (0, ANY, 2)]
)
def test_alternating_bit_on_other_networks(
    order: str, lose: int | None, duplicate: int | None, capacity: int
) -> None:
    network = Network("queue" if order == "queue" else "bag", lose, duplicate)
    scenario = alternating_bit().scenarios["both ways"]
    states, _, _, truncated = agree(alternating_bit(), replace(scenario, network=network, capacity=capacity))
    assert states > 1
    # A sender that times out fills the channel, and then only a free loss lets it send again.
    assert (truncated > 0) == (lose is not ANY)


@settings(deadline=None, max_examples=15, database=None, derandomize=True)
@given(
    order=st.sampled_from(["queue", "bag"]),
    lose=st.sampled_from([0, 1, 2, ANY]),
    duplicate=st.sampled_from([0, 1, 2, ANY]),
    capacity=st.integers(1, 3),
    calls=st.sampled_from([(1, 0), (2, 0), (1, 1)]),
)
def test_alternating_bit_on_any_network(
    order: str, lose: int | None, duplicate: int | None, capacity: int, calls: tuple[int, int]
) -> None:
    network = Network("queue" if order == "queue" else "bag", lose, duplicate)
    scenario = alternating_bit().scenarios["one frame"]
    puts = (("put",) * calls[0], ("put",) * calls[1])
    agree(alternating_bit(), replace(scenario, network=network, capacity=capacity, calls=puts))


near = st.builds(
    lambda base, offset: (base + offset) % 2**32,
    st.sampled_from([0, 1, 5, 2**31, 2**32 - 1]),
    st.integers(-3, 3),
)
"""Numbers near each other, near wrapping around, and half the circle apart."""


@settings(deadline=None, max_examples=400, database=None, derandomize=True)
@given(
    numbers=st.tuples(near, near, near),
    signs=st.sampled_from(["<", "=<", ">", ">=", "=", "/="]),
    more=st.booleans(),
)
def test_order_of_sequence_numbers(numbers: tuple[int, int, int], signs: str, more: bool) -> None:
    """Two of them, or three: ``a < b =< c``."""
    names: list[str] = ["ISS", "SND.UNA"]
    operators: tuple[str, ...] = (signs,)
    if more and signs not in ("=", "/="):
        names, operators = [*names, "SND.NXT"], (signs, signs.removesuffix("=") if signs[0] == ">" else "=<")
    guard = " ".join(word for pair in zip(names, (*operators, ""), strict=True) for word in pair).strip()
    evaluator = Evaluator(tcp(), {})
    values = [None] * len(tcp().variables)
    for name, number in zip(names, numbers, strict=False):
        values[evaluator.variable_index[name]] = number  # type: ignore[call-overload]
    env = Env()
    env.us = Local("CLOSED", tuple(values), 0, ())
    found = evaluator.compile(parse_guard(Code(guard, Position("", 1, 1))))(env)
    assert found == ordered([Seq(number) for number in numbers[: len(names)]], operators)


@dataclass(frozen=True)
class Small:
    """A small scenario of TCP."""

    a: tuple[str, ...]
    b: tuple[str, ...] = ()
    opened: tuple[tuple[int, str], ...] = ((1, "passive OPEN"),)
    network: Network = RELIABLE
    capacity: int = 1
    numbers: tuple[tuple[Value, ...], tuple[Value, ...]] = ((100,), (300,))
    crashes: tuple[int, int] = (0, 0)
    assume: tuple[str, ...] = ("RTO>RTT",)
    set: Mapping[str, Value] = field(default_factory=dict)

    def scenario(self) -> Scenario:
        return replace(
            next(iter(tcp().scenarios.values())),
            name="small",
            calls=(self.a, self.b),
            opened=self.opened,
            network=self.network,
            capacity=self.capacity,
            values={"ISN": self.numbers},
            faults={"crash": self.crashes},
            assume=self.assume,
            set=self.set,
            expect=(),
        )


SMALL = {
    "open, any network": Small(("active OPEN",), network=Network("bag", ANY, ANY), capacity=2, assume=()),
    "open, one loss": Small(("active OPEN",), network=Network("bag", 1, 0), assume=()),
    "close both": Small(
        ("active OPEN", "CLOSE"), ("CLOSE",), network=Network("queue", 1, 0), assume=("MSL",)
    ),
    "simultaneous open": Small(
        ("active OPEN", "CLOSE"), ("active OPEN",), opened=(), network=Network("queue", ANY, 0)
    ),
    "numbers wrap": Small(
        ("active OPEN", "SEND", "CLOSE"),
        network=Network("queue", 0, 1),
        capacity=2,
        numbers=((2**32 - 1,), (2**32 - 3,)),
        assume=("MSL", "RTO<2MSL", "RTO>RTT"),
    ),
    "a crash": Small(
        ("active OPEN", "active OPEN"),
        capacity=2,
        numbers=((100, 500), (300,)),
        crashes=(1, 0),
        assume=("quiet time", "RTO>RTT"),
    ),
    "as in RFC 793": Small(
        ("active OPEN", "ABORT"),
        ("ABORT",),
        network=Network("bag", ANY, 0),
        capacity=2,
        assume=("MSL",),
        set={"RFC 5961": False, "RFC 1337": True},
    ),
    "reopened": Small(
        ("active OPEN", "CLOSE", "active OPEN"),
        ("CLOSE",),
        numbers=((100, 200), (300,)),
        set={"reopen": True, "give up": True},
    ),
    "text both ways": Small(("active OPEN", "SEND", "CLOSE"), ("SEND", "CLOSE"), set={"ACK range": True}),
    "a window of one": Small(
        ("active OPEN", "SEND", "SEND"), network=Network("bag", 1, 0), capacity=2, set={"RCV.WND": 1}
    ),
}

LARGE = {
    "close both, reordered": Small(
        ("active OPEN", "CLOSE"),
        ("CLOSE",),
        network=Network("bag", 1, 1),
        capacity=2,
        assume=("MSL", "RTO>RTT"),
    ),
    "crashes of both": Small(
        ("active OPEN", "active OPEN"),
        ("passive OPEN",),
        network=Network("bag", 1, 0),
        capacity=2,
        numbers=((100, 500), (300,)),
        crashes=(1, 1),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", list(SMALL))
def test_tcp(name: str) -> None:
    """As the oracle takes long, the native engine is asked here too."""
    scenario = SMALL[name].scenario()
    found = agree(tcp(), scenario)
    assert 20 < found[0] < 20_000
    graph = engine.explore(Model(tcp(), scenario))
    assert found == (len(graph), graph.transitions, list(graph.levels), int(graph.truncated.sum()))


@pytest.mark.slow
@pytest.mark.parametrize("name", list(LARGE))
def test_tcp_at_size(name: str) -> None:
    states, *_ = agree(tcp(), LARGE[name].scenario())
    assert states > 10_000
