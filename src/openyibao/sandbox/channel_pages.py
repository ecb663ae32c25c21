"""What the three channels of the sandbox look like on a phone. 中文: 渠道沙箱页面。"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import zxingcpp

from openyibao.kit.clock import SHANGHAI
from openyibao.kit.money import yuan_text

_STYLE = """<style>
body{margin:0 auto;max-width:420px;padding:16px;font:17px/1.6 system-ui,"PingFang SC","Noto Sans CJK SC",sans-serif;
background:#f5f5f5;color:#1a1a1a}
h1{font-size:20px}label{display:block;margin:12px 0 4px}
input{width:100%;box-sizing:border-box;font:inherit;padding:10px;border:1px solid #bbb;border-radius:8px}
button{width:100%;font:inherit;padding:12px;margin:14px 0 0;border:0;border-radius:8px;background:var(--tone);color:#fff}
button.plain{background:#e6e6e6;color:#1a1a1a}.box{background:#fff;border-radius:8px;padding:12px;margin:12px 0;
overflow-wrap:anywhere;white-space:pre-wrap}.bad{border-left:4px solid #c33}.note,.text{font-size:15px;color:#555}
.text{margin:14px 0 0}.text p{margin:4px 0}.choice{background:#fff;border-radius:8px;padding:12px;margin:8px 0}
.choice input{width:auto;margin-right:10px}svg{width:100%;height:auto;background:#fff}.code{font-size:19px;word-break:break-all}
</style>"""


class KindOfDesk(NamedTuple):
    """How a channel of the desk proves by itself who its guest is: made up, and the same for everybody."""

    title: str
    tone: str
    asked: str
    field: str
    proves: Callable[[Mapping[str, str]], bool]
    refusal: str


def _is(field: str, value: str) -> Callable[[Mapping[str, str]], bool]:
    return lambda given: given.get(field) == value


KINDS = {
    "wechat": KindOfDesk(
        "社交平台 (微信类)", "#07803f", "支付密码 (6 位, 演示为 246810)", "payment_password",
        _is("payment_password", "246810"), "支付密码不正确 · the payment password is wrong",
    ),
    "alipay": KindOfDesk(
        "支付平台 (支付宝类)", "#0b5fd0", "刷脸 (演示: 输入 face)", "live_face",
        _is("live_face", "face"), "人脸核验未通过 · the face check failed",
    ),
    "bank": KindOfDesk(
        "银行 App", "#a3262a", "本人银行卡后四位 (演示为 0000)", "card_tail",
        _is("card_tail", "0000"), "卡片不是本人名下 · not a card of this person",
    ),
}  # fmt: skip


def _page(name: str, body: str) -> str:
    kind = KINDS[name]
    return (
        "<!doctype html><html lang='zh-CN'><meta charset='utf-8'>"
        f"<meta name='viewport' content='width=device-width,initial-scale=1'><title>{kind.title}</title>{_STYLE}"
        f"<body style='--tone:{kind.tone}'><h1>{kind.title} · 医保码</h1>{body}</body></html>"
    )


def front_page(names: list[str]) -> str:
    """The three channels."""
    links = "".join(f"<p><a href='/{name}'>{KINDS[name].title}</a></p>" for name in names)
    return (
        "<!doctype html><html lang='zh-CN'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
        f"<title>渠道沙箱</title>{_STYLE}<h1>渠道沙箱 · channel sandbox</h1>{links}</html>"
    )


def _fields(fields: list[tuple[str, str, str]]) -> str:
    return "".join(
        f"<label for='{field}'>{label}</label>"
        f"<input id='{field}' name='{field}' required maxlength='40' autocomplete='off' {more}>"
        for field, label, more in fields
    )


def _text(text: Mapping[str, Any]) -> str:
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in text["paragraphs"])
    return f"<div class='text'>{lines}</div><input type='hidden' name='version' value='{text['consent_version']}'>"


def _said(said: str) -> str:
    return f"<p class='box bad'>{html.escape(said)}</p>" if said else ""


def begin_page(name: str, text: Mapping[str, Any]) -> str:
    """The agreement, who the channel's user is, and the channel's own proof."""
    kind = KINDS[name]
    number = {"wechat": "type='password' inputmode='numeric'", "bank": "inputmode='numeric'"}.get(name, "")
    fields = [("name", "姓名", ""), ("document_number", "身份证号码", ""), (kind.field, kind.asked, number)]
    return _page(
        name,
        f"<p class='box'>以您在本渠道的实名身份激活医保码。</p>"
        f"<form method='post' action='/{name}/begin'>{_fields(fields)}{_text(text)}<button>同意并激活</button></form>",
    )


_INSURANCES = {"employee": "职工医保", "resident": "居民医保", "veteran_cadre": "离休医疗"}
_STATES = {"issued": "未激活", "activated": "正常", "suspended": "已暂停", "revoked": "已注销"}
_ACTIONS = {
    "blink": "眨眨眼", "turn_left": "向左转头", "turn_right": "向右转头", "open_mouth": "张张嘴", "nod": "点点头",
}  # fmt: skip


def _insurance(one: Mapping[str, Any]) -> str:
    return html.escape(_INSURANCES.get(one["insurance_type"], one["insurance_type"]))


def face_page(name: str, asked: Mapping[str, Any], said: str = "") -> str:
    """What to do before the camera. The desk has none."""
    acts = "、".join(_ACTIONS.get(each, each) for each in asked["actions"])
    return _page(
        name,
        f"{_said(said)}<p class='box'>请面对镜头：{html.escape(acts)}</p>"
        f"<form method='post' action='/{name}/face'><button>开始刷脸</button></form>"
        "<p class='note'>演示没有摄像头, 由替身核验</p>",
    )


def data_page(name: str, told: Mapping[str, Any], said: str = "") -> str:
    """The person's data, and where they are insured."""
    areas = "".join(
        f"<label class='choice'><input type='radio' name='insured_area' value='{int(one['insured_area'])}' "
        f"{'checked' if not n else ''}>{int(one['insured_area'])} · {_insurance(one)}</label>"
        for n, one in enumerate(told["enrolments"])
    )
    return _page(
        name,
        f"{_said(said)}<p class='box'>{html.escape(told['name'])}，请确认参保地</p>"
        f"<form method='post' action='/{name}/confirm'>{areas or '<p>没有参保信息</p>'}<button>确认</button></form>",
    )


def password_page(name: str, said: str = "") -> str:
    """The six digits of the credential."""
    digits = "type='password' inputmode='numeric' pattern='[0-9]{6}'"
    fields = [("password", "设置 6 位医保码口令", digits), ("again", "再输一次", digits)]
    return _page(
        name,
        f"{_said(said)}<form method='post' action='/{name}/password'>{_fields(fields)}"
        "<p class='note'>请勿使用银行卡密码、生日或证件号码中的数字</p><button>完成</button></form>",
    )


def consent_page(name: str, text: Mapping[str, Any]) -> str:
    """What the person lets the channel ask."""
    return _page(
        name,
        f"<p class='box'>查询前请先阅读并同意</p><form method='post' action='/{name}/agree'>{_text(text)}"
        f"<button id='agree'>同意查询</button></form><p><a href='/{name}'>不同意, 返回</a></p>",
    )


def status_page(name: str, answer: Mapping[str, Any]) -> str:
    """How the person is insured, and the last bills."""
    rows = [f"{answer['name']} · {_STATES.get(answer['state'], answer['state'])}"]
    rows += [f"{_insurance(one)}：{one['begins_on']} 起" for one in answer["enrolments"]]
    rows += [
        f"{one['settled_on']}　总额 {yuan_text(one['fee_total_fen'])}　基金 {yuan_text(one['fund_total_fen'])}"
        for one in answer["settlements"]
    ]
    lines = "".join(f"<p class='box'>{html.escape(row)}</p>" for row in rows)
    return _page(name, f"{lines}<p><a href='/{name}'>返回</a></p>")


def words(answer: Mapping[str, Any]) -> str:
    """A refusal as the person reads it."""
    return f"{answer.get('detail_zh', '')}。{answer.get('next_zh', '')} ({answer.get('reason', '')})"


def bound_page(name: str, code: str | Mapping[str, Any], told: Mapping[str, dict[str, Any]]) -> str:
    """The code with its picture, what else can be done, and what the channel was told."""
    shown = str(code or "")
    picture = zxingcpp.create_barcode(shown, zxingcpp.BarcodeFormat.QRCode).to_svg(scale=4) if shown else ""
    picture = picture[picture.find("<svg") :].replace('<svg width="116" height="116"', "<svg viewBox='0 0 116 116'")
    grouped = " ".join(shown[at : at + 4] for at in range(0, len(shown), 4))
    lines = "".join(f"<p class='box'>{html.escape(_told_line(event))}</p>" for event in reversed(list(told.values())))
    return _page(
        name,
        f"{picture}<p class='code' data-code='{html.escape(shown)}'>{html.escape(grouped)}</p>"
        f"<form method='get' action='/{name}'><button>刷新</button></form>"
        f"<form method='post' action='/{name}/status'><button class='plain'>参保状态</button></form>"
        f"<form method='post' action='/{name}/unbind'><button class='plain' id='unbind'>解绑</button></form>"
        f"<h1>收到的通知</h1>{lines or '<p>还没有</p>'}",
    )


def _told_line(event: Mapping[str, Any]) -> str:
    at = datetime.fromtimestamp(event["happened_at"], UTC).astimezone(SHANGHAI)
    return f"{at:%H:%M:%S}  {event['kind']}  {event.get('settlement', '')}"


def outcome_page(name: str, said: str) -> str:
    """What came of it."""
    return _page(name, f"<p class='box'>{html.escape(said)}</p><p><a href='/{name}'>返回</a></p>")
