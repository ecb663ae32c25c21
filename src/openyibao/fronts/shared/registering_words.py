"""The words of registering a face at a counter or on a ward. 中文: 人脸登记文字。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.words import Words

REGISTERING_WORDS: Mapping[str, Words] = {
    "faces_title": Words("登记人脸", "Register a face"),
    "faces_text": Words(
        "登记后，不带手机和卡也能刷脸就医。登不登记由参保人自己决定，待遇相同。",
        "Once registered, the person is known without phone or card. Whether they do is up to them; benefits are the same.",
    ),
    "faces_seen": Words("已核对证件原件、照片与本人一致", "The original, its photo and the person were compared"),
    "faces_agreed": Words(
        "同意书（{version}）已讲解，本人同意登记人脸", "The text ({version}) was explained; they agree"
    ),
    "faces_missing": Words("须核对原件，并征得本人同意", "See the original and ask for consent first"),
    "faces_missing_next": Words("请逐项确认后勾选", "Tick both once it is so"),
    "faces_password": Words("请参保人自己输入医保码口令", "The person types the password of their code themself"),
    "faces_take_title": Words("请参保人面对镜头", "The person faces the camera"),
    "faces_take": Words("打开摄像头，开始", "Open the camera and begin"),
    "faces_done": Words("人脸已登记", "The face is registered"),
    "faces_done_next": Words(
        "画面没有保存；本人可随时要求删除", "No picture was kept; they may have it deleted at any time"
    ),
    "faces_delete": Words("删除已登记的人脸", "Delete a registered face"),
    "faces_delete_text": Words(
        "按本人要求，核对证件后删除，不能恢复。", "On the person's request, with the document seen; for good."
    ),
    "faces_deleted": Words("人脸已删除", "The face is deleted"),
    "faces_deleted_next": Words("请告知本人，医保码和卡照常使用", "Tell the person; code and card work as before"),
}
