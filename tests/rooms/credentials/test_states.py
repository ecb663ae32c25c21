"""Every state of a credential by every act, cell by cell."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from openyibao.kit.outcome import Refused
from openyibao.rooms.credentials import Credential, CredentialAct, CredentialState, StopGround, rules

AT = datetime(2026, 11, 23, 4, tzinfo=UTC)


def credential(state: str, *, activated: bool | None = None, ground: StopGround | None = None) -> Credential:
    stopped = state in {"suspended", "revoked"}
    return Credential(
        bucket=7,
        credential_id=1,
        person_id=1,
        state=CredentialState(state),
        insured_cell=None,
        insured_area=None,
        statement=b"",
        statement_signature=b"",
        issuer_key_id=1,
        status_index=0,
        issued_at=AT,
        activated_at=AT if (state == "activated" if activated is None else activated) else None,
        stop_ground=(ground or StopGround.agency) if stopped else None,
    )


TABLE = """
            activate               suspend             resume                    revoke
issued      activated              suspended           credential_not_suspended  revoked
activated   activated              suspended           credential_not_suspended  revoked
suspended   credential_suspended   suspended           issued                    revoked
revoked     credential_revoked     credential_revoked  credential_revoked        credential_revoked
"""
ACTS = TABLE.split("\n")[1].split()
CELLS = [
    (state, act, answer)
    for line in TABLE.strip("\n").split("\n")[1:]
    for state, *answers in [line.split()]
    for act, answer in zip(ACTS, answers, strict=True)
]


def test_the_table_has_every_cell() -> None:
    assert {(state, act) for state, act, _ in CELLS} == {(s.value, a.value) for s, a in rules.MOVES}
    assert len(CELLS) == len(CredentialState) * len(CredentialAct)


@pytest.mark.parametrize(("state", "act", "answer"), CELLS)
def test_a_state_and_an_act_lead_where_the_table_says(state: str, act: str, answer: str) -> None:
    moved = rules.move(credential(state), CredentialAct(act), StopGround.agency)
    assert (moved.code if isinstance(moved, Refused) else moved[0].value) == answer


def test_what_was_never_stopped_is_not_resumed_and_nobody_has_none() -> None:
    moved = rules.move(credential("issued"), CredentialAct.resume, StopGround.holder)
    assert isinstance(moved, Refused)
    assert moved.code == "credential_not_suspended"
    refused = rules.refuse_state(None)
    assert refused is not None
    assert refused.code == "credential_unknown"


def test_one_that_was_activated_is_resumed_to_activated() -> None:
    moved = rules.move(credential("suspended", activated=True), CredentialAct.resume, StopGround.agency)
    assert moved == (CredentialState.activated, StopGround.agency)


@pytest.mark.parametrize("stopped_by", [StopGround.agency, StopGround.departed])
def test_a_holder_resumes_only_what_the_holder_suspended(stopped_by: StopGround) -> None:
    moved = rules.move(credential("suspended", ground=stopped_by), CredentialAct.resume, StopGround.holder)
    assert isinstance(moved, Refused)
    assert moved.code == "credential_stopped_by_another"
    own = rules.move(credential("suspended", ground=StopGround.holder), CredentialAct.resume, StopGround.holder)
    assert not isinstance(own, Refused)


def test_a_weaker_ground_takes_nothing_from_a_stronger_one() -> None:
    again = rules.move(credential("suspended"), CredentialAct.suspend, StopGround.holder)
    assert again == (CredentialState.suspended, StopGround.agency)
    more = rules.move(credential("suspended", ground=StopGround.holder), CredentialAct.suspend, StopGround.agency)
    assert more == (CredentialState.suspended, StopGround.agency)
