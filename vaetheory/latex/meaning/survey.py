"""Facts about a whole file, or one chain of it: which letters, slots, indices and names are in
use, and how.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import replace

from vaetheory.latex.meaning import roles
from vaetheory.latex.meaning.facts import DEFAULT_LATENT as DEFAULT_LATENT
from vaetheory.latex.meaning.facts import DEFAULT_OBSERVED as DEFAULT_OBSERVED
from vaetheory.latex.meaning.facts import Facts as Facts
from vaetheory.latex.meaning.facts import spelled as spelled
from vaetheory.latex.reader.families import is_family_name
from vaetheory.latex.reader.syntax import (
    Applied,
    Big,
    Called,
    Expected,
    Group,
    Items,
    LogOf,
    Name,
    Node,
    Numeral,
    Raised,
    Sized,
    Sloped,
    Words,
)
from vaetheory.latex.reader.tokens import NUMBER, Token
from vaetheory.latex.reader.trees import children as children
from vaetheory.latex.reader.trees import walk as walk

LETTERS = {
    "p",
    "q",
    "r",
    "P",
    "Q",
    "R",
    r"\pi",
    "m",
    "g",
    "f",
    r"\mathcalQ",
    r"\mathcalP",
    r"\hat{p}",
    r"\tilde{p}",
    r"\tilde{q}",
    r"\hat{q}",
    r"\bar{q}",
}
ALWAYS_LETTERS = {
    "p",
    "q",
    "P",
    "Q",
    r"\hat{p}",
    r"\tilde{p}",
    r"\tilde{q}",
    r"\hat{q}",
    r"\bar{q}",
    r"\mathcalQ",
    r"\mathcalP",
}
PARAMETERS = {
    r"\theta",
    r"\phi",
    r"\psi",
    r"\lambda",
    r"\Theta",
    r"\Phi",
    r"\eta",
    "w",
    "W",
    r"\omega",
    r"\vartheta",
}
FUNCTIONS = {
    "f",
    "g",
    "h",
    "T",
    "s",
    "u",
    "v",
    "k",
    "w",
    "a",
    "b",
    r"\mu",
    r"\sigma",
    r"\Sigma",
    "D",
    "G",
    "m",
}
SIZES = ("D", "J", "M", "N", "K", "d", "n", "k", "m")
LARGE = 12  # terms of a sum that are written out
BOUND_NAMES = {r"\mathcalL", "L", r"\ell", r"\mathcalF", "F", "J", r"\mathcalJ", "B", r"\mathcalE"}


def survey(trees: Iterable[Node]) -> Facts:
    """The facts of all the sides of a file together."""
    trees = tuple(trees)
    facts = Facts(
        vectors=vectors_of(trees),
        laws=roles.laws(trees),
        probabilities=roles.probabilities(trees, key_of),
        matrices=roles.matrices(trees),
        counts=roles.counts(trees),
    )
    for tree in trees:
        for node in walk(tree):
            _look(node, facts)
    _finish(facts)
    return facts


def _look(node: Node, facts: Facts) -> None:
    match node:
        case Applied(head=Name() as head, group=group):
            split = density_items(head, group, facts.laws)
            if split is not None and key_of(head) not in facts.probabilities:
                of, given = split
                facts.densities.append((head.base, spelled(head.sub), of, given))
                facts.subscripts.setdefault(head.base, Counter())[spelled(head.sub)] += 1
                facts.arguments |= {n.base for n in (*of, *given)}
                said = {n.base for n in walk(group) if isinstance(n, Name)} & PARAMETERS
                facts.owned.setdefault(head.base, set()).update(said)
                _layers(facts, (*of, *given))
        case Big(sign="∫", sub=sub, differentials=differentials):
            facts.integrated |= {n.base for n in differentials}
            if sub is not None:
                facts.integrated |= {n.base for n in sub.nodes[:1] if isinstance(n, Name)}
        case Big(sign=sign, sub=sub, low=low, high=high, body=body):
            names = [n for n in (sub.nodes if sub else ()) if isinstance(n, Name)]
            if sub is not None and r"\in" in sub.separators:
                names = names[:1]
            if low is not None or high is not None:
                facts.indices |= {n.base for n in names}
                for n in names[:1]:
                    facts.limits.setdefault(n.base, set()).add(f"{_limit(low)} {_limit(high)}")
                if isinstance(high, Numeral) and high.value > LARGE:
                    facts.large.add(high.value)
                if high is not None and names:
                    facts.highs.setdefault(names[0].base, high)
                    facts.sizes |= {n.base for n in walk(high) if isinstance(n, Name)}
                    inside = [n for n in walk(body) if isinstance(n, Name)]
                    for letter in (n.base for n in inside if spelled(n.sub) == names[0].base):
                        facts.ranged.setdefault(letter, set()).add(names[0].base)
            elif sign in "∑∏":
                facts.summed |= {n.base for n in names}
        case Expected(sub=Items() as sub):
            below = (n for one in sub.nodes for n in walk(one))
            facts.averaged |= {n.base for n in below if isinstance(n, Name)}
        case Called(name="I", group=Group(items=items)):
            facts.arguments |= {n.base for n in items.nodes if isinstance(n, Name)}
        case Called(name="Bernoulli"):
            facts.bernoulli = True
        case Called(name="Normal") | Sized():
            facts.gaussian = True
        case LogOf(parts=((_, Group(items=Items(nodes=(inner,)))), *_)) if _one_minus(inner):
            facts.bernoulli = True
        case Raised(base=Group(items=Items(nodes=(inner,)))) if _one_minus(inner):
            facts.bernoulli = True
        case Applied(power=Node(), group=Group(items=Items(nodes=(inner,)))) if _one_minus(inner):
            facts.bernoulli = True
        case Sloped(parameter=parameter):
            facts.slopes.add(parameter)
        case Called(name="BCE"):
            facts.bernoulli = True
        case Name(base=r"\sigma" | r"\Sigma" as base, sub=sub):
            facts.gaussian = True
            if base == r"\Sigma":
                facts.covariances.add(spelled(sub))
        case Name(base=base) if base in BOUND_NAMES and not names_a_term(node):
            facts.bound_names.add(key_of(node))
    if isinstance(node, Name):
        facts.names.add(node.base)
        facts.scripts.update(t.text for t in (*node.sub, *node.sup))
        if ":" in spelled(node.sub):
            facts.blocks.add((node.base, spelled(node.sub)))
        if not node.sub and not node.sup:
            facts.scalars.add(node.base)
    if isinstance(node, Name) and node.base in ("q", "p", "P", "Q"):
        facts.subscripts.setdefault(node.base, Counter())[spelled(node.sub)] += 1
        said = {t.text for t in node.sub} & PARAMETERS
        facts.owned.setdefault(node.base, set()).update(said)


def _one_minus(node: Node) -> bool:
    """Whether a tree is 1 − ŷ for something that may be a probability."""
    terms: tuple[tuple[int, Node], ...] = getattr(node, "terms", ())
    if len(terms) != 2 or getattr(terms[0][1], "value", None) != 1 or terms[1][0] > 0:
        return False
    other = terms[1][1]
    name = other.head if isinstance(other, Applied) else other
    return isinstance(name, Name) and name.base not in (r"\beta", r"\lambda", r"\alpha")


def _layers(facts: Facts, names: tuple[Name, ...]) -> None:
    """Two arguments of one density that differ in their index only are layers or time steps:
    slots of their own.
    """
    counts = Counter(n.base for n in names)
    for base, count in counts.items():
        if count > 1 and len({spelled(n.sub) for n in names if n.base == base}) == count:
            facts.layered.add(base)
    for n in names:
        if ":" in spelled(n.sub):
            facts.layered.add(n.base)


def _limit(node: Node | None) -> str:
    """A limit of a sum as far as it is looked at: numbers and letters."""
    return str(getattr(node, "value", getattr(node, "base", "")))


def _labels(facts: Facts) -> None:
    """∑_{c=0}^9 p(c) p(x|c): c is a random variable, and the sum is over all of its values, as
    long as the file has no other limits for it; which it says for each such letter.
    """
    for base in facts.indices & facts.arguments - facts.scripts:
        ranges = facts.limits.get(base, set())
        facts.labels[base] = len(ranges) == 1 and next(iter(ranges))[:2] in ("0 ", "1 ")
        facts.summed.add(base)
        facts.indices.discard(base)
        facts.highs.pop(base, None)


# ℒ_K is a bound of K samples, and the ELBO for K = 1 only
_OF_SAMPLES = re.compile(r"_([KMSkms]|[2-9]|\d\d+)(\+1)?$")


def _finish(facts: Facts) -> None:
    _labels(facts)
    facts.unlimited = {s for s in facts.summed if s not in facts.arguments}
    facts.summed -= {s for s in facts.summed if s not in facts.arguments}
    facts.arguments |= {"x"} if facts.unargued else set()
    # a letter that limits a sum is a size, whatever else it may stand for elsewhere
    known = facts.sizes | facts.matrices | facts.counts
    facts.bound_names = {
        n for n in facts.bound_names if n.split("_")[0] not in known and not _OF_SAMPLES.search(n)
    }
    if facts.gaussian and not facts.sizes:
        size = next((s for s in SIZES if s in facts.scalars and s not in facts.arguments), None)
        facts.sizes |= {size} if size else set()


def vectors_of(trees: Iterable[Node]) -> frozenset[str]:
    """Letters that stand for vectors: they have an index, or stand whole inside a family, a norm
    or nothing else.

    A letter that is also used whole as a number, as in a derivation for one component, is none.
    """
    indexed: set[str] = set()
    whole: set[str] = set()
    for tree in trees:
        inside = {
            id(name)
            for node in walk(tree)
            if isinstance(node, Sized) or (isinstance(node, Called) and is_family_name(node.name))
            for name in walk(node)
        }
        for node in walk(tree):
            if not isinstance(node, Name):
                continue
            index = spelled(t for t in node.sub if t.text not in (*PARAMETERS, ",", ";"))
            if len(index) == 1 and index in "dijkln":
                indexed.add(node.base)
            elif not index and id(node) not in inside:
                whole.add(node.base)
    return frozenset(indexed - whole)


def may_be_shorthand(facts: Facts, lines: Iterable[Facts]) -> bool:
    """Whether q(z) may stand for q(z | x): the file has both, but no line does, and no q(x)
    makes q(z) a marginal.
    """
    if not _both(facts) or any(d[0] in ("q", "Q") and _observes(d[2]) for d in facts.densities):
        return False
    return not any(_both(line) for line in lines)


def _both(facts: Facts) -> bool:
    qs = [d for d in facts.densities if d[0] in ("q", "Q")]
    latents = {n.base for d in qs if d[3] for n in d[2]}
    return bool(latents) and any(not d[3] and {n.base for n in d[2]} <= latents for d in qs)


def _observes(names: tuple[Name, ...]) -> bool:
    return any(n.base.lower() == "x" for n in names)


_TERMS = ("rec", "kl", "reg", "nll", "bce", "mse", "lik", "prior", "data", "ent", "tc", "mi")


def names_a_term(name: Name) -> bool:
    """Whether a letter for the bound has the name of one of its terms below it: ℒ_rec, ℒ_KL."""
    said = spelled(name.sub).lower()
    if name.base == r"\ell" and said in ("d", "j", "k"):
        # the logits ℓ_d of the pixels
        return True
    return name.base in BOUND_NAMES and said.isalpha() and said.startswith(_TERMS)


def key_of(name: Name) -> str:
    """What a name is called when its arguments are left out; parameters below it do not count."""
    sub = spelled(name.sub)
    return name.base + (f"_{sub}" if sub and sub not in PARAMETERS else "")


def word_key(words: Words) -> str:
    """What a quantity that is named by words is called, in whatever case and spacing."""
    return r"\text{" + " ".join(words.text.split()).strip(".,:;").lower() + "}"


def density_items(
    head: Name, group: Group, laws: Container[str] = ()
) -> tuple[tuple[Name, ...], tuple[Name, ...]] | None:
    """The arguments on both sides of the bar when a bracketed name is a density, else None;
    ``laws`` are letters that the file uses for densities.
    """
    bar = "|" in group.items.separators
    if (
        head.base not in LETTERS
        or (head.base not in ALWAYS_LETTERS and head.base not in laws and not bar)
        or group.kind not in ("(", "[")
    ):
        return None
    parts = group.items.split("|")
    if len(parts) > 2:
        return None
    sides: list[tuple[Name, ...]] = []
    estimated = False
    for part in parts:
        names: list[Name] = []
        behind_semicolon = False
        for k, node in enumerate(part.nodes):
            if k and part.separators[k - 1] == ";":
                behind_semicolon = True
            if behind_semicolon:
                if _is_estimate_of(node, names):
                    # p(x; x̂) is p(x | z)
                    estimated = True
                continue
            name = _as_argument(node)
            if name is None:
                return None
            if k and part.separators[k - 1] == "=":
                # p(x | z = k): at a value of z, and as good as any
                continue
            if sides and name.base in {rf"\hat{{{n.base}}}" for n in sides[0]}:
                # p(x | x̂): the decoder's output stands for the code that it is made of
                name = replace(DEFAULT_LATENT, start=name.start, end=name.end)
                if any(n.base == name.base for n in names):
                    continue
            if name.base in PARAMETERS and len(part.nodes) + len(sides) > 1:
                continue
            names.append(name)
        sides.append(tuple(names))
    if not sides[0]:
        return None
    given = sides[1] if len(sides) > 1 else ()
    return sides[0], given or ((DEFAULT_LATENT,) if estimated else ())


def _is_estimate_of(node: Node, names: list[Name]) -> bool:
    return isinstance(node, Name) and node.base in {rf"\hat{{{n.base}}}" for n in names}


def _as_argument(node: Node) -> Name | None:
    if isinstance(node, Name):
        return node
    # z^l for a copy: the exponent is an index
    if isinstance(node, Raised) and isinstance(node.base, Name) and isinstance(node.exponent, Name):
        mark = Token("letter", node.exponent.base, node.exponent.start, node.exponent.end)
        return Name(node.start, node.end, node.base.base, node.base.sub, (mark,), node.base.primes)
    return None


def is_number(tokens: tuple[Token, ...]) -> bool:
    """Whether a script is a whole number."""
    return len(tokens) == 1 and tokens[0].kind == NUMBER
