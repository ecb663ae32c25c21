"""Money that comes to personal accounts by the thousand: credits by batch, interest, and the turn of the account year.

Keeps: credit batches and their lines, what each chunk of a year's turn did. Promises: a batch that is brought twice, or
begun again after it broke off, credits each line once; a person's pots turn once a year, and a credit of a new year turns
them first; whatever breaks off goes on where it stood. Units: fen, rates in basis points a year; interest is rounded half up
to the fen, by pot. Callers: the commands and the agency's door. 中文: 划账、计息与年度结转。
"""

from openyibao.rooms.account_credits.records import (
    CreditBatch,
    CreditedLine,
    InterestRates,
    NewCreditBatch,
    NewCreditLine,
    RolledChunk,
)
from openyibao.rooms.account_credits.rules import account_year_start, interest_fen, interest_rates
from openyibao.rooms.account_credits.service import CHUNK_LINES, begin_batch, credit_chunk, find_batch, roll_chunk
from openyibao.rooms.account_credits.store import list_credited, list_roll_faults, sum_chunks, sum_credited
from openyibao.rooms.account_credits.telling import expected_of_batches, expected_of_chunks, expected_of_lines

__all__ = [
    "CHUNK_LINES",
    "CreditBatch",
    "CreditedLine",
    "InterestRates",
    "NewCreditBatch",
    "NewCreditLine",
    "RolledChunk",
    "account_year_start",
    "begin_batch",
    "credit_chunk",
    "expected_of_batches",
    "expected_of_chunks",
    "expected_of_lines",
    "find_batch",
    "interest_fen",
    "interest_rates",
    "list_credited",
    "list_roll_faults",
    "roll_chunk",
    "sum_chunks",
    "sum_credited",
]
