"""Account credits by batch: from the agency's file or its call, chunk by chunk, each line once. 中文: 批量划账。

A file is read twice: first for its form, its sum and its digest, so that nothing is credited of a file that is broken;
then to credit it. It may break off anywhere, and is simply brought again.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from openyibao.fronts.shared.platform import Platform
from openyibao.kit.batch import Work
from openyibao.kit.crypto import sm3
from openyibao.kit.db import Tx
from openyibao.kit.money import FEN_MAX, parse_yuan
from openyibao.kit.outcome import Refused, reason
from openyibao.rooms import account_credits, people
from openyibao.rooms.account_credits import CHUNK_LINES, CreditBatch, CreditedLine, NewCreditBatch, NewCreditLine
from openyibao.rooms.areas import PoolingArea
from openyibao.rooms.ledger import AccountPot
from openyibao.rooms.people import DocumentType

COLUMNS = ("document_type", "document_number", "pot", "amount")
FAULTS_MAX = 1_000
"""So many refused lines are told one by one; the rest is counted."""
STEP_SECONDS = 120

CREDIT_PERSON_UNKNOWN = reason(
    "credit_person_unknown",
    zh="第 {line_no} 行: 证件号码没有参保登记",
    en="Line {line_no}: nobody is registered with this document",
    next_zh="请核对证件类型与号码; 其余各行不受影响",
    next_en="Check the document; the other lines are not touched",
)
CREDIT_FILE_BROKEN = reason(
    "credit_file_broken",
    zh="第 {line_no} 行格式不符: {fault}",
    en="Line {line_no} does not fit: {fault}",
    next_zh="请按 document_type,document_number,pot,amount 更正后重新提交; 没有一行入账",
    next_en="Correct it to document_type,document_number,pot,amount and bring it again; no line was credited",
)


class CreditLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as the agency writes it: whose, to which pot, how many fen."""

    line_no: int
    document_type: DocumentType
    document_number: str
    pot: AccountPot
    amount_fen: int


class CreditReport(msgspec.Struct, kw_only=True):
    """What came of a batch: lines credited now, credited before, and refused with their reasons."""

    batch_code: str
    line_count: int
    amount_fen: int
    credited_count: int = 0
    credited_fen: int = 0
    known_count: int = 0
    refused_count: int = 0
    refused: list[tuple[int, Refused]] = msgspec.field(default_factory=list)


def read_credit_file(path: Path) -> Iterator[CreditLine | Refused]:
    """The lines of a CSV file in UTF-8 with a header; a line that does not fit is told and ends the reading."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        header = tuple(next(rows, ()))
        if header != COLUMNS:
            yield Refused(CREDIT_FILE_BROKEN, {"line_no": 1, "fault": ",".join(header)[:80]})
            return
        for line_no, row in enumerate(rows, start=1):
            try:
                yield _line_of(line_no, row)
            except ValueError as fault:
                yield Refused(CREDIT_FILE_BROKEN, {"line_no": line_no + 1, "fault": str(fault)[:80]})
                return


def _line_of(line_no: int, row: Sequence[str]) -> CreditLine:
    if len(row) != len(COLUMNS):
        raise ValueError(f"{len(row)} columns")
    pot, amount_fen = AccountPot(row[2]), parse_yuan(row[3])
    if pot is AccountPot.purse or not 0 < amount_fen <= FEN_MAX or not 4 <= len(row[1]) <= 40:
        raise ValueError(",".join(row))
    return CreditLine(
        line_no=line_no,
        document_type=DocumentType(row[0]),
        document_number=row[1],
        pot=pot,
        amount_fen=amount_fen,
    )


async def credit_file(
    platform: Platform,
    path: Path,
    *,
    area: PoolingArea,
    batch_code: str,
    account_year: int,
    progress: Callable[[int, int], None] = lambda _done, _whole: None,
) -> CreditReport | Refused:
    """Credit a file. Reasons: credit_file_broken · credit_batch_differs; those of single lines stand in the report."""
    digest, count, amount_fen = b"", 0, 0
    for line in read_credit_file(path):
        if isinstance(line, Refused):
            return line
        count, amount_fen = count + 1, amount_fen + line.amount_fen
        digest = sm3(digest + msgspec.msgpack.encode(line))
    new = NewCreditBatch(
        pooling_area=area.pooling_area,
        batch_code=batch_code,
        account_year=account_year,
        digest=digest,
        line_count=count,
        amount_fen=amount_fen,
    )
    lines = (line for line in read_credit_file(path) if isinstance(line, CreditLine))
    return await credit(platform, area, new, lines, progress=progress)


async def credit(
    platform: Platform,
    area: PoolingArea,
    new: NewCreditBatch,
    lines: Iterator[CreditLine],
    *,
    actor: str = "agency",
    progress: Callable[[int, int], None] = lambda _done, _whole: None,
) -> CreditReport | Refused:
    """Begin the batch, or go on with it, and credit its lines. Reason: credit_batch_differs."""

    async def begin(tx: Tx) -> CreditBatch | Refused:
        return await account_credits.begin_batch(tx, platform.clock, new, actor=actor)

    batch = await platform.lane.submit("work", Work(begin))
    if isinstance(batch, Refused):
        return batch
    report = CreditReport(batch_code=new.batch_code, line_count=new.line_count, amount_fen=new.amount_fen)
    chunk: list[CreditLine] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == CHUNK_LINES:
            await _credit_chunk(platform, area, batch, chunk, report, actor)
            progress(line.line_no, new.line_count)
            chunk = []
    await _credit_chunk(platform, area, batch, chunk, report, actor)
    progress(new.line_count, new.line_count)
    return report


async def _credit_chunk(
    platform: Platform,
    area: PoolingArea,
    batch: CreditBatch,
    lines: Sequence[CreditLine],
    report: CreditReport,
    actor: str,
) -> None:
    if not lines:
        return
    async with platform.readers.reading() as reading:
        found = await people.find_by_documents(
            reading, platform.sealer, {(one.document_type, one.document_number) for one in lines}
        )
    known: list[NewCreditLine] = []
    for one in lines:
        name = found.get((one.document_type, one.document_number))
        if name is None:
            _refuse(report, one.line_no, Refused(CREDIT_PERSON_UNKNOWN, {"line_no": one.line_no}))
        else:
            known.append(NewCreditLine(line_no=one.line_no, person_id=name[1], amount_fen=one.amount_fen, pot=one.pot))

    async def run(tx: Tx) -> list[CreditedLine | Refused | None]:
        return await account_credits.credit_chunk(tx, platform.clock, area, batch, known, actor=actor)

    answers = await platform.lane.submit("work", Work(run), deadline_seconds=STEP_SECONDS) if known else []
    for line, answer in zip(known, answers, strict=True):
        if answer is None:
            report.known_count += 1
        elif isinstance(answer, Refused):
            _refuse(report, line.line_no, answer)
        else:
            report.credited_count += 1
            report.credited_fen += answer.amount_fen


def _refuse(report: CreditReport, line_no: int, refused: Refused) -> None:
    report.refused_count += 1
    if len(report.refused) < FAULTS_MAX:
        report.refused.append((line_no, refused))
