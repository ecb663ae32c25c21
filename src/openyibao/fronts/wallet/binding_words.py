"""The words of one's devices, of a lost phone and of the credential's file. 中文: 绑定与挂失文字。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.words import Words

BINDING_WORDS: Mapping[str, Words] = {
    "activate": Words("激活", "Activate"),
    "bindings_title": Words("我的绑定", "My bindings"),
    "bindings_text": Words("医保码可在下列设备和渠道使用。", "The code can be used on these devices and channels."),
    "bindings_more": Words("最多可绑定 {most} 台。", "At most {most}."),
    "this_device": Words("本机", "this device"),
    "bound_at": Words("{at} 绑定", "bound {at}"),
    "last_used": Words("最近使用：{at}，{place}", "Last used: {at}, {place}"),
    "never_used": Words("还没有使用过", "Not used yet"),
    "place_unknown": Words("机构未登记", "a place not on record"),
    "kind_own": Words("本人", "own"),
    "kind_family": Words("亲情账户", "family"),
    "kind_carrier": Words("身份证", "ID card"),
    "kind_printed": Words("纸质码", "printed code"),
    "manage": Words("管理", "Manage"),
    "rename": Words("改名", "Rename"),
    "rename_to": Words("新名称", "New name"),
    "unbind": Words("解除绑定", "Unbind"),
    "unbind_ask": Words(
        "解除后这台设备的医保码立即失效，再用需要重新激活。", "Its code ends at once; to use it again, activate again."
    ),
    "unbind_sure": Words("确定解除", "Yes, unbind"),
    "unbound": Words("已解除绑定", "Unbound"),
    "unbound_text": Words("这台设备上的医保码已失效并清除。", "The code on this device has ended and was wiped."),
    "unbound_others": Words("已解除其他 {count} 台设备", "{count} other devices are unbound"),
    "unbound_others_next": Words("它们的医保码已经失效；本机照常使用", "Their codes have ended; this device works on"),
    "nothing_unbound": Words("没有其他设备可以解除", "There is no other device to unbind"),
    "nothing_unbound_next": Words("只有本机可以出示您的医保码", "Only this device shows your code"),
    "renamed": Words("已改名", "Renamed"),
    "renamed_next": Words("新名称只有您自己看得到", "Only you see the new name"),
    "activate_again": Words("重新激活", "Activate again"),
    "lost_title": Words("手机丢了", "My phone is lost"),
    "lost_text": Words(
        "解除绑定后，丢失手机上的医保码立即失效，别人拿到也用不了。下面任选一种。",
        "Once unbound, the code on the lost phone ends at once and is of no use to anybody. Any of these will do.",
    ),
    "lost_here": Words("在本机解除其他所有设备", "Unbind all other devices, here"),
    "lost_here_text": Words("本机不受影响。", "This device works on."),
    "lost_other": Words("在另一台手机上", "On another phone"),
    "lost_other_text": Words(
        "借用家人的手机或新手机激活，再从“我的绑定”解除丢失的那台。",
        "Activate on a relative's or a new phone, then unbind the lost one under “My bindings”.",
    ),
    "lost_call": Words("打 12393 医保服务热线", "Call 12393, the insurance hotline"),
    "lost_call_text": Words(
        "核对两项信息并回拨后，工作人员当场解除。不会索要密码或验证码。",
        "Two facts and a call back, and it is unbound at once. Nobody asks for a password or a code.",
    ),
    "lost_counter": Words("到任一经办窗口或医院窗口", "At any agency or hospital counter"),
    "lost_counter_text": Words("带身份证，当场解除。", "Bring your ID card; it is unbound at once."),
    "lost_meanwhile": Words(
        "看病不受影响：身份证、社保卡照样可以结算。",
        "You are covered meanwhile: ID card and social-security card work.",
    ),
    "trouble_4_text": Words("马上解除，任何一种方式都行。", "Unbind it at once, in any of four ways."),
    "statement_title": Words("我的凭证文件", "My credential file"),
    "statement_text": Words(
        "可离线核验的签名文件，含您的姓名和证件号码，只交给您信任的人。",
        "A signed file that verifies offline. It holds your name and number: give it only to whom you trust.",
    ),
    "statement_get": Words("下载", "Download"),
}
