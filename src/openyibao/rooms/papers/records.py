"""Records of printed codes, and the reasons one is refused for at the terminal. 中文: 纸质码记录。"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from openyibao.kit.outcome import reason

PRINT_UNSOUND = reason(
    "printed_limits_unsound",
    zh="纸质码须写明可用地点、用途、每日次数 (1-{uses})、每日金额 (不超过 {limit} 元) 和有效天数 (1-{days})",
    en="A printed code states places, purposes, uses a day (1-{uses}), a day's limit (at most {limit} yuan), days (1-{days})",
    next_zh="请更正后重新打印",
    next_en="Correct it and print again",
)
PRINT_SECOND_OFFICER = reason(
    "printed_second_officer",
    zh="参保地要求另一位复核人员同意后才能办理",
    en="The insured area asks for a second officer to agree",
    next_zh="请复核人员在本页输入工号、密码和动态口令",
    next_en="Let the approver enter code, password and one-time code on this page",
)
PRINTED_CODE_REVOKED = reason(
    "printed_code_revoked",
    zh="该纸质码已停用",
    en="This printed code was revoked",
    next_zh="请收回该纸张; 本人可凭证件到窗口重新打印, 或刷身份证、社保卡",
    next_en="Keep the paper; with a document a counter prints a new one, and an ID or social-security card does too",
)
PRINTED_CODE_ENDED = reason(
    "printed_code_ended",
    zh="该纸质码已于 {ended_on} 到期",
    en="This printed code ended on {ended_on}",
    next_zh="请凭证件到窗口重新打印; 也可刷身份证或社保卡",
    next_en="With a document a counter prints a new one; an ID or social-security card does too",
)
PRINTED_CODE_NOT_HERE = reason(
    "printed_code_not_here",
    zh="该纸质码不能在本机构使用",
    en="This printed code does not hold at this institution",
    next_zh="也可刷身份证或社保卡; 需要更改的, 请到打印的窗口办理",
    next_en="An ID or social-security card does too; to change the paper, go to the counter that printed it",
)
PRINTED_PROOF_NEEDED = reason(
    "printed_proof_needed",
    zh="凭纸质码就医须同时核验本人: {proof_zh}",
    en="A printed code asks for a proof at the window: {proof_en}",
    next_zh="请核验后再次扫码",
    next_en="See to the proof and scan again",
)
PRINTED_PROOF_WRONG = reason(
    "printed_proof_wrong",
    zh="证件号码末四位不符",
    en="The last four digits of the document are not these",
    next_zh="请核对证件原件; 不是本人的, 请收回纸张并致电 12393",
    next_en="Compare the document itself; if it is not the person, keep the paper and call 12393",
)
PRINTED_TRIES = reason(
    "printed_tries_exhausted",
    zh="该纸质码今日核验失败次数过多, 今日不能再用",
    en="Too many tries at this printed code failed today: it rests until tomorrow",
    next_zh="请刷身份证或社保卡; 怀疑被冒用的, 请停用后重新打印",
    next_en="Use an ID or social-security card; if somebody else tried it, end it and print anew",
)
PRINTED_DAY_USES = reason(
    "printed_day_uses",
    zh="该纸质码今日已用 {most} 次, 已到上限",
    en="This printed code was used {most} times today, and that is the most",
    next_zh="也可刷身份证或社保卡; 需要更改的, 请到打印的窗口办理",
    next_en="An ID or social-security card does too; to change the paper, go to the counter that printed it",
)
PRINTED_DAY_AMOUNT = reason(
    "printed_day_amount",
    zh="该纸质码每日医保支付上限 {limit} 元, 今日已用 {used} 元, 不够本次支付",
    en="Insurance pays at most {limit} yuan a day by this printed code; {used} were used, and the rest does not do",
    next_zh="请减少本次结算项目, 或刷身份证、社保卡结算",
    next_en="Settle fewer lines, or settle by an ID or social-security card",
)


class WindowProof(StrEnum):
    """What is looked at beside a card or a paper: the document itself, its last digits, the password (窗口核验方式)."""

    document = "document"
    digits = "digits"
    password = "password"  # noqa: S105 a way, no password


class NewPrintedCode(msgspec.Struct, frozen=True, kw_only=True):
    """A printed code as it is asked for. It holds at these institutions, and at all in these areas."""

    purposes: tuple[str, ...]
    institution_ids: tuple[int, ...] = ()
    areas: tuple[int, ...] = ()
    uses_a_day: int
    day_limit_fen: int
    days: int


class PaperSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the insured area decides of printed codes."""

    uses_a_day_max: int
    day_limit_fen_max: int
    days_max: int
    proof: WindowProof
    second_officer: bool


class PrintedCode(msgspec.Struct, frozen=True, kw_only=True):
    """What a printed code is good for (纸质码限制). ``day_limit_fen`` bounds what insurance pays on a Shanghai day."""

    bucket: int
    binding_id: int
    purposes: tuple[str, ...]
    uses_a_day: int
    day_limit_fen: int
    expires_at: datetime
    officer: str
    person_id: int
    institution_ids: tuple[int, ...]
    areas: tuple[int, ...]
    proof: WindowProof
    approver: str | None
    replaces: int | None
    printed_at: datetime


class PaperUseKind(StrEnum):
    """A bill paid by a printed code, or given back by a reversal (使用 / 退回)."""

    used = "used"
    refunded = "refunded"


class PaperUse(msgspec.Struct, frozen=True, kw_only=True):
    """What insurance paid when a printed code was shown (纸质码使用记录), in the person's cell."""

    cell: int
    use_id: int
    binding_id: int
    person_id: int
    kind: PaperUseKind
    amount_fen: int
    settlement_id: int
    institution_id: int
    used_on: date
