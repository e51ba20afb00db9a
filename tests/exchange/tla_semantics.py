"""Finds the state graph of an exported TLA+ module, as TLC does it.

The module is parsed by the grammar of tree-sitter-tlaplus, which knows all of TLA+; what is
here gives a meaning to the part of TLA+ that the export uses. A formula that stands where an
action may stand is taken apart as TLC takes it apart: each side of a disjunction and each
value of an ``\\E`` is a step of its own, even where it only reads.
"""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

State = tuple[Any, ...]
Scope = Mapping[str, Any]

INFIX: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "plus": operator.add,
    "minus": operator.sub,
    "mul": operator.mul,
    "leq": operator.le,
    "lt": operator.lt,
    "gt": operator.gt,
    "circ": operator.add,
    "cap": lambda left, right: [value for value in left if value in right],
    "dots_2": lambda low, high: list(range(low, high + 1)),
}


class Module:
    """The definitions of a module, by name: (parameters, body)."""

    def __init__(self, text: str) -> None:
        import tree_sitter
        import tree_sitter_tlaplus

        self.source = text.encode()
        with warnings.catch_warnings():
            # The grammar hands over its address as a number, which newer bindings dislike.
            warnings.simplefilter("ignore", DeprecationWarning)
            language = tree_sitter.Language(tree_sitter_tlaplus.language())
        tree = tree_sitter.Parser(language).parse(self.source)
        assert not tree.root_node.has_error, "the module does not parse"
        self.root = tree.root_node
        self.variables: list[str] = []
        self.defined: dict[str, tuple[list[str], Any]] = {}
        self.constants: dict[str, Any] = {}
        for unit in self.root.children[0].children:
            if unit.type == "variable_declaration":
                self.variables += [self.text(n) for n in unit.children if n.type == "identifier"]
            elif unit.type == "operator_definition":
                self.define(unit, self.defined)

    def text(self, node: Any) -> str:
        return self.source[node.start_byte : node.end_byte].decode()

    def define(self, node: Any, scope: dict[str, Any]) -> None:
        name, *parameters = [self.text(n) for n in node.children if n.type == "identifier"]
        scope[name] = (parameters, node.children[-1])

    # Steps

    def steps(self, node: Any, scope: Scope) -> Iterator[dict[str, Any]]:
        """The values of the primed variables, once for each step that ``node`` allows."""
        yield from self._steps([(node, scope)], {})

    def _steps(self, left: list[tuple[Any, Scope]], found: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if not left:
            yield found
            return
        (node, scope), rest = left[0], left[1:]
        kind = node.type
        if kind == "conj_list":
            yield from self._steps([*((item.children[-1], scope) for item in node.children), *rest], found)
        elif kind == "disj_list":
            for item in node.children:
                yield from self._steps([(item.children[-1], scope), *rest], found)
        elif kind == "bound_infix_op" and node.children[1].type == "lor":
            for side in (node.children[0], node.children[2]):
                yield from self._steps([(side, scope), *rest], found)
        elif kind == "bounded_quantification" and self.text(node.children[0]) == "\\E":
            for inner in self.bindings(node, scope):
                yield from self._steps([(node.children[-1], inner), *rest], found)
        elif kind == "let_in":
            yield from self._steps([(node.children[-1], self.let(node, scope)), *rest], found)
        elif kind == "if_then_else":
            _, condition, _, then, _, otherwise = node.children
            yield from self._steps(
                [(then if self.value(condition, scope) else otherwise, scope), *rest], found
            )
        elif kind == "bound_op" and self.text(node.children[0]) in self.defined:
            yield from self._steps([self.call(node, scope), *rest], found)
        elif kind == "bound_prefix_op":
            assert node.children[0].type == "unchanged"
            names = [self.text(n) for n in node.children[1].children if n.type == "identifier_ref"]
            assert not set(names) & set(found)
            yield from self._steps(rest, {**found, **{name: scope[name] for name in names}})
        elif kind == "bound_infix_op" and node.children[0].type == "bound_postfix_op":
            name = self.text(node.children[0].children[0])
            assert node.children[1].type == "eq"
            assert name not in found
            yield from self._steps(rest, {**found, name: self.value(node.children[2], scope)})
        elif self.value(node, scope):
            yield from self._steps(rest, found)

    def bindings(self, node: Any, scope: Scope) -> Iterator[Scope]:
        (bound,) = (n for n in node.children if n.type == "quantifier_bound")
        name, _, domain = bound.children
        for value in self.value(domain, scope):
            yield {**scope, self.text(name): value}

    def let(self, node: Any, scope: Scope) -> Scope:
        inner = dict(scope)
        for definition in node.children:
            if definition.type == "operator_definition":
                name, *parameters = [self.text(n) for n in definition.children if n.type == "identifier"]
                body, outer = definition.children[-1], dict(inner)
                inner[name] = (
                    self.function(parameters, body, outer) if parameters else self.value(body, outer)
                )
        return inner

    def function(self, parameters: list[str], body: Any, scope: Scope) -> Callable[..., Any]:
        return lambda *values: self.value(body, {**scope, **dict(zip(parameters, values, strict=True))})

    def call(self, node: Any, scope: Scope) -> tuple[Any, Scope]:
        """The body of the operator that is applied, and its scope."""
        parameters, body = self.defined[self.text(node.children[0])]
        arguments = [self.value(n, scope) for n in node.children[1:] if n.is_named]
        state = {name: scope[name] for name in self.variables if name in scope}
        return body, {**state, **dict(zip(parameters, arguments, strict=True))}

    # Values

    def value(self, node: Any, scope: Scope) -> Any:
        return getattr(self, f"_{node.type}")(node, scope)

    def _nat_number(self, node: Any, scope: Scope) -> Any:
        return int(self.text(node))

    def _boolean(self, node: Any, scope: Scope) -> Any:
        return {"TRUE": True, "FALSE": False}[self.text(node)]

    def _identifier_ref(self, node: Any, scope: Scope) -> Any:
        name = self.text(node)
        if name in scope:
            return scope[name]
        if name not in self.constants:
            parameters, body = self.defined[name]
            assert not parameters
            self.constants[name] = self.value(body, {})
        return self.constants[name]

    def _parentheses(self, node: Any, scope: Scope) -> Any:
        return self.value(node.children[1], scope)

    def _tuple_literal(self, node: Any, scope: Scope) -> Any:
        inner = (n for n in node.children if n.is_named and not n.type.endswith("bracket"))
        return tuple(self.value(n, scope) for n in inner)

    def _finite_set_literal(self, node: Any, scope: Scope) -> Any:
        return [self.value(n, scope) for n in node.children if n.is_named]

    def _function_evaluation(self, node: Any, scope: Scope) -> Any:
        sequence, index = self.value(node.children[0], scope), self.value(node.children[2], scope)
        assert 1 <= index <= len(sequence), "a sequence has no such element"
        return sequence[index - 1]

    def _if_then_else(self, node: Any, scope: Scope) -> Any:
        _, condition, _, then, _, otherwise = node.children
        return self.value(then if self.value(condition, scope) else otherwise, scope)

    def _let_in(self, node: Any, scope: Scope) -> Any:
        return self.value(node.children[-1], self.let(node, scope))

    def _bounded_quantification(self, node: Any, scope: Scope) -> Any:
        assert self.text(node.children[0]) == "\\A"
        return all(self.value(node.children[-1], inner) for inner in self.bindings(node, scope))

    def _bound_infix_op(self, node: Any, scope: Scope) -> Any:
        left, sign, right = node.children
        if sign.type in ("land", "lor"):
            first = self.value(left, scope)
            return self.value(right, scope) if first is (sign.type == "land") else first
        return INFIX[sign.type](self.value(left, scope), self.value(right, scope))

    def _bound_op(self, node: Any, scope: Scope) -> Any:
        name = self.text(node.children[0])
        if name in self.defined:
            return self.value(*self.call(node, scope))
        operands = [self.value(n, scope) for n in node.children[1:] if n.is_named]
        return BUILT_IN[name](*operands)


def _sub_seq(sequence: State, first: int, last: int) -> State:
    return sequence[first - 1 : last] if first <= last else ()


BUILT_IN: dict[str, Callable[..., Any]] = {
    "Len": len,
    "Head": lambda sequence: sequence[0],
    "Tail": lambda sequence: sequence[1:],
    "Append": lambda sequence, value: (*sequence, value),
    "SubSeq": _sub_seq,
    "SelectSeq": lambda sequence, test: tuple(value for value in sequence if test(value)),
}


def explore_module(text: str) -> tuple[int, int, int]:
    """Distinct states, states generated and depth, as TLC would report them: it counts the
    initial state as generated, and depths from 1."""
    module = Module(text)
    names = module.variables
    (initial,) = _initial_states(module)
    level, seen, generated, depth = [initial], {initial}, 1, 0
    while level:
        depth += 1
        after = []
        for state in level:
            for step in module.steps(module.defined["Next"][1], dict(zip(names, state, strict=True))):
                assert set(step) == set(names), "a step leaves a variable without a value"
                successor = tuple(step[name] for name in names)
                generated += 1
                if successor not in seen:
                    seen.add(successor)
                    after.append(successor)
        level = after
    return len(seen), generated, depth


def _initial_states(module: Module) -> Iterator[State]:
    """``Init`` is a list of equations."""
    values = {}
    for item in module.defined["Init"][1].children:
        name, sign, value = item.children[-1].children
        assert sign.type == "eq"
        values[module.text(name)] = module.value(value, {})
    yield tuple(values[name] for name in module.variables)
