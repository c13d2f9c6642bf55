"""Mutants of what a Python file decides: cosmic-ray's operators, and the clauses and calls that they leave."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator

from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from literals import Mutant

# Left out: operators with arguments, and changes that no rule could mean: `is` for `==`, bits, the order of words.
_SKIPPED = re.compile(r"Variable|(?:Eq|Lt|LtE|Gt|GtE)_Is|ReplaceBinaryOperator_(?!Add_Sub|Sub_Add|Mul_Div|Div_Mul)")

_ORDER_OF_WORDS = re.compile(r"[<>]=? [\"'\[]")

_TYPES = ("frozenset", "tuple", "bool")


def expression_mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a Python file's expressions that differs in more than its annotations."""
    seen = {_meaning(source)}
    for mutant in (*_of_cosmic_ray(source), *_simplified(source)):
        meaning = _meaning(mutant.source)
        if meaning not in seen:
            seen.add(meaning)
            yield mutant


def _of_cosmic_ray(source: str) -> Iterator[Mutant]:
    for name in operator_names():
        if _SKIPPED.search(name):
            continue
        occurrence = 0
        while (changed := _changed(source, name, occurrence)) is not None:
            lines = zip(source.splitlines(), changed.splitlines(), strict=False)
            at = next((number for number, (old, new) in enumerate(lines, 1) if old != new), 0)
            line = changed.splitlines()[at - 1].strip()
            is_parameter_list = "BinaryOperator" in name and line.startswith(("def ", "/,"))
            if not _ORDER_OF_WORDS.search(line) and not is_parameter_list:
                yield Mutant(at, f"{name.removeprefix('core/')}: {line}", changed)
            occurrence += 1


def _changed(source: str, operator: str, occurrence: int) -> str | None:
    try:
        changed: str | None = mutate_code(source, get_operator(operator)(), occurrence)
    except AttributeError:  # cosmic-ray reads no `except` with a dotted name in a tuple
        return source
    return changed


def _simplified(source: str) -> Iterator[Mutant]:
    """One operand, condition, element, keyword or call gone."""
    tree = ast.parse(source)
    places = [
        (node, field, index)
        for node in ast.walk(tree)
        for field, value in ast.iter_fields(node)
        for index in (range(len(value)) if isinstance(value, list) else [None])
    ]
    for number, (node, field, index) in enumerate(places):
        value = getattr(node, field)
        old = value if index is None else value[index]
        for new in _simpler(old) if isinstance(old, ast.expr) else ():
            yield _with(tree, number, new, old)


def _simpler(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BoolOp):
        for gone in range(len(node.values)):
            kept = [*node.values[:gone], *node.values[gone + 1 :]]
            yield kept[0] if len(kept) == 1 else ast.BoolOp(node.op, kept)
    elif isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse)
    elif isinstance(node, ast.Call) and ast.unparse(node.func) not in _TYPES:
        yield from node.args[:1]
        if isinstance(node.func, ast.Attribute):
            yield node.func.value
        for gone in range(len(node.keywords)):
            yield ast.Call(node.func, node.args, [*node.keywords[:gone], *node.keywords[gone + 1 :]])
    elif isinstance(node, ast.Compare):
        yield from (ast.Constant(True), ast.Constant(False))
    elif isinstance(node, ast.Tuple | ast.Set | ast.List) and not isinstance(getattr(node, "ctx", None), ast.Store):
        for gone in range(len(node.elts)):
            kept = [*node.elts[:gone], *node.elts[gone + 1 :]]
            if kept:
                yield ast.Set(kept) if isinstance(node, ast.Set) else type(node)(kept, ast.Load())
    elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp) and node.generators[0].ifs:
        simpler = copy.deepcopy(node)
        simpler.generators[0].ifs = []
        yield simpler


def _with(tree: ast.Module, number: int, new: ast.expr, old: ast.expr) -> Mutant:
    changed = copy.deepcopy(tree)
    places = [
        (node, field, index)
        for node in ast.walk(changed)
        for field, value in ast.iter_fields(node)
        for index in (range(len(value)) if isinstance(value, list) else [None])
    ]
    node, field, index = places[number]
    if index is None:
        setattr(node, field, copy.deepcopy(new))
    else:
        getattr(node, field)[index] = copy.deepcopy(new)
    return Mutant(
        old.lineno, f"{ast.unparse(old)} -> {ast.unparse(new)}", ast.unparse(ast.fix_missing_locations(changed))
    )


_OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.In: ast.NotIn,
    ast.Is: ast.IsNot,
    ast.Lt: ast.GtE,
    ast.Gt: ast.LtE,
}
_OPPOSITES |= {new: old for old, new in _OPPOSITES.items()}


class _Plain(ast.NodeTransformer):
    """States a negation in one way."""

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        inner = node.operand
        if isinstance(node.op, ast.Not) and isinstance(inner, ast.UnaryOp) and isinstance(inner.op, ast.Not):
            return inner.operand
        if isinstance(node.op, ast.Not) and isinstance(inner, ast.Compare) and len(inner.ops) == 1:
            return ast.Compare(inner.left, [_OPPOSITES[type(inner.ops[0])]()], inner.comparators)
        return node


def _meaning(source: str) -> str:
    """The source with negations stated in one way, and without its annotations, which are never evaluated here."""
    try:
        tree = _Plain().visit(ast.parse(source))
    except SyntaxError:
        return source
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Literal":
            node.slice = ast.Constant(None)
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.arguments):
            node.args, node.posonlyargs, node.kwonlyargs = [*node.posonlyargs, *node.args, *node.kwonlyargs], [], []
    return ast.dump(tree)
