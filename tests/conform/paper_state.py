"""What the papers share: people, the state, values made from the tables. All amounts in fen."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from openyibao.conform.tables import Field
from openyibao.kit.clock import SHANGHAI, FakeClock

CERTS = {"11010119900101001X": ("张三", "1"), "110101196503070022": ("李四", "2")}
SUPPORTED = frozenset(
    {
        *(
            "9001",
            "9002",
            "1101",
            "1161",
            "1201",
            "2001",
            "2201",
            "2202",
            "2203",
            "2203A",
            "2204",
            "2205",
            "2206",
            "2206A",
        ),
        *(
            "2207",
            "2207A",
            "2208",
            "2601",
            "2101",
            "2102",
            "2103",
            "2301",
            "2302",
            "2303",
            "2304",
            "2305",
            "2401",
            "2402",
        ),
        *("2403", "2404", "2405", "2501", "2502", "2503", "2504", "2505", "2506", "3201", "3202", "3301", "3302"),
        *(
            "3401",
            "3401A",
            "3402",
            "3403",
            "5101",
            "5201",
            "5202",
            "5203",
            "5204",
            "5206",
            "5301",
            "5302",
            "5303",
            "9101",
        ),
        *("9102", "1301", "1305"),
    }
)


class Refusal(Exception):  # noqa: N818 the paper's refusal
    """Said in err_msg."""


def yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100


class PaperState:
    def __init__(self, clock: FakeClock) -> None:
        self.clock, self.serial = clock, 1000
        self.balance = dict.fromkeys(CERTS, 100_000)
        self.visits: dict[str, dict[str, Any]] = {}
        self.bills: dict[str, dict[str, Any]] = {}
        self.barred: set[str] = set()
        self.filed: dict[str, tuple[str, str, dict[str, Any]]] = {}
        self.departments: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.sold: set[str] = set()
        self.codes: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.signed: set[str] = set()

    def new(self, prefix: str = "") -> str:
        self.serial += 1
        return f"{prefix}{self.serial}"

    def now(self) -> str:
        return f"{self.clock.now().astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def rows_of(part: Any) -> list[dict[str, Any]]:
    return part if isinstance(part, list) else [part]


def tenth_of(fen: int) -> int:
    return (fen + 5) // 10


def born_of(cert: str) -> str:
    return f"{cert[6:10]}-{cert[10:12]}-{cert[12:14]}"


def line_of(row: dict[str, Any], line: dict[str, Any]) -> dict[str, Any]:
    fen, share = line["fen"], line["first"]
    return {
        "feedetl_sn": str(row["feedetl_sn"]),
        "det_item_fee_sumamt": yuan(fen),
        "cnt": Decimal(str(row["cnt"])),
        "pric": Decimal(str(row["pric"])),
        "pric_uplmt_amt": 999999,
        "selfpay_prop": Decimal("0.1"),
        "fulamt_ownpay_amt": 0,
        "overlmt_amt": 0,
        "preselfpay_amt": yuan(share),
        "inscp_scp_amt": yuan(fen - share),
        "chrgitm_lv": "02",
        "med_chrgitm_type": "09",
        "lmt_used_flag": "0",
    }


def made_of(field: Field, known: dict[str, Any]) -> Any:
    if field.code in known and known[field.code] != "":
        value = known[field.code]
        return value if field.kind == "number" else str(value)
    plain = {"number": 0, "date": "2026-01-01", "instant": "2026-01-01 00:00:00", "flag": "1"}
    coded = {
        "trt_enjymnt_flag": "1",
        "fund_pay_type": "310100",
        "clr_type": "11",
        "insutype": "310",
        "med_type": "11",
        "year": "2026",
        "psn_type": "1101",
        "list_type": "101",
        "trt_chk_type": "01",
    }
    return coded.get(field.code, plain.get(field.kind, "1"))
