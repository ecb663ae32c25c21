"""The changing code: minted by a wallet, scanned by an institution, answered by a visit token.

Keeps: accepted presentations, visit tokens as digests, refused scans, how cards and papers were shown. Promises: a (binding,
step) is accepted once; a repeat from the same place gets the same answer; a printed code has a key and edges of its own. Units: steps of 30 s since 1970; lifetimes in seconds.
Callers: the wallet (minting), terminals (scanning), encounters. 中文: 展码与扫码。
"""

from openyibao.rooms.presentation.chances import Chance, reckon
from openyibao.rooms.presentation.facing import present_by_face
from openyibao.rooms.presentation.finding import ScanKeys, find_bindings
from openyibao.rooms.presentation.identifying import find_card_holder, identify
from openyibao.rooms.presentation.printed import digits_of, find_paper
from openyibao.rooms.presentation.records import (
    CODE_ALREADY_USED,
    FaceProof,
    FaceRequest,
    FamilyShowing,
    IdentifyRequest,
    Presentation,
    Purpose,
    ScanLimits,
    ScanRequest,
    SeenProof,
    TokenFacts,
)
from openyibao.rooms.presentation.rules import CODE_VERSION, STEP_SECONDS, mint, parse_code, step_day, step_of
from openyibao.rooms.presentation.service import scan
from openyibao.rooms.presentation.telling import (
    expected_of_carrier_showings,
    expected_of_presentations,
    expected_of_refused_scans,
)
from openyibao.rooms.presentation.tokens import list_family_showings, read_tokens

__all__ = [
    "CODE_ALREADY_USED",
    "CODE_VERSION",
    "STEP_SECONDS",
    "Chance",
    "FaceProof",
    "FaceRequest",
    "FamilyShowing",
    "IdentifyRequest",
    "Presentation",
    "Purpose",
    "ScanKeys",
    "ScanLimits",
    "ScanRequest",
    "SeenProof",
    "TokenFacts",
    "digits_of",
    "expected_of_carrier_showings",
    "expected_of_presentations",
    "expected_of_refused_scans",
    "find_bindings",
    "find_card_holder",
    "find_paper",
    "identify",
    "list_family_showings",
    "mint",
    "parse_code",
    "present_by_face",
    "read_tokens",
    "reckon",
    "scan",
    "step_day",
    "step_of",
]
