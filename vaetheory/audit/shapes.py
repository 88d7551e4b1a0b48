"""Sizes of the probed arrays, and the layouts in which people keep them."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from vaetheory.audit.roles import Role


@dataclass(frozen=True)
class Sizes:
    """B examples, an event of shape `event` (D entries), a latent of shape `latent` (K entries).

    An image is [C, H, W], or [H, W, C] with `channels_last`. A mask, where there is one, has the
    first `mask_axes` axes of an event (all of them where that is None), and may be boolean. With
    `tokens`, x holds that many sorts of tokens, and x̂ has an entry for each sort: on the last axis,
    or on the first of an example with `sorts_first`.
    """

    batch: int
    event: tuple[int, ...]
    latent: tuple[int, ...]
    channels_last: bool = False
    mask_axes: int | None = None
    boolean: bool = False
    tokens: int | None = None
    sorts_first: bool = False

    @property
    def symbols(self) -> dict[str, float]:
        """B, D (or C, H, W for an image) and K, as the coefficients name them."""
        names = ("D",) if len(self.event) == 1 else ("C", "H", "W")[-len(self.event) :]
        if self.channels_last:
            names = ("H", "W", "C")
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
        if role in (Role.MASK, Role.MISSING):
            return (self.batch, *self.event[: self.mask_axes])
        if role is Role.RECONSTRUCTION and self.tokens is not None:
            sorts = (self.tokens,)
            event = (*sorts, *self.event) if self.sorts_first else (*self.event, *sorts)
            return (self.batch, *event)
        return (self.batch, *(self.latent if role.is_latent else self.event))

    def with_two_latents(self) -> Sizes:
        """The same with twice as many latents, of which a call has one half each in two arrays."""
        first, *rest = self.latent
        return replace(self, latent=(2 * first, *rest))


@dataclass(frozen=True)
class Layout:
    """A family of sizes: the first is the base, the others vary one thing at a time."""

    name: str
    base: Sizes
    varied: tuple[Sizes, ...]
    unseen: Sizes

    def changed(self, change: Callable[[Sizes], Sizes]) -> Layout:
        """The same layout with all its sizes changed."""
        varied = tuple(map(change, self.varied))
        return Layout(self.name, change(self.base), varied, change(self.unseen))

    def fitted(self, roles: Collection[Role]) -> Iterator[Layout]:
        """The layout as a plan with these roles needs it: with two latents, with each mask."""
        fitted = self.changed(Sizes.with_two_latents) if Role.SECOND_MEAN in roles else self
        if not {Role.MASK, Role.MISSING} & set(roles):
            yield fitted
            return
        for axes in dict.fromkeys((None, 1)):
            if axes is None or len(self.base.event) > 1:
                for boolean in (False, True):
                    yield fitted.changed(partial(replace, mask_axes=axes, boolean=boolean))


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


def images_last() -> Layout:
    """x is [B, H, W, C], as Keras, TensorFlow and Flax have it."""
    first = images()

    def turned(sizes: Sizes) -> Sizes:
        channels, *plane = sizes.event
        return Sizes(sizes.batch, (*plane, channels), sizes.latent, channels_last=True)

    return replace(first.changed(turned), name="[B, H, W, C]")


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


def sequences_of_latents() -> Layout:
    """x is [B, T, D] with a latent for every step, [B, T, K], counted as T·K latents."""

    def of(batch: int, steps: int, width: int, latents: int) -> Sizes:
        return Sizes(batch, (steps, width), (steps, latents))

    return Layout(
        "[B, H, W], latents [B, H, K]",
        of(3, 4, 5, 6),
        (
            of(2, 4, 5, 6), of(7, 4, 5, 6), of(3, 6, 5, 6), of(3, 9, 5, 6), of(3, 4, 2, 6),
            of(3, 4, 5, 8), of(3, 4, 5, 11),
        ),
        of(5, 6, 2, 4),
    )  # fmt: skip


def texts(*, sorts_first: bool) -> Layout:
    """x is [B, D], whole numbers that stand for tokens; x̂ is [B, D, V], or [B, V, D]."""
    layout = flat().changed(partial(replace, tokens=_SORTS, sorts_first=sorts_first))
    shape = "[B, V, D]" if sorts_first else "[B, D, V]"
    return replace(layout, name=f"tokens [B, D], x̂ as {shape}")


def frozen(event: tuple[int, ...], latent: int | None = None) -> Layout:
    """D fixed by a literal in the function (and K too, where it is given)."""
    ks = (latent,) * 3 if latent else (5, 2, 9)
    last = len(event) == 3 and event[0] == event[1] != event[2]

    def of(batch: int, latents: int) -> Sizes:
        return Sizes(batch, event, (latents,), channels_last=last)

    return Layout(
        f"[B, {', '.join(map(str, event))}]",
        of(3, ks[0]),
        (of(2, ks[0]), of(7, ks[0]), of(3, ks[1]), of(3, ks[2])),
        of(5, latent or 7),
    )


# No other axis of a layout is as long.
_SORTS = 13
_COMMON = (784, 3072, 4096, 12288)
_IMAGES = {784: (1, 28, 28), 3072: (3, 32, 32), 1024: (1, 32, 32), 4096: (1, 64, 64),
           12288: (3, 64, 64)}  # fmt: skip


def layouts(literals: Iterable[float] = (), *, channels_last: bool = False) -> Iterator[Layout]:
    """Layouts to try, the freest first; then those that a literal in the source fixes.

    `channels_last`: the library keeps images so by default.
    """
    yield flat()
    if channels_last:
        yield images_last()
    yield images()
    yield latent_maps()
    yield sequences()
    yield sequences_of_latents()
    yield texts(sorts_first=False)
    yield texts(sorts_first=True)
    numbers = sorted({int(n) for n in literals if n == int(n) and 2 <= n <= 20_000})
    widths = [n for n in numbers if n >= 8]
    for width in dict.fromkeys([*_COMMON[:1], *(n for n in widths if n > 20)]):
        yield frozen((width,))
        if width in _IMAGES:
            channels, *plane = _IMAGES[width]
            yield frozen((*plane, channels) if channels_last else _IMAGES[width])
    for side in (n for n in widths if n <= 128):
        for channels in (1, 3):
            plane = [side, side]
            yield frozen((*plane, channels) if channels_last else (channels, *plane))
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
