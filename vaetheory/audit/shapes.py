"""Sizes of the probed arrays, and the layouts in which people keep them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vaetheory.audit.roles import Role


@dataclass(frozen=True)
class Sizes:
    """B examples, an event of shape `event` (D entries), a latent of shape `latent` (K entries)."""

    batch: int
    event: tuple[int, ...]
    latent: tuple[int, ...]

    @property
    def symbols(self) -> dict[str, float]:
        """B, D (or C, H, W for an image) and K, as the coefficients name them."""
        names = ("D",) if len(self.event) == 1 else ("C", "H", "W")[-len(self.event) :]
        axes = {name: float(size) for name, size in zip(names, self.event, strict=True)}
        return {"B": float(self.batch), **axes, "K": float(self.latents)}

    @property
    def values(self) -> dict[str, float]:
        """The same, with D for an image too."""
        return {**self.symbols, "D": float(self.dimensions)}

    @property
    def dimensions(self) -> int:
        """D, the number of observed dimensions."""
        return math.prod(self.event)

    @property
    def latents(self) -> int:
        """K, the number of latent dimensions."""
        return math.prod(self.latent)

    def shape(self, role: Role) -> tuple[int, ...]:
        """The shape of the array that plays a role."""
        if role is Role.PACKED:
            return (self.batch, 2 * self.latent[0], *self.latent[1:])
        return (self.batch, *(self.latent if role.is_latent else self.event))


@dataclass(frozen=True)
class Layout:
    """A family of sizes: the first is the base, the others vary one thing at a time."""

    name: str
    base: Sizes
    varied: tuple[Sizes, ...]
    unseen: Sizes


def flat() -> Layout:
    """x is [B, D]."""
    return Layout(
        "[B, D]",
        Sizes(3, (8,), (5,)),
        (
            Sizes(2, (8,), (5,)), Sizes(7, (8,), (5,)), Sizes(3, (11,), (5,)),
            Sizes(3, (17,), (5,)), Sizes(3, (8,), (2,)), Sizes(3, (8,), (9,)),
        ),
        Sizes(5, (13,), (7,)),
    )  # fmt: skip


def images() -> Layout:
    """x is [B, C, H, W]."""
    return Layout(
        "[B, C, H, W]",
        Sizes(3, (2, 4, 5), (6,)),
        (
            Sizes(2, (2, 4, 5), (6,)), Sizes(7, (2, 4, 5), (6,)), Sizes(3, (1, 4, 5), (6,)),
            Sizes(3, (2, 7, 5), (6,)), Sizes(3, (2, 4, 3), (6,)), Sizes(3, (2, 4, 5), (3,)),
            Sizes(3, (2, 4, 5), (11,)),
        ),
        Sizes(5, (3, 6, 2), (4,)),
    )  # fmt: skip


def latent_maps() -> Layout:
    """x is [B, C, H, W] and the latent is a map too, [B, K, h, w], counted as K·h·w latents."""
    return Layout(
        "[B, C, H, W], latents [B, K, h, w]",
        Sizes(3, (2, 4, 5), (3, 2, 4)),
        (
            Sizes(2, (2, 4, 5), (3, 2, 4)), Sizes(7, (2, 4, 5), (3, 2, 4)),
            Sizes(3, (1, 4, 5), (3, 2, 4)), Sizes(3, (2, 7, 5), (3, 2, 4)),
            Sizes(3, (2, 4, 3), (3, 2, 4)), Sizes(3, (2, 4, 5), (1, 2, 4)),
            Sizes(3, (2, 4, 5), (3, 5, 4)), Sizes(3, (2, 4, 5), (3, 2, 1)),
        ),
        Sizes(5, (3, 6, 2), (4, 3, 3)),
    )  # fmt: skip


def sequences() -> Layout:
    """x is [B, T, D], counted as an image with one row."""
    return Layout(
        "[B, H, W]",
        Sizes(3, (4, 5), (6,)),
        (
            Sizes(2, (4, 5), (6,)), Sizes(7, (4, 5), (6,)), Sizes(3, (7, 5), (6,)),
            Sizes(3, (4, 3), (6,)), Sizes(3, (4, 5), (3,)), Sizes(3, (4, 5), (11,)),
        ),
        Sizes(5, (6, 2), (4,)),
    )  # fmt: skip


def frozen(event: tuple[int, ...], latent: int | None = None) -> Layout:
    """D fixed by a literal in the function (and K too, where it is given)."""
    ks = (latent,) * 3 if latent else (5, 2, 9)
    return Layout(
        f"[B, {', '.join(map(str, event))}]",
        Sizes(3, event, (ks[0],)),
        (
            Sizes(2, event, (ks[0],)), Sizes(7, event, (ks[0],)),
            Sizes(3, event, (ks[1],)), Sizes(3, event, (ks[2],)),
        ),
        Sizes(5, event, (latent or 7,)),
    )  # fmt: skip


_COMMON = (784, 3072, 4096, 12288)
_IMAGES = {784: (1, 28, 28), 3072: (3, 32, 32), 1024: (1, 32, 32), 4096: (1, 64, 64),
           12288: (3, 64, 64)}  # fmt: skip


def layouts(literals: Iterable[float] = ()) -> Iterator[Layout]:
    """Layouts to try, the freest first; then those that a literal in the source fixes."""
    yield flat()
    yield images()
    yield latent_maps()
    yield sequences()
    numbers = sorted({int(n) for n in literals if n == int(n) and 2 <= n <= 20_000})
    widths = [n for n in numbers if n >= 8]
    for width in dict.fromkeys([*_COMMON[:1], *(n for n in widths if n > 20)]):
        yield frozen((width,))
        if width in _IMAGES:
            yield frozen(_IMAGES[width])
    for side in (n for n in widths if n <= 128):
        yield frozen((1, side, side))
        yield frozen((3, side, side))
        yield frozen((side * side,))
    for latent in (n for n in numbers if n <= 1024):
        base = flat()
        yield Layout(
            f"[B, D], K = {latent}",
            Sizes(3, (8,), (latent,)),
            tuple(Sizes(s.batch, s.event, (latent,)) for s in base.varied[:4]),
            Sizes(5, (13,), (latent,)),
        )
        yield frozen((784,), latent)
    yield frozen((3072,))
    yield frozen((3, 32, 32))
    yield frozen((3, 64, 64))
