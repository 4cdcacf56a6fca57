"""Attribution models: which share of a conversion each touch of its path is given.

Pure: paths in, credits out. The sums of the credits are exact, at six decimals.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Final

HALF_LIFE_SECONDS: Final = 7 * 86_400
SCALE: Final = 1_000_000
START, CONVERSION, NOTHING = object(), object(), object()


@dataclass(frozen=True, slots=True)
class Touch:
    """One session of a path: its channel (or source, …), and how long before the conversion."""

    name: str
    is_direct: bool
    age_seconds: float


@dataclass(frozen=True, slots=True)
class Path:
    """The touches that led to one conversion, in order, the converting session's last."""

    touches: tuple[Touch, ...]
    value: Decimal = Decimal(0)


Share = Fraction | float
Shares = Callable[[Sequence[Touch]], Sequence[Share]]
"""The share of each touch of a path; they add up to 1."""


def first(touches: Sequence[Touch]) -> list[Fraction]:
    return _all_to(0, len(touches))


def last(touches: Sequence[Touch]) -> list[Fraction]:
    return _all_to(len(touches) - 1, len(touches))


def last_non_direct(touches: Sequence[Touch]) -> list[Fraction]:
    """All to the last that is not Direct; to the last of all where all are."""
    named = [place for place, touch in enumerate(touches) if not touch.is_direct]
    return _all_to(named[-1] if named else len(touches) - 1, len(touches))


def linear(touches: Sequence[Touch]) -> list[Fraction]:
    return [Fraction(1, len(touches))] * len(touches)


def position(touches: Sequence[Touch]) -> list[Fraction]:
    """40 % to the first, 40 % to the last, the rest between them; halves where there are two."""
    number = len(touches)
    if number <= 2:
        return linear(touches)
    return [Fraction(2, 5), *([Fraction(1, 5 * (number - 2))] * (number - 2)), Fraction(2, 5)]


def time_decay(touches: Sequence[Touch]) -> list[float]:
    """By how recent each is: half as much for each seven days before the conversion."""
    newest = min(touch.age_seconds for touch in touches)
    weights = [2 ** (-(touch.age_seconds - newest) / HALF_LIFE_SECONDS) for touch in touches]
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def shapley(touches: Sequence[Touch]) -> list[Fraction]:
    """Equal shares to the path's different names.

    The closed form of the Shapley value for v(S) = the conversions of paths whose set of names lies
    within S: that game is a sum of unanimity games, in each of which the members share equally.
    """
    times = Counter(touch.name for touch in touches)
    return [Fraction(1, len(times) * times[touch.name]) for touch in touches]


SHARES: Final[Mapping[str, Shares]] = {
    "first": first,
    "last": last,
    "last_non_direct": last_non_direct,
    "linear": linear,
    "position": position,
    "time_decay": time_decay,
    "shapley": shapley,
}
MODELS: Final = (*SHARES, "markov")


Credits = dict[str, Fraction]


def credit(paths: Sequence[Path], shares: Shares) -> tuple[Credits, Credits]:
    """Each name's conversions and revenue by a model that shares every path by itself."""
    counts: dict[str, Counter[Share]] = defaultdict(Counter)
    values: dict[str, dict[Share, Decimal]] = defaultdict(dict)
    for path in paths:
        for touch, share in zip(path.touches, shares(path.touches), strict=True):
            counts[touch.name][share] += 1
            known = values[touch.name]
            known[share] = known.get(share, Decimal(0)) + path.value
    return (
        {name: _weighted(parts) for name, parts in counts.items()},
        {name: _weighted(parts) for name, parts in values.items()},
    )


def _weighted(parts: Mapping[Share, int] | Mapping[Share, Decimal]) -> Fraction:
    return sum((Fraction(share) * Fraction(part) for share, part in parts.items()), Fraction(0))


def removal_effects(
    converted: Iterable[Sequence[str]], others: Iterable[tuple[Sequence[str], int]]
) -> dict[str, float]:
    """The share of conversions that would be lost without each name, by a first-order Markov chain.

    With F the fundamental matrix, a walk hits a name with probability F[start, name] /
    F[name, name]; without the name, those walks are lost, and with them what they would have
    converted. See Anderl, Becker, von Wangenheim, Schumann (2016), Mapping the customer journey.
    """
    counts: dict[object, Counter[object]] = defaultdict(Counter)
    for names in converted:
        _count_steps(counts, [START, *names, CONVERSION], 1)
    for names, number in others:
        _count_steps(counts, [START, *names, NOTHING], number)
    states = [START, *sorted(name for name in counts if isinstance(name, str))]
    if len(states) == 1:
        return {}
    fundamental = _inverse(_transient(states, counts))
    outcome = [counts[state][CONVERSION] / counts[state].total() for state in states]
    reach = [
        math.fsum(one * other for one, other in zip(row, outcome, strict=True))
        for row in fundamental
    ]
    total = reach[0]
    if not total:
        return {}
    return {
        str(state): fundamental[0][place] / fundamental[place][place] * reach[place] / total
        for place, state in enumerate(states)
        if place
    }


def _count_steps(
    counts: dict[object, Counter[object]], states: Sequence[object], number: int
) -> None:
    for one, other in pairwise(states):
        if one != other:  # staying changes no probability of what comes after
            counts[one][other] += number


def _transient(
    states: Sequence[object], counts: Mapping[object, Counter[object]]
) -> list[list[float]]:
    """I - Q: the identity less the probabilities of stepping from one state to another."""
    places = {state: place for place, state in enumerate(states)}
    rows = []
    for place, state in enumerate(states):
        row = [0.0] * len(states)
        total = counts[state].total()
        for other, count in counts[state].items():
            if other in places:
                row[places[other]] -= count / total
        row[place] += 1.0
        rows.append(row)
    return rows


def _inverse(matrix: Sequence[Sequence[float]]) -> list[list[float]]:
    """The inverse, by Gauss and Jordan with partial pivots."""
    number = len(matrix)
    rows = [
        [*row, *(1.0 if place == other else 0.0 for other in range(number))]
        for place, row in enumerate(matrix)
    ]
    for column in range(number):
        pivot = max(range(column, number), key=lambda place: abs(rows[place][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        scale = rows[column][column]
        rows[column] = [value / scale for value in rows[column]]
        for place in range(number):
            factor = rows[place][column]
            if place != column and factor:
                base = rows[column]
                rows[place] = [
                    value - factor * other for value, other in zip(rows[place], base, strict=True)
                ]
    return [row[number:] for row in rows]


def apportion(weights: Mapping[str, Share], total: Decimal) -> dict[str, Decimal]:
    """The total shared out by weights at six decimals, by largest remainder, ties by name.

    The parts add up to the total exactly (to its millionth). No weights, no parts.
    """
    exact = {name: Fraction(weight) for name, weight in weights.items()}
    whole = sum(exact.values(), Fraction(0))
    if not whole:
        return dict.fromkeys(weights, Decimal(0))
    units = int((total * SCALE).to_integral_value())
    quotas = {name: weight * units / whole for name, weight in exact.items()}
    parts = {name: math.floor(quota) for name, quota in quotas.items()}
    left = units - sum(parts.values())
    for name in sorted(quotas, key=lambda name: (parts[name] - quotas[name], name))[:left]:
        parts[name] += 1
    return {name: Decimal(part) / SCALE for name, part in parts.items()}


def _all_to(place: int, number: int) -> list[Fraction]:
    return [Fraction(other == place) for other in range(number)]
