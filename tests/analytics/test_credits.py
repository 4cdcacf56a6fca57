"""Attribution models by hand, by subsets and by walking the chain."""

import itertools
import math
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest

from clickstream.analytics.credits import (
    SHARES,
    Path,
    Touch,
    apportion,
    credit,
    removal_effects,
)

pytestmark = pytest.mark.unit
WEEK = 7 * 86_400


def path(names: str, value: int = 1) -> Path:
    """A path of one-letter names, a week apart; D is Direct."""
    ages = range(len(names) - 1, -1, -1)
    touches = tuple(
        Touch(name, name == "D", age * WEEK) for name, age in zip(names, ages, strict=True)
    )
    return Path(touches, Decimal(value))


@pytest.mark.parametrize(
    ("model", "names", "expected"),
    [
        pytest.param("first", "ABC", {"A": 1}, id="first"),
        pytest.param("last", "ABD", {"D": 1}, id="last"),
        pytest.param("last_non_direct", "ABDD", {"B": 1}, id="last non-direct"),
        pytest.param("last_non_direct", "DD", {"D": 1}, id="all direct"),
        pytest.param("linear", "AAB", {"A": Fraction(2, 3), "B": Fraction(1, 3)}, id="linear"),
        pytest.param("position", "A", {"A": 1}, id="position of one"),
        pytest.param("position", "AB", {"A": Fraction(1, 2), "B": Fraction(1, 2)}, id="of two"),
        pytest.param(
            "position",
            "ABCA",
            {"A": Fraction(4, 5), "B": Fraction(1, 10), "C": Fraction(1, 10)},
            id="of four",
        ),
        pytest.param("time_decay", "AB", {"A": Fraction(1, 3), "B": Fraction(2, 3)}, id="decay"),
        pytest.param("shapley", "AAB", {"A": Fraction(1, 2), "B": Fraction(1, 2)}, id="shapley"),
    ],
)
def test_one_path_is_shared(model: str, names: str, expected: dict[str, Fraction]) -> None:
    conversions, revenue = credit([path(names, 30)], SHARES[model])

    assert {name: float(share) for name, share in conversions.items() if share} == pytest.approx(
        {name: float(share) for name, share in expected.items()}
    )
    assert sum(revenue.values()) == pytest.approx(30)


def random_paths(seed: int, number: int = 60) -> list[Path]:
    dice = random.Random(seed)
    return [
        path("".join(dice.choices("ABCD", k=dice.randint(1, 5))), dice.randint(1, 9))
        for _ in range(number)
    ]


def test_shapley_is_the_mean_contribution_over_all_orders_of_joining() -> None:
    paths = random_paths(1)
    names = sorted({touch.name for one in paths for touch in one.touches})

    def worth(members: frozenset[str]) -> int:
        return sum({touch.name for touch in one.touches} <= members for one in paths)

    orders = list(itertools.permutations(names))
    gains: dict[str, int] = defaultdict(int)
    for order in orders:
        for place, name in enumerate(order):
            before = frozenset(order[:place])
            gains[name] += worth(before | {name}) - worth(before)

    conversions, _ = credit(paths, SHARES["shapley"])

    assert conversions == {name: Fraction(gain, len(orders)) for name, gain in gains.items()}


def converts(
    steps: dict[str, Counter[str]], removed: str | None = None, rounds: int = 4000
) -> float:
    """The probability to convert, by letting everybody walk for long."""
    there, bought = {"(start)": 1.0}, 0.0
    for _ in range(rounds):
        after: dict[str, float] = defaultdict(float)
        for state, share in there.items():
            total = steps[state].total()
            for other, count in steps[state].items():
                if other == "(bought)":
                    bought += share * count / total
                elif other not in ("(left)", removed):
                    after[other] += share * count / total
        there = {state: share for state, share in after.items() if share > 1e-18}
    return bought


@pytest.mark.parametrize("seed", [2, 3])
def test_removal_effects_are_those_of_walking_without_the_name(seed: int) -> None:
    converted = [[touch.name for touch in one.touches] for one in random_paths(seed)]
    others = [([touch.name for touch in one.touches], 2) for one in random_paths(seed + 50)]
    steps: dict[str, Counter[str]] = defaultdict(Counter)
    walks: list[tuple[Sequence[str], int]] = [
        *((["(start)", *names, "(bought)"], 1) for names in converted),
        *((["(start)", *names, "(left)"], number) for names, number in others),
    ]
    for states, number in walks:
        for one, other in itertools.pairwise(states):
            steps[one][other] += number

    effects = removal_effects(converted, others)

    whole = converts(steps)
    assert effects == pytest.approx(
        {name: 1 - converts(steps, removed=name) / whole for name in "ABCD"}
    )


def test_without_conversions_there_are_no_effects() -> None:
    assert removal_effects([], [(["A"], 3)]) == {}
    assert removal_effects([], []) == {}


@pytest.mark.parametrize("model", list(SHARES))
def test_credits_add_up_exactly(model: str) -> None:
    paths = random_paths(4, number=37)
    conversions, revenue = credit(paths, SHARES[model])

    total = sum((one.value for one in paths), Decimal(0))
    assert sum(apportion(conversions, Decimal(37)).values()) == 37
    assert sum(apportion(revenue, total).values()) == total


def test_the_last_millionth_goes_to_the_largest_remainder_and_ties_by_name() -> None:
    thirds = apportion(dict.fromkeys("cab", Fraction(1, 3)), Decimal(1))

    assert thirds == {
        "a": Decimal("0.333334"),
        "b": Decimal("0.333333"),
        "c": Decimal("0.333333"),
    }
    assert math.isclose(float(sum(thirds.values())), 1)
