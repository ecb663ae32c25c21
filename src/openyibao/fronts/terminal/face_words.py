"""The words of the terminal's face page. 中文: 终端刷脸文字。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.words import Words

FACE_WORDS: Mapping[str, Words] = {
    "face_desk": Words("刷脸", "Face"),
    "face_desk_title": Words("刷脸就医", "Known by face"),
    "face_desk_text": Words(
        "只用于登记过人脸的参保人；不愿刷脸的出示医保码或卡，待遇相同。",
        "For people who registered their face; others show code or card, with the same benefits.",
    ),
    "face_by": Words("怎样查找", "Found by"),
    "face_by_tail": Words("手机号末四位", "Last four digits of the phone"),
    "face_by_document": Words("身份证号码", "ID number"),
    "face_by_stays": Words("本院住院病人", "Those who lie here"),
    "face_digits": Words("末四位或身份证号码", "Those digits, or the ID number"),
    "face_password": Words("口令（超过限额时由本人输入）", "Password (typed by the person above the limit)"),
    "face_take": Words("打开摄像头，开始", "Open the camera and begin"),
    "face_digits_wrong": Words("末四位或身份证号码不对", "Those are not four digits, or no ID number"),
    "face_digits_wrong_next": Words("请核对后重新输入", "Check them and enter them again"),
}
