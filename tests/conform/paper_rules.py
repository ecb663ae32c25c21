"""What the server on paper answers: the credential, people, queries; visits, bills and files stand beside."""

from __future__ import annotations

from typing import Any

from paper_bills import PaperBills
from paper_files import PaperFiles
from paper_state import CERTS, SUPPORTED, Refusal, line_of, made_of, yuan

from openyibao.conform.paths import TOKEN_CHECK
from openyibao.conform.tables import find_transaction


class Paper(PaperBills, PaperFiles):
    # -- credential --

    def new_code(self, cert: str) -> str:
        code = "424" + self.new().zfill(21) + "0000"
        self.codes[code] = cert
        return code

    def credential(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if path == TOKEN_CHECK:
            known = self.tokens.get(body["ecToken"]) == body["idNo"]
            return {"code": 0, "message": "成功", "data": {"flag": "1" if known else "0"}}
        if body["transType"].endswith("notify"):
            return {"code": 0, "message": "成功", "orgId": body["orgId"], "data": {}}
        code = body["data"]["ecQrCode"]
        if code not in self.codes:
            return {"message": "请使用医保电子凭证二维码", "success": False, "code": 500159}
        cert = self.codes[code]
        ticket = "110000ec" + self.new().zfill(30)
        self.tokens[ticket] = cert
        told = {"userName": CERTS[cert][0], "idNo": cert, "idType": "01", "insuOrg": "110100", "ecToken": ticket}
        return {"code": 0, "type": "success", "message": "成功", "data": told | {"ecQrCode": code, "authNo": None}}

    # -- transactions --

    def run(self, infno: str, body: dict[str, Any], content: dict[str, Any], file: bytes) -> Any:
        if infno not in SUPPORTED:
            raise Refusal(f"暂不支持交易 {infno}")
        if body["msgid"] in self.barred and infno != "2601":
            raise Refusal("报文已冲正")
        part = next(iter(content.values()), {}) if content else {}
        first = part[0] if isinstance(part, list) and part else part
        known = {f"P{cert}" for cert in CERTS}
        if isinstance(first, dict) and first.get("psn_no") and first["psn_no"] not in known:
            raise Refusal("未查询到人员信息[psnBO_1]")
        if isinstance(first, dict) and first.get("mdtrt_id") and first["mdtrt_id"] not in self.visits:
            raise Refusal("未查询到就诊信息[mdtrtBO_2]")
        run = getattr(self, f"_{infno.rstrip('AB')}", None)
        if run is not None:
            return run(body, content, first, file)
        return self._filed(infno, body, first) if infno.startswith("250") else self._simple(infno, first)

    def _simple(self, infno: str, first: dict[str, Any]) -> Any:
        """Required fields of the table with values of their type, echoed where the request has them."""
        table = find_transaction(infno)
        nodes = {node.name: {field.code: made_of(field, first) for field in node.required} for node in table.outputs}
        return (nodes[""] if set(nodes) == {""} else nodes) if nodes else None

    def _9001(self, body: Any, content: Any, first: Any, file: bytes) -> Any:
        number = self.new("S")
        self.signed.add(number)
        return {"signinoutb": {"sign_no": number, "sign_time": self.now()}}

    def _9002(self, body: Any, content: Any, first: Any, file: bytes) -> Any:
        if first["sign_no"] not in self.signed:
            raise Refusal("签到编号不存在")
        return {"signoutoutb": {"sign_time": self.now()}}

    def _1101(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        kind, number = first["mdtrt_cert_type"], str(first["mdtrt_cert_no"])
        cert = self.tokens.get(number) if kind == "01" else number.removeprefix("C")
        if cert not in CERTS or (first.get("psn_name") and first["psn_name"] != CERTS[cert][0]):
            raise Refusal("未查询到人员信息[psnBO_1]")
        born = f"{cert[6:10]}-{cert[10:12]}-{cert[12:14]}"
        today = self.clock.today()
        age = today.year - int(cert[6:10]) - ((today.month, today.day) < (int(cert[10:12]), int(cert[12:14])))
        base = self._base(cert) | {"brdy": born, "age": age, "exp_content": None}
        insurance = {
            "balc": yuan(self.balance[cert]),
            "insutype": "310",
            "psn_type": "1101",
            "psn_insu_stas": "1",
            "psn_insu_date": "2010-01-01",
            "paus_insu_date": None,
            "cvlserv_flag": "0",
            "insuplc_admdvs": "110100",
            "emp_name": "某单位",
        }
        return {"baseinfo": base, "insuinfo": [insurance], "idetinfo": []}

    _1161 = _1101

    def _base(self, cert: str) -> dict[str, Any]:
        return {
            "psn_no": f"P{cert}",
            "psn_cert_type": "01",
            "certno": cert,
            "psn_name": CERTS[cert][0],
            "gend": CERTS[cert][1],
            "naty": "01",
        }

    def _1201(self, body: Any, content: Any, first: Any, file: bytes) -> Any:
        row = {
            "fixmedins_code": body["fixmedins_code"],
            "fixmedins_name": "示例医院",
            "uscc": None,
            "fixmedins_type": "1",
        }
        return {"medinsinfo": [row | {"hosp_lv": "02"}]}

    def _5203(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        if first["setl_id"] not in self.bills:
            raise Refusal("未查询到结算信息")
        told = self.bills[first["setl_id"]]["told"]
        info = told["setlinfo"]
        made = self._simple("5203", first)["setlinfo"] | {key: info[key] for key in info if info[key] is not None}
        return {
            "setlinfo": made | {"psn_pay": info["psn_part_amt"], "cash_payamt": info["psn_cash_pay"]},
            "setldetail": told["setldetail"],
        }

    def _5204(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        if first["setl_id"] not in self.bills:
            raise Refusal("未查询到结算信息")
        made = find_transaction("5204").outputs[0].required
        lines = self.bills[first["setl_id"]]["lines"]
        return [{field.code: made_of(field, first | line_of(line["sent"], line)) for field in made} for line in lines]

    def _5201(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        cert, fields = first["psn_no"][1:], find_transaction("5201").outputs[0].required
        own = [number for number, one in self.visits.items() if one["cert"] == cert]
        base = first | self._base(cert)
        return {
            "mdtrtinfo": [
                {field.code: made_of(field, base | {"mdtrt_id": number}) for field in fields} for number in own
            ]
        }

    def _5303(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        cert, fields = first["psn_no"][1:], find_transaction("5303").outputs[0].required
        own = [
            key
            for key, one in self.visits.items()
            if one["cert"] == cert and one["kind"] == "21" and one["state"] == "open"
        ]
        base = first | self._base(cert) | {"med_type": "21"}
        return {
            "data": [{field.code: made_of(field, base | {"mdtrt_id": number}) for field in fields} for number in own]
        }
