"""What a guess is worth: how many forged codes a year would be accepted if everybody guessed as fast as is let. 中文: 伪造概率。

Assumed: every institution of the nation guesses on each day of the year up to its day's limit; each guess bears a serial that lives
(``known``) or any ten digits (``blind``); each transaction in flight may look at one batch's first guess more than the limit,
since it has not seen the others' counts (``Guard.count`` lets no second one through). A guess is tried against the accepted steps and no other.
"""

from __future__ import annotations

from fractions import Fraction

import msgspec

from openyibao.kit.crypto import NUMBERS
from openyibao.rooms.presentation.records import ScanLimits
from openyibao.rooms.presentation.rules import MAC_DIGITS, STEPS_ACCEPTED

DAYS_A_YEAR = 365
INSTITUTIONS = 800_000
BUSY_INSTITUTIONS = 4_000
"""Tertiary hospitals: about as many as the nation has."""
BINDINGS = 3_600_000_000


class Chance(msgspec.Struct, frozen=True, kw_only=True):
    """What guessing comes to (伪造概率)."""

    guesses_a_year: int
    known: Fraction
    """Of one guess at a serial that lives."""
    blind: Fraction
    """Of one guess at any serial."""

    @property
    def accepted_known(self) -> Fraction:
        """Accepted guesses a year, where each bears a serial that lives."""
        return self.guesses_a_year * self.known

    @property
    def accepted_blind(self) -> Fraction:
        """Accepted guesses a year, where serials are guessed too."""
        return self.guesses_a_year * self.blind


def reckon(
    limits: ScanLimits,
    *,
    transactions: int,
    institutions: int = INSTITUTIONS,
    busy: int = BUSY_INSTITUTIONS,
    bindings: int = BINDINGS,
) -> Chance:
    """The chance under these limits, with so many transactions at work at once (carriers times workers)."""
    a_day = (institutions - busy) * limits.bad_codes_a_day + busy * limits.bad_codes_a_day_busy
    in_flight = institutions * transactions
    known = Fraction(STEPS_ACCEPTED, 10**MAC_DIGITS)
    return Chance(
        guesses_a_year=(a_day + in_flight) * DAYS_A_YEAR,
        known=known,
        blind=known * Fraction(min(bindings, NUMBERS), NUMBERS),
    )
