"""Visits, stays and bills on paper, split by a rule of thumb."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from paper_state import PaperState, Refusal, born_of, line_of, rows_of, tenth_of, yuan

from openyibao.conform.tables import find_transaction


class PaperBills(PaperState):
    def _2201(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        number = self.new("M")
        self.visits[number] = {"cert": first["psn_no"][1:], "lines": {}, "state": "open", "kind": "11"}
        return {"data": {"mdtrt_id": number, "psn_no": first["psn_no"], "ipt_otp_no": first["ipt_otp_no"]}}

    def _2401(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        cert = first["psn_no"][1:]
        if any(one["cert"] == cert and one["kind"] == "21" and one["state"] != "gone" for one in self.visits.values()):
            raise Refusal("已有在院登记")
        number = self.new("M")
        self.visits[number] = {"cert": cert, "lines": {}, "state": "open", "kind": "21", "msgid": body["msgid"]}
        return {"result": {"mdtrt_id": number, "exp_content": None}}

    def _2203(self, body: Any, content: Any, first: Any, file: bytes) -> Any:
        assert all(row["vali_flag"] == "1" for row in rows_of(content["diseinfo"]))

    def _2403(self, body: Any, content: Any, first: Any, file: bytes) -> Any:
        self._open(first)

    def _2402(self, body: Any, content: Any, first: Any, file: bytes) -> Any:
        self._open(first)["state"] = "discharged"

    def _2405(self, body: Any, content: Any, first: Any, file: bytes) -> Any:
        visit = self.visits[first["mdtrt_id"]]
        if visit["state"] != "discharged" or any(line["bill"] for line in visit["lines"].values()):
            raise Refusal("不能撤销出院")
        visit["state"] = "open"

    def _open(self, first: dict[str, Any]) -> dict[str, Any]:
        visit = self.visits[first["mdtrt_id"]]
        if visit["state"] != "open":
            raise Refusal("就诊状态不允许")
        return visit

    def _2202(self, body: Any, content: Any, first: Any, file: bytes) -> Any:
        visit = self._open(first)
        if visit["lines"]:
            raise Refusal("存在费用明细")
        visit["state"] = "gone"

    _2404 = _2202

    def _2204(self, body: Any, content: Any, first: Any, file: bytes) -> Any:
        out = []
        for row in rows_of(content["feedetail"]):
            visit = self._open(row)
            amount = round(Decimal(str(row["det_item_fee_sumamt"])) * 100)
            line = {
                "sent": row,
                "fen": amount,
                "first": tenth_of(amount),
                "batch": row.get("chrg_bchno", ""),
                "bill": "",
            }
            visit["lines"][str(row["feedetl_sn"])] = line
            out.append(line_of(row, line))
        return {"result": out}

    _2301 = _2204

    def _2205(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        for row in rows_of(content["data"]):
            lines = self.visits[row["mdtrt_id"]]["lines"]
            named = str(row.get("chrg_bchno", row.get("feedetl_sn")))
            chosen = [key for key, line in lines.items() if named in {"0000", line["batch"], key}]
            if named != "0000" and any(lines[key]["bill"] for key in chosen):
                raise Refusal("已结算明细不能撤销")
            for key in chosen:
                if not lines[key]["bill"]:
                    del lines[key]

    _2302 = _2205

    def _lines(self, first: dict[str, Any]) -> list[dict[str, Any]]:
        visit = self.visits[first["mdtrt_id"]]
        lines = [
            line
            for line in visit["lines"].values()
            if not line["bill"] and line["batch"] == str(first.get("chrg_bchno", line["batch"]))
        ]
        if not lines or sum(line["fen"] for line in lines) != round(Decimal(str(first["medfee_sumamt"])) * 100):
            raise Refusal("费用与明细不一致")
        return lines

    def _split(self, cert: str, lines: list[dict[str, Any]]) -> dict[str, int]:
        whole, share = sum(line["fen"] for line in lines), sum(line["first"] for line in lines)
        fund = (whole - share) // 2
        paid = min(self.balance[cert], whole - fund)
        return {"whole": whole, "share": share, "fund": fund, "account": paid, "cash": whole - fund - paid}

    def _bill(
        self, first: dict[str, Any], body: Any, have: dict[str, int], cert: str, mdtrt_id: str, sign: int = 1
    ) -> Any:
        info: dict[str, Any] = {
            field.code: 0 for field in find_transaction("2207").outputs[0].fields if field.kind == "number"
        }
        info |= self._base(cert) | {
            "psn_type": "1101",
            "cvlserv_flag": "0",
            "insutype": "310",
            "age": 35,
            "brdy": born_of(cert),
        }
        info |= {
            "mdtrt_id": mdtrt_id,
            "medins_setl_id": body["msgid"],
            "mdtrt_cert_type": first.get("mdtrt_cert_type") or "02",
            "med_type": first.get("med_type") or "11",
            "clr_type": "11",
            "setl_time": None,
            "clr_way": None,
            "clr_optins": None,
            "medfee_sumamt": yuan(sign * have["whole"]),
            "preselfpay_amt": yuan(sign * have["share"]),
            "inscp_scp_amt": yuan(sign * (have["whole"] - have["share"])),
            "hifp_pay": yuan(sign * have["fund"]),
            "fund_pay_sumamt": yuan(sign * have["fund"]),
            "psn_part_amt": yuan(sign * (have["account"] + have["cash"])),
            "acct_pay": yuan(sign * have["account"]),
            "psn_cash_pay": yuan(sign * have["cash"]),
            "pool_prop_selfpay": Decimal("0.5"),
            "balc": yuan(self.balance[cert] - (have["account"] if sign == 1 else 0)),
        }
        funds = {
            "310100": ("城镇职工基本医疗保险统筹基金", "fund"),
            "310200": ("城镇职工基本医疗保险个人账户基金", "account"),
        }
        rows = [
            {
                "fund_pay_type": kind,
                "fund_pay_type_name": name,
                "fund_payamt": yuan(sign * have[key]),
                "inscp_scp_amt": yuan(sign * (have["whole"] - have["share"])),
                "crt_payb_lmt_amt": None,
            }
            for kind, (name, key) in funds.items()
        ]
        return {"setlinfo": info, "setldetail": rows}

    def _2206(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        cert = self.visits[first["mdtrt_id"]]["cert"]
        return self._bill(first, body, self._split(cert, self._lines(first)), cert, first["mdtrt_id"])

    _2303 = _2206

    def _2207(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        visit = self.visits[first["mdtrt_id"]]
        if visit["kind"] == "21" and visit["state"] != "discharged":
            raise Refusal("未出院")
        return self._settle(body, first, self._lines(first), visit["cert"], first["mdtrt_id"])

    _2304 = _2207

    def _settle(self, body: Any, first: dict[str, Any], lines: list[dict[str, Any]], cert: str, mdtrt_id: str) -> Any:
        have, number = self._split(cert, lines), self.new("J")
        told = self._bill(first, body, have, cert, mdtrt_id)
        self.balance[cert] -= have["account"]
        told["setlinfo"] |= {"setl_id": number, "setl_time": self.now(), "clr_way": "1", "clr_optins": "110100"}
        for line in lines:
            line["bill"] = number
        row = {
            "have": have,
            "cert": cert,
            "mdtrt_id": mdtrt_id,
            "msgid": body["msgid"],
            "lines": lines,
            "of": body["fixmedins_code"],
        }
        self.bills[number] = row | {"sign": 1, "undone": False, "told": told}
        return told

    def _2208(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        bill = self.bills.get(first["setl_id"])
        if bill is None or bill["undone"]:
            raise Refusal("结算信息退费结算标志不为未退费")
        self._free(bill)
        told, number = self._bill({}, body, bill["have"], bill["cert"], bill["mdtrt_id"], -1), self.new("J")
        told["setlinfo"] |= {"setl_id": number, "setl_time": self.now(), "clr_way": "1", "clr_optins": "110100"}
        told["setlinfo"] |= {"pdn_cash_pay": told["setlinfo"]["psn_cash_pay"]}
        self.bills[number] = bill | {"sign": -1, "undone": True, "lines": [], "told": told}
        return told

    _2305 = _2103 = _2208

    def _free(self, bill: dict[str, Any]) -> None:
        bill["undone"] = True
        self.balance[bill["cert"]] += bill["have"]["account"]
        for line in bill["lines"]:
            line["bill"] = ""
            self.sold.discard(line.get("pack", ""))

    def _2601(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        bill = next((one for one in self.bills.values() if one["msgid"] == first["omsgid"]), None)
        visit = next((one for one in self.visits.values() if one.get("msgid") == first["omsgid"]), None)
        if bill is not None and bill["undone"]:
            raise Refusal("冲正的结算信息退费结算标志不为未退费，不能办理冲正交易")
        if bill is not None:
            self._free(bill)
            self.bills = {key: one for key, one in self.bills.items() if one is not bill}
        elif visit is not None:
            visit["state"] = "gone"
        self.barred.add(first["omsgid"])

    def _2101(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        lines, told = self._packs(content, first)
        cert, number = first["psn_no"][1:], self.new("M")
        return self._bill(first, body, self._split(cert, lines), cert, number) | {"detlcutinfo": told}

    def _2102(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        lines, told = self._packs(content, first)
        cert, number = first["psn_no"][1:], self.new("M")
        self.visits[number] = {"cert": cert, "lines": {}, "state": "open", "kind": "41"}
        self.sold |= {line["pack"] for line in lines}
        return self._settle(body, first, lines, cert, number) | {"detlcutinfo": told}

    def _packs(self, content: Any, first: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        lines, told = [], []
        for row in rows_of(content["drugdetail"]):
            pack = row["durg_trac_info"][0]["drug_trac_codg"]
            if pack in self.sold:
                raise Refusal("追溯码重复销售")
            fen = round(Decimal(str(row["det_item_fee_sumamt"])) * 100)
            line = {"fen": fen, "first": tenth_of(fen), "bill": "", "pack": pack}
            lines.append(line)
            told.append(line_of(row, line))
        if sum(line["fen"] for line in lines) != round(Decimal(str(first["medfee_sumamt"])) * 100):
            raise Refusal("费用与明细不一致")
        return lines, told
