"""What the three channels of the sandbox look like on a phone. 中文: 渠道沙箱页面。"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import zxingcpp

from openyibao.kit.clock import SHANGHAI

_STYLE = """<style>
body{margin:0 auto;max-width:420px;padding:16px;font:17px/1.6 system-ui,"PingFang SC","Noto Sans CJK SC",sans-serif;
background:#f5f5f5;color:#1a1a1a}
h1{font-size:20px}label{display:block;margin:12px 0 4px}
input{width:100%;box-sizing:border-box;font:inherit;padding:10px;border:1px solid #bbb;border-radius:8px}
button{width:100%;font:inherit;padding:12px;margin:14px 0 0;border:0;border-radius:8px;background:var(--tone);color:#fff}
button.plain{background:#e6e6e6;color:#1a1a1a}.box{background:#fff;border-radius:8px;padding:12px;margin:12px 0;
overflow-wrap:anywhere;white-space:pre-wrap}svg{width:100%;height:auto;background:#fff}.code{font-size:19px;word-break:break-all}
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


def begin_page(name: str) -> str:
    """Agreement, the channel's own proof, and who it is."""
    kind = KINDS[name]
    fields = [("name", "姓名"), ("document_number", "身份证号码"), ("phone", "手机号"), (kind.field, kind.asked)]
    inputs = "".join(
        f"<label for='{field}'>{label}</label><input id='{field}' name='{field}' required autocomplete='off'>"
        for field, label in fields
    )
    return _page(
        name,
        f"<form method='post' action='/{name}/begin'>{inputs}"
        "<p class='box'>激活即同意《医保电子凭证服务协议》</p><button>同意并激活</button></form>",
    )


def code_form(name: str, said: str = "") -> str:
    """The code of the text message."""
    box = f"<p class='box'>{html.escape(said)}</p>" if said else ""
    return _page(
        name,
        f"{box}<form method='post' action='/{name}/code'><label for='code'>短信验证码</label>"
        "<input id='code' name='code' inputmode='numeric' maxlength='6' required autocomplete='one-time-code'>"
        "<button>确认</button></form>",
    )


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
