"""Which address is which binding and which transaction: the odd spellings are those of the field. 中文: 接口地址。"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class Binding(StrEnum):
    """How a message comes (接入方式)."""

    single = "single"
    """One address for all (V1)."""
    paths = "paths"
    """One address a transaction (V2)."""
    tif = "tif"
    """A gateway with x-tif headers (V3)."""
    csb = "csb"
    """A gateway with _api_ headers (V4)."""
    oauth = "oauth"
    """A bearer token, the input encrypted (V5)."""
    mobile = "mobile"
    """The bridge of mobile payment (V6)."""


class Address(msgspec.Struct, frozen=True):
    """What an address means; ``infno`` where it says it."""

    binding: Binding
    infno: str = ""


SINGLE = "/fsi/api/rsfComIfsService/callService"
OAUTH_TOKEN = "/auth/oauth/token"  # noqa: S105 an address
OAUTH_CALL = "/mbs/fmi/fsi/api/callFsiService/callService"
MOBILE_CALL = "/mbs-fsi/web/api/fsi/callService"
DECODE = "/api/hsecfc/localQrCodeQuery"
CHECK = "/api/hsecfc/localEcTokenCheck"
_SERVICES: Mapping[str, Mapping[str, str]] = {
    "fsiPsnInfoService": {"queryPsnInfo": "1101"},
    "fsiFixMedInsService": {"queryFixMedIns": "1201"},
    "catalogqueryservice": {
        "queryNatyPreparedByPage": "1304",
        "queryHilist": "1312",
        "queryMedinsHilistMapByPage": "1316",
        "queryMedListMapByPage": "1317",
        "queryLmtprcByPage": "1318",
        "querySelfpayByPage": "1319",
        "queryDataDic": "1901",
    },
    "fsiPsnPriorityInfoService": {"queryPsnPriorityInfo": "2001"},
    "outpatientDocInfoService": {
        "outpatientRregistration": "2201",
        "outpatientRegistration": "2201",
        "outpatientRegistrationCancel": "2202",
        "outpatientMdtrtinfoUp": "2203",
        "outpatientMdtrtinfoUpA": "2203A",
        "outpatientFeeListUp": "2204",
        "outpatientFeeListUpCancel": "2205",
    },
    "outpatientSettleService": {
        "preSettletment": "2206",
        "preSettletmentA": "2206A",
        "saveSettletment": "2207",
        "saveSettletmentV2": "2207",
        "saveSettletmentA": "2207A",
        "cancleSettletment": "2208",
    },
    "hospFeeDtlService": {"feeDtlUp": "2301", "feeDtlCl": "2302"},
    "hospSettService": {"preSett": "2303", "sett": "2304", "settV2": "2304", "settCl": "2305"},
    "hospitalRegisterService": {
        "hospitalRegisterSave": "2401",
        "hospitalRegisterEdit": "2403",
        "hospitalRegisterCancel": "2404",
    },
    "dscgService": {"dischargeProcess": "2402", "dischargeUndo": "2405"},
    "reverseService": {"revsMethod": "2601"},
    "riskConService": {"beforeAnalyze": "3101", "courseAnalyze": "3102"},
    "ybSettlementStmtService": {"stmtTotal": "3201", "stmtDetail": "3202"},
    "catalogCompService": {"catalogCompUp": "3301"},
    "department": {
        "saveDepartmentManageInfo": "3401",
        "saveDepartmentManageBatch": "3401A",
        "modifyDepartmentInfo": "3402",
        "pauseDepartmentInfo": "3403",
    },
    "goodsService": {
        "goodsUpload": "3501",
        "goodsUpdate": "3502",
        "goodsBuy": "3503",
        "goodsBuyReturn": "3504",
        "goodsSell": "3505",
        "goodsSellReturn": "3506",
        "goodsInfoDelete": "3507",
    },
    "medinfoupload": {
        "setllistinfoupld": "4101",
        "setllistinfoupldA": "4101A",
        "queryQltctrlProblemPage": "4104",
    },
    "fsiIntegratedQueryService": {
        "queryFixmedinsDept": "5101",
        "queryFixmedinsPracPsn": "5102",
        "querySetlInfo": "5203",
        "queryFeeList": "5204",
        "queryFixmedinsPracPsnSum": "5206",
        "queryPsnOpspReg": "5301",
        "queryInhospInfo": "5303",
    },
    "signInSignOutService": {"signIn": "9001", "signOut": "9002"},
    "fileupload": {"upload": "9101", "download": "9102"},
}
PATHS: Mapping[str, str] = {
    f"/fsi/api/{service}/{method}": infno for service, methods in _SERVICES.items() for method, infno in methods.items()
}
"""Address of a transaction → its number."""
ELSEWHERE: Mapping[str, str] = {
    "/org/local/api/hos/uldFeeInfo": "6201",
    "/org/local/api/hos/pay_order": "6202",
    "/org/local/api/hos/refund_Order": "6203",
    "/org/local/api/hos/query_order_info": "6301",
    "/org/local/api/hos/revoke_order": "6401",
    "/pmc/api": "6201",
    **{
        f"/epc/api/fixmedins/{name}": infno
        for name, infno in {
            "uploadChk": "7101",
            "rxFixmedinsSign": "7102",
            "rxFileUpld": "7103",
            "rxUndo": "7104",
            "hospRxDetlQuery": "7105",
            "rxChkInfoQuery": "7106",
            "rxSetlInfoQuery": "7107",
            "circDrugQuery": "7211",
        }.items()
    },
}
"""Addresses of families that come later; they answer so, naming themselves."""


def address_of(path: str) -> Address | None:
    """What an address means, or None where it is none of ours."""
    if path.startswith(SINGLE):
        return Address(Binding.single, path.removeprefix(SINGLE).strip("/")[:6])
    if path in PATHS:
        return Address(Binding.paths, PATHS[path])
    if path.startswith("/fsi/api/"):
        last = path.rpartition("/")[2]
        down = last.removeprefix("downCatalog")
        return Address(Binding.paths, down[:6] if down != last else "")
    if "/ebus/" in path or "/hsa/hgs/" in path:
        return Address(Binding.tif, path.rpartition("/")[2][:6])
    if path in ("/CSB", "/csb", "/api"):
        return Address(Binding.csb)
    if path == OAUTH_CALL:
        return Address(Binding.oauth)
    if path == MOBILE_CALL:
        return Address(Binding.mobile)
    return None


def is_ours(path: str) -> bool:
    """Whether the national front answers an address."""
    return (
        path.startswith(("/fsi/api/", "/localcfc/", "/test/localcfc/", "/mbs", "/desk/"))
        or path in ("/CSB", "/csb", "/api", OAUTH_TOKEN)
        or path in ELSEWHERE
        or "/ebus/" in path
    )
