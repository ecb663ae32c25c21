"""A hospital's own software beside a seeded platform: it knows the wire and nothing else of us."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec
from journey_house import House

from openyibao.fronts.national import NationalDoors
from openyibao.fronts.national.doors import Reply
from openyibao.kit.clock import SHANGHAI
from openyibao.rooms import exchange
from openyibao.rooms.exchange import WireClient, WireProfile, WireSecrets
from openyibao.rooms.institutions import Institution
from openyibao.wire.national.fields import field_tables

SINGLE = "/fsi/api/rsfComIfsService/callService"
DECODE = "/localcfc/api/hsecfc/localQrCodeQuery"


NULL_BEFORE_SETTLING = {"setl_time"}
"""What real platforms leave empty while nothing is settled, though the tables call it mandatory."""


def lacking(infno: str, output: Any) -> list[str]:
    """``node.field`` that the tables call mandatory in a reply and that is missing, empty or no number where one is due."""
    table = field_tables().get(infno) or field_tables().get(infno[:4])
    found = []
    for node in () if table is None else table.output:
        rows = output if isinstance(output, list) else (output or {}).get(node.node)
        if rows is None and node.node in ("无节点", "(see notes)"):
            listed = [one for one in output.values() if isinstance(one, list)] if isinstance(output, dict) else []
            rows = listed[0] if listed else output
        for row in rows if isinstance(rows, list) else [rows]:
            if not isinstance(row, dict):
                continue
            for one in node.fields:
                value = row.get(one.code)
                if one.required and value in (None, "") and one.code not in NULL_BEFORE_SETTLING:
                    found.append(f"{node.node}.{one.code} is {value!r}")
                if one.numeric and isinstance(value, str):
                    found.append(f"{node.node}.{one.code} is text")
    return found


class WireDesk:
    """One institution's software: counts its messages, keeps what it is told."""

    def __init__(self, house: House, doors: NationalDoors, place: Institution) -> None:
        self.house, self.doors, self.place = house, doors, place
        self._messages = 0

    def message_no(self) -> str:
        self._messages += 1
        return f"{self.place.institution_code}{self.house.clock.now():%Y%m%d%H%M%S}{self._messages:04d}"

    def envelope(self, infno: str, sent: Any, **more: Any) -> dict[str, Any]:
        at = self.house.clock.now().astimezone(SHANGHAI)
        return {
            "infno": infno,
            "msgid": self.message_no(),
            "mdtrtarea_admvs": "110100",
            "insuplc_admdvs": "110100",
            "recer_sys_code": "01",
            "dev_no": "",
            "dev_safe_info": "null",
            "cainfo": "",
            "signtype": "",
            "infver": "V1.0",
            "opter_type": "1",
            "opter": "op1",
            "opter_name": "操作员",
            "inf_time": f"{at:%Y-%m-%d %H:%M:%S}",
            "fixmedins_code": self.place.institution_code,
            "fixmedins_name": self.place.name,
            "sign_no": "",
            "input": sent,
            **more,
        }

    async def raw(self, body: Any, *, path: str = SINGLE, headers: dict[str, str] | None = None) -> Reply:
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        return await self.doors.answer(path, headers or {}, content)

    async def call(self, infno: str, sent: Any, *, path: str = SINGLE, **more: Any) -> dict[str, Any]:
        """The reply's envelope."""
        reply = await self.raw(self.envelope(infno, sent, **more), path=path)
        told: dict[str, Any] = msgspec.json.Decoder(float_hook=Decimal).decode(reply.content)
        return told

    async def done(self, infno: str, sent: Any, **more: Any) -> Any:
        """The output of a call that must be done."""
        told = await self.call(infno, sent, **more)
        assert told["infcode"] == 0, told
        found = lacking(infno, told["output"])
        assert not found, found
        return told["output"]

    async def refused(self, infno: str, sent: Any, **more: Any) -> str:
        """The reason of a call that must be refused."""
        told = await self.call(infno, sent, **more)
        assert told["infcode"] == -1, told
        assert told["output"] is None
        return str(told["err_msg"]).rpartition("[")[2].rstrip("]")

    async def decode(self, code: str, business: str = "01301") -> dict[str, Any]:
        """A scan, as the credential's library sends it."""
        body = {
            "orgId": self.place.institution_code,
            "transType": "ec.query",
            "data": {
                "orgId": self.place.institution_code,
                "businessType": business,
                "operatorId": "op1",
                "operatorName": "操作员",
                "officeId": "1",
                "officeName": "内科",
                "ecQrCode": code,
            },
        }
        told: dict[str, Any] = json.loads((await self.raw(body, path=DECODE)).content)
        return told

    async def token(self, person: int, business: str = "01301") -> str:
        """The ecToken of somebody who shows a fresh code."""
        self.house.move_on()
        told = await self.decode(await self.house.show(person, purpose=None), business)
        assert told["code"] == 0, told
        return str(told["data"]["ecToken"])

    # what a hospital does all day

    async def register(self, person: int, *, token: str | None = None, **more: Any) -> dict[str, Any]:
        """Scan, 1101, 2201: what later messages about the visit carry."""
        token = token or await self.token(person)
        proof = {"mdtrt_cert_type": "01", "mdtrt_cert_no": token}
        who = await self.done("1101", {"data": {**proof, "psn_cert_type": "01", "certno": "", "psn_name": ""}})
        insured = who["insuinfo"][0]
        visit = await self.done(
            "2201",
            {
                "data": {
                    **proof,
                    "psn_no": who["baseinfo"]["psn_no"],
                    "insutype": insured["insutype"],
                    "begntime": "2026-11-23 13:00:00",
                    "ipt_otp_no": f"OTP{person}",
                    "atddr_no": self.house.doctor(self.place),
                    "dr_name": "演示甲",
                    "dept_code": "D01",
                    "dept_name": "内科",
                    "caty": "A03",
                    **more,
                }
            },
        )
        return {
            **proof,
            "psn_no": who["baseinfo"]["psn_no"],
            "mdtrt_id": visit["data"]["mdtrt_id"],
            "insutype": insured["insutype"],
            "acct_used_flag": "1",
            "psn_setlway": "01",
        }

    def line(self, visit: dict[str, Any], own: str, batch: str, amount: str = "100.00", **more: Any) -> dict[str, Any]:
        return {
            "feedetl_sn": own,
            "mdtrt_id": visit["mdtrt_id"],
            "psn_no": visit["psn_no"],
            "chrg_bchno": batch,
            "rx_circ_flag": "0",
            "fee_ocur_time": "2026-11-23 13:05:00",
            "med_list_codg": self.house.shelf.whole[0].item_code,
            "medins_list_codg": f"own-{own}",
            "det_item_fee_sumamt": amount,
            "cnt": "1",
            "pric": amount,
            "bilg_dept_codg": "D01",
            "bilg_dept_name": "内科",
            "bilg_dr_codg": self.house.doctor(self.place),
            "bilg_dr_name": "演示甲",
            "hosp_appr_flag": "1",
            **more,
        }

    @staticmethod
    def bill(visit: dict[str, Any], batch: str, total: Any, **more: Any) -> dict[str, Any]:
        return {"data": {**visit, "med_type": "11", "chrg_bchno": batch, "medfee_sumamt": total, **more}}


async def open_wire(
    house: House, place: Institution | None = None, secrets: WireSecrets | None = None, **profile: Any
) -> WireDesk:
    """Register an institution's software, by default one that signs nothing, and sit down at it."""
    place = place or house.hospital
    client = WireClient(
        institution_id=place.institution_id,
        profile=WireProfile(**{"unsigned": True, **profile}),
        secrets=secrets or WireSecrets(),
    )
    await house.work(lambda tx: exchange.set_client(tx, house.platform.sealer, client, actor="officer-1"))
    return WireDesk(house, NationalDoors(house.platform), place)


def judge_identities(told: dict[str, Any]) -> None:
    """The amounts of a reply agree to the fen."""
    bill, rows = told["setlinfo"], told["setldetail"]
    funds = ("hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "hifdm_pay", "maf_pay", "oth_pay")
    assert bill["medfee_sumamt"] == bill["fund_pay_sumamt"] + bill["psn_part_amt"] + bill["hosp_part_amt"]
    assert bill["psn_part_amt"] == bill["acct_pay"] + bill["psn_cash_pay"]
    assert bill["fund_pay_sumamt"] == sum(bill[name] for name in funds)
    parts = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
    assert bill["medfee_sumamt"] == sum(bill[name] for name in parts)
    listed = sum(row["fund_payamt"] for row in rows)
    assert listed == bill["fund_pay_sumamt"] + bill["acct_pay"] + bill["hosp_part_amt"]


__all__ = ["DECODE", "SINGLE", "WireDesk", "judge_identities", "open_wire"]
