"""Who owes whom: balanced postings, and the personal accounts with their balances.

Keeps: personal accounts, postings. Promises: a posting has one debit, one credit and an amount above zero, so the whole
sums to zero by construction; a personal account never goes below zero; postings are insert-only. Units: fen.
Callers: settlement. 中文: 账务与个人账户。
"""
