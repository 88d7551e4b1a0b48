"""Pairwise-coprime bases, found without factoring anything.

They make log 6 + log 10 = 2 log 2 + log 15 decidable: every integer of a list is a product of
powers of the base found by greatest common divisors alone (factor refinement: Bach, Driscoll and
Shallit, "Factor refinement", 1993). By unique factorization the logarithms of a coprime base are
linearly independent over ℚ; with Lindemann's theorem, so are they together with 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import gcd

SMALL = (2, 3, 5, 7, 11, 13)


def coprime_base(numbers: Iterable[int]) -> list[int]:
    """Pairwise-coprime integers > 1 of which every given integer > 1 is a product of powers."""
    rests, primes = _without_shared({n for n in numbers if n > 1})
    waiting = sorted(rests - {1}, reverse=True)
    base: list[int] = []
    while waiting:
        number = waiting.pop()
        for place, element in enumerate(base):
            common = gcd(number, element)
            if common > 1:
                base[place] = base[-1]
                base.pop()
                parts = (common, number // common, element // common)
                waiting.extend(part for part in parts if part > 1)
                break
        else:
            base.append(number)
    return sorted((*primes, *base))


def _without_shared(numbers: set[int]) -> tuple[set[int], list[int]]:
    """The numbers without the smallest primes that several of them share, and those primes.

    Most numbers are made of these, and dividing is cheaper than refining.
    """
    shared = []
    for prime in SMALL:
        multiples = [n for n in numbers if n % prime == 0]
        if len(multiples) > 1:
            shared.append(prime)
            numbers = numbers.difference(multiples) | {_without(n, prime) for n in multiples}
    return numbers, shared


def _without(number: int, prime: int) -> int:
    while number % prime == 0:
        number //= prime
    return number


def exponents(number: int, base: Iterable[int]) -> dict[int, int]:
    """The exponents of ``number`` over a coprime base.

    Raises ValueError when the base does not generate it.
    """
    found: dict[int, int] = {}
    rest = number
    for element in base:
        if rest == 1:
            break
        count = 0
        quotient, remainder = divmod(rest, element)
        while remainder == 0:
            rest = quotient
            count += 1
            quotient, remainder = divmod(rest, element)
        if count:
            found[element] = count
    if rest != 1:
        raise ValueError(f"{number} is not a product of powers of the base")
    return found


def perfect_power(number: int) -> tuple[int, int]:
    """``number`` = root ** exponent with the largest exponent: (2, 4) for 16, (6, 1) for 6."""
    if _shared_exponent(number) == 1:
        return number, 1
    exponent = 1
    prime = 2
    while number >> prime:
        root = integer_root(number, prime)
        if root**prime == number:
            number, exponent = root, exponent * prime
        else:
            prime += 1
    return number, exponent


def _shared_exponent(number: int) -> int:
    """What the exponents of the first primes have in common: 1 settles most numbers quickly."""
    shared = 0
    for prime in SMALL:
        count = 0
        while number % prime == 0:
            number //= prime
            count += 1
        shared = gcd(shared, count)
        if shared == 1:
            break
    return shared


def integer_root(number: int, degree: int) -> int:
    """⌊number^(1/degree)⌋ for number ≥ 1, by Newton's iteration in integers."""
    guess = 1 << -(-number.bit_length() // degree)
    while True:
        better = ((degree - 1) * guess + number // guess ** (degree - 1)) // degree
        if better >= guess:
            return guess
        guess = better
