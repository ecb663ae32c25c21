"""Addresses of the format, odd spellings kept (envelope.md section 3). 中文: 接口路径。"""

from __future__ import annotations

SINGLE_ENTRY = "/fsi/api/rsfComIfsService/callService"
OAUTH_TOKEN = "/auth/oauth/token"  # noqa: S105 an address
OAUTH_ENTRY = "/mbs/fmi/fsi/api/callFsiService/callService"
MOBILE_ENTRY = "/mbs-fsi/web/api/fsi/callService"
CREDENTIAL = "/localcfc/api/hsecfc/localQrCodeQuery"
TOKEN_CHECK = "/localcfc/api/hsecfc/localEcTokenCheck"  # noqa: S105 an address

_SERVICES: dict[str, dict[str, str]] = {
    "fsiPsnInfoService": {"1101": "queryPsnInfo"},
    "fsiFixMedInsService": {"1201": "queryFixMedIns"},
    "catalogdownservice": {str(number): f"downCatalog{number}" for number in range(1301, 1316)},
    "catalogqueryservice": {
        "1304": "queryNatyPreparedByPage",
        "1312": "queryHilist",
        "1316": "queryMedinsHilistMapByPage",
        "1317": "queryMedListMapByPage",
        "1318": "queryLmtprcByPage",
        "1319": "querySelfpayByPage",
        "1901": "queryDataDic",
    },
    "fsiPsnPriorityInfoService": {"2001": "queryPsnPriorityInfo"},
    "outpatientDocInfoService": {
        "2201": "outpatientRregistration",
        "2202": "outpatientRegistrationCancel",
        "2203": "outpatientMdtrtinfoUp",
        "2203A": "outpatientMdtrtinfoUpA",
        "2204": "outpatientFeeListUp",
        "2205": "outpatientFeeListUpCancel",
    },
    "outpatientSettleService": {
        "2206": "preSettletment",
        "2206A": "preSettletmentA",
        "2207": "saveSettletment",
        "2207A": "saveSettletmentA",
        "2208": "cancleSettletment",
    },
    "hospFeeDtlService": {"2301": "feeDtlUp", "2302": "feeDtlCl"},
    "hospSettService": {"2303": "preSett", "2304": "sett", "2305": "settCl"},
    "hospitalRegisterService": {
        "2401": "hospitalRegisterSave",
        "2403": "hospitalRegisterEdit",
        "2404": "hospitalRegisterCancel",
    },
    "dscgService": {"2402": "dischargeProcess", "2405": "dischargeUndo"},
    "reverseService": {"2601": "revsMethod"},
    "riskConService": {"3101": "beforeAnalyze", "3102": "courseAnalyze"},
    "ybSettlementStmtService": {"3201": "stmtTotal", "3202": "stmtDetail"},
    "catalogCompService": {"3301": "catalogCompUp"},
    "department": {
        "3401": "saveDepartmentManageInfo",
        "3401A": "saveDepartmentManageBatch",
        "3402": "modifyDepartmentInfo",
        "3403": "pauseDepartmentInfo",
    },
    "goodsService": {
        "3501": "goodsUpload",
        "3502": "goodsUpdate",
        "3503": "goodsBuy",
        "3504": "goodsBuyReturn",
        "3505": "goodsSell",
        "3506": "goodsSellReturn",
        "3507": "goodsInfoDelete",
    },
    "medinfoupload": {
        "4101": "setllistinfoupld",
        "4101A": "setllistinfoupldA",
        "4104": "queryQltctrlProblemPage",
    },
    "fsiIntegratedQueryService": {
        "5101": "queryFixmedinsDept",
        "5102": "queryFixmedinsPracPsn",
        "5203": "querySetlInfo",
        "5204": "queryFeeList",
        "5206": "queryFixmedinsPracPsnSum",
        "5301": "queryPsnOpspReg",
        "5303": "queryInhospInfo",
    },
    "signInSignOutService": {"9001": "signIn", "9002": "signOut"},
    "fileupload": {"9101": "upload", "9102": "download"},
}

METHOD_PATHS: dict[str, str] = {
    infno: f"/fsi/api/{service}/{method}" for service, methods in _SERVICES.items() for infno, method in methods.items()
}
"""V2: one address a transaction. What the table does not list goes to the single entry."""

PASSWORD_PATHS: dict[str, str] = {
    "2207": "/fsi/api/outpatientSettleService/saveSettletmentV2",
    "2304": "/fsi/api/hospSettService/settV2",
}
"""The same settlements with a password check."""


def method_path(infno: str) -> str:
    """The V2 address of a transaction."""
    return METHOD_PATHS.get(infno, SINGLE_ENTRY)
