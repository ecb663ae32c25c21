"""What a person has used up in a policy year: deductibles, in-policy spending, funds.

Keeps: one row per person, insurance and policy year, a map of named amounts. Promises: after any allowed sequence the
map equals that of a fresh run of the settlements that still stand. Units: fen (counts where the name ends in _count).
Callers: settlement. 中文: 累计。
"""

from openyibao.rooms.accumulators.records import Accumulator, AccumulatorKey
from openyibao.rooms.accumulators.store import list_accumulators, read_accumulators, write_accumulators

__all__ = ["Accumulator", "AccumulatorKey", "list_accumulators", "read_accumulators", "write_accumulators"]
