"""Filings, departments, files and reconciliation on paper."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from typing import Any

from paper_state import PaperState, Refusal, made_of, rows_of, yuan

from openyibao.conform.downloads import file_columns
from openyibao.conform.tables import find_transaction


class PaperFiles(PaperState):
    # -- filings and departments --

    def _filed(self, infno: str, body: Any, first: dict[str, Any]) -> Any:
        if infno in {"2501", "2503", "2505"}:
            number = self.new("F")
            self.filed[number] = (infno, first["psn_no"], first)
            return {"result": {"trt_dcla_detl_sn": number}}
        if first["trt_dcla_detl_sn"] not in self.filed:
            raise Refusal("未查询到备案")
        del self.filed[first["trt_dcla_detl_sn"]]
        return None

    def _5301(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        own = [sent for infno, psn_no, sent in self.filed.values() if infno == "2503" and psn_no == first["psn_no"]]
        names = ("opsp_dise_code", "opsp_dise_name", "begndate")
        return {"feedetail": [{name: sent[name] for name in names} for sent in own]}

    def _5302(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        own = [sent for infno, psn_no, sent in self.filed.values() if infno == "2505" and psn_no == first["psn_no"]]
        names = ("psn_no", "fix_srt_no", "fixmedins_code", "fixmedins_name", "begndate")
        return {"psnfixmedin": [{name: sent[name] for name in names} for sent in own]}

    def _3401(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        for row in rows_of(content["deptinfo"]):
            self.departments[row["hosp_dept_codg"]] = row

    _3402 = _3401

    def _3403(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        del self.departments[first["hosp_dept_codg"]]

    def _5101(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        fields = find_transaction("5101").outputs[0].required
        return {
            "feedetail": [{field.code: made_of(field, row) for field in fields} for row in self.departments.values()]
        }

    # -- files and reconciliation --

    def _1301(self, body: Any, content: Any, first: Any, file: bytes) -> Any:
        return self._download("1301", 65)

    def _1305(self, body: Any, content: Any, first: Any, file: bytes) -> Any:
        return self._download("1305", 14)

    def _download(self, infno: str, width: int) -> Any:
        width = file_columns().get(infno, width)
        text = "".join("\t".join([f"X{number}"] + ["null"] * (width - 1)) + "\n" for number in range(3))
        return self._file(text) | {"data_cnt": 3, "dld_end_time": "2026-12-31"}

    def _file(self, text: str) -> dict[str, str]:
        number, packed = self.new("Q"), io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("file.txt", text)
        self.files[number] = packed.getvalue()
        return {"file_qury_no": number, "filename": f"{number}.zip"}

    def _9101(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        number = self.new("U")
        self.files[number] = file
        return {"file_qury_no": number, "filename": first["filename"], "fixmedins_code": first["fixmedins_code"]}

    def _9102(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        if first["file_qury_no"] not in self.files:
            raise Refusal("文件不存在")
        return self.files[first["file_qury_no"]]

    def _own(self, body: Any) -> dict[str, dict[str, Any]]:
        return {number: one for number, one in self.bills.items() if one["of"] == body["fixmedins_code"]}

    def _3201(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        own = self._own(body).values()
        due = {
            "medfee_sumamt": sum(one["sign"] * one["have"]["whole"] for one in own),
            "fund_pay_sumamt": sum(one["sign"] * one["have"]["fund"] for one in own),
            "acct_pay": sum(one["sign"] * one["have"]["account"] for one in own),
            "fixmedins_setl_cnt": 100 * sum(one["sign"] for one in own),
        }
        equal = all(round(Decimal(str(first[name])) * 100) == fen for name, fen in due.items())
        return {
            "stmtinfo": {"setl_optins": first["setl_optins"], "stmt_rslt": "0" if equal else "3", "stmt_rslt_dscr": ""}
        }

    def _3202(self, body: Any, content: Any, first: dict[str, Any], file: bytes) -> Any:
        with zipfile.ZipFile(io.BytesIO(self.files[first["file_qury_no"]])) as archive:
            lines = [line.split("\t") for line in archive.read(archive.namelist()[0]).decode().splitlines()]
        sent, own, out = {line[0]: line for line in lines}, self._own(body), []
        for number in sorted(sent.keys() | own.keys()):
            kind = self._compared(sent.get(number), own.get(number))
            bill = own.get(number)
            shown = self._row(bill) if bill else ["", "", ""]
            psn_no = f"P{bill['cert']}" if bill else sent[number][2]
            visit, msgid = (bill["mdtrt_id"], bill["msgid"]) if bill else (sent[number][1], "")
            flag = "1" if bill and bill["sign"] < 0 else "0"
            out.append("\t".join([psn_no, visit, number, msgid, kind, flag, "null", *shown]))
        return {"fileinfo": self._file("\n".join(out) + "\n") | {"dld_endtime": self.now()}}

    def _row(self, bill: dict[str, Any]) -> list[str]:
        return [f"{yuan(bill['sign'] * bill['have'][name]):.2f}" for name in ("whole", "fund", "account")]

    def _compared(self, line: list[str] | None, bill: dict[str, Any] | None) -> str:
        if line is None or bill is None:
            return "1" if line is None else "2"
        return "0" if [Decimal(each) for each in line[3:6]] == [Decimal(each) for each in self._row(bill)] else "3"
