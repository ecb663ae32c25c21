"""The bill, settled: pre_settle, settle, reverse, annul, find_outcome.

Keeps: settlements and reversals (insert-only), which of them stand, idempotency keys of the money verbs, refusals.
Promises: the split sums to the bill; latest first; the same key gives the same answer. Units: fen.
Callers: the fronts. 中文: 结算。
"""
