"""Lines that introduce something: a new name for a formula, or the family of a density. They are
assumed, not checked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from vaetheory.checkers.evidence import Verdict
from vaetheory.language.assumptions import Assumption, Dag, Family, SameDensity
from vaetheory.language.expressions import Density
from vaetheory.language.statements import Relation, Statement
from vaetheory.latex.meaning.bounds import elbo_of
from vaetheory.latex.meaning.densities import letter, observed
from vaetheory.latex.meaning.readings import AS_WRITTEN, Reading
from vaetheory.latex.meaning.sides import expression_of
from vaetheory.latex.meaning.survey import (
    BOUND_NAMES,
    Facts,
    density_items,
    key_of,
    names_a_term,
    spelled,
    walk,
    word_key,
)
from vaetheory.latex.meaning.variables import Scope
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.syntax import (
    Added,
    Applied,
    Big,
    Called,
    Diverging,
    Expected,
    Group,
    LogOf,
    Name,
    Node,
    Raised,
    Sloped,
    Words,
)
from vaetheory.review.assumptions import is_family
from vaetheory.review.deciding import Decider
from vaetheory.review.family_lines import (
    arguments_of,
    is_a_prior,
    is_family_tree,
    is_of_a_decoder,
    with_argument,
)
from vaetheory.review.graphs import aggregate, stated
from vaetheory.review.sheet import Line, Sheet

# a capital may be said to stand for a term after it was used: −ELBO = D + R, where D = …
_LATER = set("ABCDFGJKLMRSTUVW") - BOUND_NAMES
# log(1/K ∑ w_k), where w_k = p(x, z_k) / q(z_k|x)
_SHORT = {"w", "r", "a", "b", "c", "u", "v", "g", "h", r"\tilde{w}", r"\rho", r"\omega", r"\delta"}
_CALLIGRAPHIC = re.compile(r"\\(math(?:cal|bb|bf|rm|sf|frak|scr))([A-Za-z])")
_DEFINING = ("=", ":=", r"\equiv", "=:")


@dataclass(frozen=True, slots=True)
class Introduced:
    """What a line introduces: the name ``key`` for the tree, or the family of a density."""

    key: str
    tree: Node
    family: Node | None = None
    flavour: str = ""
    setting: bool = False
    graph: Node | None = None
    average: Node | None = None

    @property
    def rule(self) -> str:
        """What kind of introduction it is."""
        if self.graph is not None:
            return "factorization"
        if self.average is not None:
            return "definition"
        return "family" if self.family is not None else "setting" if self.setting else "definition"

    def families(self, facts: Facts, reading: Reading, lines: list[Line]) -> tuple[Assumption, ...]:
        """The family that the line states, as an assumption for the lines that follow."""
        if self.graph is not None:
            found = _graph_of(self.graph, self.tree, facts, reading)
            return () if found is None else (found,)
        if self.average is not None:
            said = _average_of(self.average, self.tree, facts, reading)
            return () if said is None else (said,)
        if self.family is None:
            return ()
        try:
            left = expression_of(self.family, facts, reading, self.flavour)
            right = expression_of(self.tree, facts, reading, self.flavour)
        except ReadError:
            return ()
        if not isinstance(left, Density) or not is_family(right):
            return ()
        # p(x_d | z) for one component says what the family of p(x | z) is, but not for which d
        one = any("_" in v.name and v.slot != v.name for v in left.of)
        return () if one else (Family(left, right),)

    def why(self, facts: Facts, decider: Decider) -> str:
        """What is said about the line: for a name of the bound, whether it is the ELBO."""
        if self.family is not None:
            return "states the family of a density; the lines after it are checked under it"
        if self.graph is not None:
            return "states how the model factorises; the lines after it are checked under it"
        if self.average is not None:
            return "says what q is averaged over; all lines are checked under it"
        if self.setting:
            return "says what a letter stands for; nothing follows from it here"
        said = f"introduces {_readable(self.key)}"
        try:
            value = expression_of(self.tree, facts)
            elbo = elbo_of(None, Scope(facts))
        except (ReadError, ValueError):
            return said
        if self.key.split("_")[0] not in BOUND_NAMES:
            return said
        if decider.decide(Statement(value, Relation.EQUAL, elbo)).verdict is Verdict.HOLDS:
            return f"{said}, which is the ELBO"
        if decider.decide(Statement(value, Relation.EQUAL, -elbo)).verdict is Verdict.HOLDS:
            return f"{said}, which is the negative ELBO"
        return f"{said}, which is neither the ELBO nor its negative"


def _readable(key: str) -> str:
    """\\mathcal{L} for the \\mathcalL that the letter is called inside."""
    return _CALLIGRAPHIC.sub(r"\\\1{\2}", key)


def introductions(sheet: Sheet) -> dict[int, Introduced]:
    """The lines that introduce something, by number. Definitions are entered in the facts of the
    sheet.
    """
    from vaetheory.review.judge import flavour_of

    found: dict[int, Introduced] = {}
    seen: set[str] = set()
    for line in sheet.lines:
        new = (
            _definition(line, seen, sheet.facts)
            or _family(line, sheet.facts)
            or _factorization(line, sheet.facts)
            or _average(line, sheet.facts)
            or _setting(line, seen)
            or _density(line, seen, sheet.facts)
        )
        if new is not None:
            if new.setting or new.graph is not None or new.average is not None:
                pass
            elif new.family is not None:
                flavour = flavour_of(
                    [one for one in sheet.lines if one.derivation == line.derivation]
                )
                new = Introduced(new.key, new.tree, new.family, flavour)
                sheet.facts.prior_stated |= is_a_prior(new.family, sheet.facts)
            else:
                _enter(new, line, sheet.facts)
            found[line.number] = new
        for side in (line.left, line.right):
            if side.tree is not None:
                names = [n for n in walk(side.tree) if isinstance(n, Name)]
                seen |= {key_of(n) for n in names}
                seen |= {n.base + spelled(n.sup) + "'" * n.primes for n in names}
    return found


def _enter(new: Introduced, line: Line, facts: Facts) -> None:
    """Enters a definition; one with an index, such as w_k, serves for every index."""
    left = line.right.tree if line.link.sign == "=:" else line.left.tree
    head = left.head if isinstance(left, Applied) else left
    index = spelled(head.sub) if isinstance(head, Name) else ""
    if isinstance(head, Name) and len(index) == 1 and index.isalpha() and index.islower():
        facts.definitions[f"{head.base}_"] = new.tree
        facts.defined_indices[f"{head.base}_"] = index
    facts.definitions[new.key] = new.tree
    if isinstance(left, Applied):
        facts.defined_arguments[new.key] = left.group.items.nodes


def _definition(line: Line, seen: set[str], facts: Facts) -> Introduced | None:
    if line.left.tree is None or line.right.tree is None or line.link.sign not in _DEFINING:
        return None
    name, tree = line.left.tree, line.right.tree
    if line.link.sign == "=:":
        name, tree = tree, name
    elif _is_new_name(line, seen, facts):
        # … = −𝒰(x): the name for what was derived
        name, tree = tree, name
    elif not line.first:
        return None
    if isinstance(name, Added) and len(name.terms) == 1 and name.terms[0][0] < 0:
        # −ℒ = …: ℒ is minus the right side
        name, tree = name.terms[0][1], Added(tree.start, tree.end, ((-1, tree),))
    if isinstance(name, Words):
        key = word_key(name)
        new = key not in facts.definitions and _weighty(tree)
        circular = any(isinstance(n, Words) and word_key(n) == key for n in walk(tree))
        return Introduced(key, tree) if new and not circular else None
    head = name.head if isinstance(name, Applied) else name
    if not isinstance(head, Name) or "ELBO" in key_of(head):
        return None
    if isinstance(name, Applied) and density_items(head, name.group) is not None:
        return None
    key = key_of(head)
    later = head is name and head.base in _LATER and head.base not in facts.sizes
    later = later or names_a_term(head) or head.base in _SHORT
    if key in seen and not later and not _of_latents(name, facts):
        return None
    if (
        key in facts.definitions
        or head.base in facts.arguments
        or any(isinstance(n, Name) and key_of(n) == key for n in walk(tree))
    ):
        return None
    known = head.base in BOUND_NAMES or line.link.sign in (":=", "=:", r"\equiv")
    if not known and not _weighty(tree):
        return None
    return Introduced(key, tree)


def _is_new_name(line: Line, seen: set[str], facts: Facts) -> bool:
    """Whether the right side is a capital letter that has not been seen, and no name that stands
    for the bound unless its arguments say otherwise.
    """
    left, right = line.left.tree, line.right.tree
    if isinstance(right, Added) and len(right.terms) == 1:
        right = right.terms[0][1]
    head = right.head if isinstance(right, Applied) else right
    if left is None or not isinstance(head, Name) or line.link.sign != "=" or not _weighty(left):
        return False
    base = head.base.removeprefix(r"\mathcal").removeprefix(r"\mathbb")
    bound = head.base in BOUND_NAMES and not (
        isinstance(right, Applied) and _of_latents(right, facts)
    )
    fresh = key_of(head) not in seen and not any(
        isinstance(n, Name) and key_of(n) == key_of(head) for n in walk(left)
    )
    letter_ = len(base) == 1 and base.isupper() and base not in ("I", "E", "H", "P", "Q")
    return letter_ and fresh and not bound and head.base not in facts.sizes | set("DJMNK")


def _density(line: Line, seen: set[str], facts: Facts) -> Introduced | None:
    """log p̃(x, z_1) = E_q[…], q^*(z) ∝ …: a density that is said by a formula, with a letter that
    is new.
    """
    left, right = line.left.tree, line.right.tree
    if not line.first or right is None or line.link.sign not in (*_DEFINING, r"\propto"):
        return None
    if isinstance(left, LogOf) and len(left.parts) == 1:
        left = left.parts[0][1]
    if not isinstance(left, Applied) or not isinstance(left.head, Name):
        return None
    head = left.head
    marked = "{" in head.base or bool(head.sup) or bool(head.primes)
    if not marked or density_items(head, left.group) is None or not _weighty(right):
        return None
    said = head.base + spelled(head.sup) + "'" * head.primes
    if said in seen or any(
        isinstance(n, Name) and n.base + spelled(n.sup) + "'" * n.primes == said
        for n in walk(right)
    ):
        return None
    facts.introduced.add(letter(head, Scope(facts)).name)
    return Introduced(said, right, setting=True)


def _of_latents(name: Node, facts: Facts) -> bool:
    """ℒ(x, y) with a latent y, which cannot be the ELBO: what it is may be said after its use."""
    if not isinstance(name, Applied) or not isinstance(name.head, Name):
        return False
    hidden = facts.hidden - {n.base for n in observed(facts)}
    arguments = {n.base for n in name.group.items.nodes if isinstance(n, Name)}
    return name.head.base in BOUND_NAMES and bool(arguments & hidden)


def _setting(line: Line, seen: set[str]) -> Introduced | None:
    """β = 4, z = μ + σ ε: a letter on its own and a formula without densities."""
    left, right = line.left.tree, line.right.tree
    if (
        not line.first
        or left is None
        or right is None
        or line.link.sign not in (*_DEFINING, r"\sim", r"\in")
    ):
        return None
    slope = left.body if isinstance(left, Sloped) else None
    slope = slope.head if isinstance(slope, Applied) else slope
    if isinstance(slope, Name) and slope.base in BOUND_NAMES and key_of(slope) not in seen:
        # the gradient of a loss that is introduced by it
        return Introduced(key_of(slope), right, setting=True)
    name = left.base if isinstance(left, Raised) and isinstance(left.base, Name) else left
    if isinstance(name, Applied) and isinstance(name.head, Name):
        name = name.head if density_items(name.head, name.group) is None else name
    if not isinstance(name, Name) or _weighty(right) or _weighty(left):
        return None
    if any(isinstance(n, Called) for n in walk(right)) and line.link.sign != r"\sim":
        return None
    return Introduced(key_of(name), right, setting=True)


def _weighty(tree: Node) -> bool:
    """Whether a formula is about densities, so that a new letter on its left must be a name for
    it.
    """
    for node in walk(tree):
        if isinstance(node, Expected | Diverging | LogOf | Big):
            return True
        if (
            isinstance(node, Applied)
            and isinstance(node.head, Name)
            and density_items(node.head, node.group)
        ):
            return True
    return False


def _family(line: Line, facts: Facts) -> Introduced | None:
    """p(x|z) = N(x; …); an argument that the right side leaves out is that of the left."""
    left, right = line.left.tree, line.right.tree
    signs = (*_DEFINING, r"\sim")
    if not line.first or left is None or right is None or line.link.sign not in signs:
        return None
    if isinstance(left, Name) and left.base in ("p", "q", "P", "Q") and is_family_tree(right):
        # q = N(μ, σ²): of the latent variable, or of x where there is none
        items = arguments_of(left, facts)
        group = Group(left.start, left.end, "(", items)
        line.left.tree = Applied(left.start, left.end, left, group)
        if isinstance(right, Called):
            right = with_argument(right, facts.latents[0])
            line.right.tree = right
        known = facts.alone or (len(facts.latents) == 1 and not is_of_a_decoder(left, right))
        if known and isinstance(right, Called):
            return Introduced("", right, line.left.tree)
        return Introduced(left.base, right, setting=True)
    if not isinstance(left, Applied) or not isinstance(left.head, Name):
        return None
    split = density_items(left.head, left.group)
    if split is None or not is_family_tree(right):
        return None
    if isinstance(right, Called) and len(split[0]) == 1:
        right = with_argument(right, split[0][0])
    line.left.tree, line.right.tree = left, right
    return Introduced("", right, left)


def _factorization(line: Line, facts: Facts) -> Introduced | None:
    """p(x, z_1, z_2) = p(x|z_1) p(z_1|z_2) p(z_2): how the model is built, where it is more than
    the chain rule.
    """
    left, right = line.left.tree, line.right.tree
    if not line.first or left is None or right is None or line.link.sign not in _DEFINING:
        return None
    if not isinstance(left, Applied) or _graph_of(left, right, facts, AS_WRITTEN) is None:
        return None
    return Introduced("", right, graph=left)


def _graph_of(left: Node, right: Node, facts: Facts, reading: Reading) -> Dag | None:
    try:
        return stated(expression_of(left, facts, reading), expression_of(right, facts, reading))
    except (ReadError, ValueError):
        return None


def _average(line: Line, facts: Facts) -> Introduced | None:
    """q(z) = ∫ q(z|x) p(x) dx: over which law of the data q(z) is an average."""
    left, right = line.left.tree, line.right.tree
    if not line.first or left is None or right is None or line.link.sign not in _DEFINING:
        return None
    if not isinstance(left, Applied) or _average_of(left, right, facts, AS_WRITTEN) is None:
        return None
    return Introduced("", right, average=left)


def _average_of(left: Node, right: Node, facts: Facts, reading: Reading) -> SameDensity | None:
    try:
        return aggregate(expression_of(left, facts, reading), expression_of(right, facts, reading))
    except (ReadError, ValueError):
        return None
