"""Why a bill is refused, or an undoing: stable codes with a sentence for the clerk and what to do next. 中文: 结算拒绝原因。"""

from __future__ import annotations

from openyibao.kit.outcome import reason

VISIT_TOKEN_NEEDED = reason(
    "visit_token_needed",
    zh="结算需要参保人在场: 请扫医保码",
    en="Settling needs the person here: scan the code",
    next_zh="请参保人出示医保码, 扫码后再结算",
    next_en="Ask for the code, scan it and settle again",
)
NOT_THIS_PERSON = reason(
    "not_this_person",
    zh="所扫医保码与本次就诊不是同一参保人",
    en="The code scanned belongs to another person than the visit",
    next_zh="请核对就诊人, 让就诊本人出示医保码",
    next_en="Check who the visit is for and scan that person's code",
)
CARD_PROOF_NEEDED = reason(
    "card_proof_needed",
    zh="仅凭身份证或社保卡不能使用个人账户",
    en="An ID or social-security card alone may not spend the personal account",
    next_zh="请重新读卡并由参保人输入六位口令, 或出示医保码; 也可不用个人账户结算",
    next_en="Read the card again and let the person enter the six-digit password, or show the code; or use no account",
)
FACE_PASSWORD_NEEDED = reason(
    "face_password_needed",
    zh="刷脸结算超过 {limit_fen} 分的, 还须本人口令",
    en="Above {limit_fen} fen a face needs the person's password as well",
    next_zh="请重新刷脸并由本人输入口令, 或请参保人出示医保码、身份证或社保卡",
    next_en="Know the face again with the password typed by the person, or let them show the code or a card",
)
BATCH_UNKNOWN = reason(
    "batch_unknown",
    zh="收费批次 {fee_batch_id} 不在这次就诊的待结算批次中",
    en="The batch {fee_batch_id} is not among those of the visit that wait to be settled",
    next_zh="请核对收费批次号",
    next_en="Check the number of the batch",
)
PARTS_APART = reason(
    "parts_apart",
    zh="所选费用跨医保年度 (共 {parts} 段), 按政策须分段结算, 第一段到 {until_on}",
    en="The lines lie in {parts} parts that the policy settles apart; the first ends on {until_on}",
    next_zh="请先选择 {until_on} 及以前的批次结算, 再结算其余; 一个批次跨年的请撤销后按日重传",
    next_en="Settle the batches up to {until_on} first, then the rest; a batch across it is taken back and uploaded by days",
)
RECEIPT_NOT_WHOLE = reason(
    "receipt_not_whole",
    zh="这笔结算的记录与写入时不符, 不能出具收据",
    en="What is stored of this settlement is not what was written, so no receipt is given for it",
    next_zh="请告知医保经办机构核查",
    next_en="Tell the insurance agency, who will have it checked",
)
PAY_CONSENT_ENDED = reason(
    "pay_consent_ended",
    zh="诊间支付授权已到期, 请重新扫码",
    en="The agreement to pay without another showing has ended: scan again",
    next_zh="请参保人刷新医保码后重新扫码",
    next_en="Have the person refresh the code and scan again",
)
NEGATIVE_TOTAL = reason(
    "negative_total",
    zh="待结算费用合计为负数",
    en="The lines to settle add up to less than zero",
    next_zh="请先撤销原结算, 再按剩余费用重新结算",
    next_en="Reverse the earlier settlement, then settle what remains",
)
SPLIT_CHANGED = reason(
    "split_changed",
    zh="预结算后待遇已变化: 原基金 {expected_fund_total_fen} 分、账户 {expected_personal_account_fen} 分、现金 {expected_cash_fen} 分; 现基金 {fund_total_fen} 分、账户 {personal_account_fen} 分、现金 {cash_fen} 分",
    en="The split has changed since pre-settling: funds {expected_fund_total_fen}, account {expected_personal_account_fen}, cash {expected_cash_fen} fen then; funds {fund_total_fen}, account {personal_account_fen}, cash {cash_fen} fen now",
    next_zh="请把新的金额告知参保人, 同意后重新结算",
    next_en="Tell the person the new amounts and settle again if they agree",
)
OTHER_INSTITUTION = reason(
    "settlement_of_other_institution",
    zh="这笔结算由其他机构办理, 本机构不能撤销",
    en="Another institution made this settlement; it can't be reversed here",
    next_zh="请到原结算机构办理撤销",
    next_en="Have it reversed where it was settled",
)
ALREADY_REVERSED = reason(
    "already_reversed",
    zh="这笔结算已撤销, 撤销编号 {reversal_id}",
    en="The settlement was reversed before, as {reversal_id}",
    next_zh="无需再次撤销; 可查看撤销凭单",
    next_en="Nothing is left to do; see the reversal's slip",
)
VERB_UNKNOWN = reason(
    "verb_unknown",
    zh="交易 {verb} 不能冲正或查询",
    en="Acts of the verb {verb} can't be annulled or found",
    next_zh="请核对原交易类型",
    next_en="Check which verb the original was",
)
RESTORED_ALREADY = reason(
    "restored_already",
    zh="该结算的费用已重新结算或已撤销, 不能恢复",
    en="Its lines are settled again or taken back; the settlement can't be restored",
    next_zh="请查看该就诊现在的结算",
    next_en="Look at how the visit stands now",
)
RETURNED_WHOLE = reason(
    "returned_whole",
    zh="该笔已全部退费, 且就诊已撤销或其行号已用于新的费用, 不能恢复",
    en="All of it was given back, and the visit is cancelled or has new lines under its numbers; it can't be restored",
    next_zh="请重新上传费用并结算",
    next_en="Upload the lines again and settle",
)
RELATIVE_PAID = reason(
    "relative_paid",
    zh="这笔结算有家庭共济账户支付, 不能部分退费",
    en="A relative's account paid part of this bill; it can't be refunded in part",
    next_zh="请整笔撤销后, 由参保人重新出示医保码, 按剩余费用重新结算",
    next_en="Reverse the whole bill, then scan the code again and settle what remains",
)
REFUND_LINE_UNKNOWN = reason(
    "refund_line_unknown",
    zh="该结算没有可退的第 {line_no} 行",
    en="The settlement has no line {line_no} to give back",
    next_zh="请核对结算单上的行号",
    next_en="Check the line number on the slip",
)
LATER_SETTLEMENT_EXISTS = reason(
    "later_settlement_exists",
    zh="该参保人 {settled_on} 在 {institution} 有更晚的结算, 须先撤销那一笔",
    en="A later settlement of this person stands on it, of {settled_on} at {institution}",
    next_zh="请先到该机构撤销较晚的结算, 再撤销本笔; 或联系经办机构重算",
    next_en="Have the later one reversed first, or ask the agency to reprice",
)
PURPOSE_CANNOT_PAY = reason(
    "purpose_cannot_pay",
    zh="出示的医保码用途为 {purpose}, 不能用于结算",
    en="The code was shown for {purpose}; it cannot pay",
    next_zh="请让参保人出示通用或结算用途的医保码后重新扫码",
    next_en="Ask for a code for any purpose or for settlement, and scan again",
)
TOTAL_DIFFERS = reason(
    "total_differs",
    zh="费用总额 {expected_fen} 分与待结算明细合计 {found_fen} 分不符",
    en="The total of {expected_fen} fen is not the sum of the waiting lines, {found_fen} fen",
    next_zh="请核对费用总额与已上传的费用明细",
    next_en="Check the total against the uploaded lines",
)
