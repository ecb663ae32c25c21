"""Bodies of the life of a visit: change, close, undo, take lines back, refund. 中文: 就诊经过报文。"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from openyibao.fronts.api.bodies import Batches, Code, Diagnoses, Reference
from openyibao.kit.money import FEN_MAX
from openyibao.rooms.encounters import LINE_NO_MAX, LINES_MAX
from openyibao.rooms.settlement import RefundLine


class RemoveBody(msgspec.Struct, forbid_unknown_fields=True):
    """Take back lines that are not settled; without batches: all that wait."""

    encounter_id: Reference
    fee_batch_ids: Batches = ()


class ChangeBody(msgspec.Struct, forbid_unknown_fields=True):
    """Change ward, bed, doctor or diagnoses; what is not given stays."""

    encounter_id: Reference
    operator_code: Code
    ward: Code | None = None
    bed: Code | None = None
    practitioner_code: Code | None = None
    diagnoses: Diagnoses | None = None


class CloseBody(msgspec.Struct, forbid_unknown_fields=True):
    """Close a visit; of a stay: discharge, with its day (today where not given) and the discharge diagnoses."""

    encounter_id: Reference
    operator_code: Code
    closed_on: date | None = None
    diagnoses: Diagnoses | None = None


class UndoBody(msgspec.Struct, forbid_unknown_fields=True):
    """Undo a close or discharge, or cancel a registration or admission."""

    encounter_id: Reference
    operator_code: Code


class RefundLineBody(RefundLine, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of a settled line is given back, quantity and amount above zero, with the packs that return."""

    line_no: Annotated[int, msgspec.Meta(ge=1, le=LINE_NO_MAX)]
    quantity_e4: Annotated[int, msgspec.Meta(ge=1, le=10**14)]
    amount_fen: Annotated[int, msgspec.Meta(ge=0, le=FEN_MAX)]
    trace_codes: Annotated[tuple[Code, ...], msgspec.Meta(max_length=200)] = ()


class RefundBody(msgspec.Struct, forbid_unknown_fields=True):
    """Take items of a settlement back and settle the rest, in one act."""

    settlement_id: Reference
    terminal_code: Code
    operator_code: Code
    lines: Annotated[tuple[RefundLineBody, ...], msgspec.Meta(min_length=1, max_length=LINES_MAX)]
