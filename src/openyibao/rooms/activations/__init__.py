"""Activations: the person themself asks to have their credential on this device, step by step, in no other order.

Keeps: activations under way, tries that did not match, what was agreed to, passwords and the locks of each way of
authentication. Promises: a step is never skipped, reordered or repeated, and only who began may go on; an unknown number
and a wrong name get one answer and are counted alike; a password and a code are kept only as digests, pictures not at
all; who fails in one way is locked out of that way alone. What is under way lasts fifteen minutes and is cleared away:
it is told to the audit but not held. Units: UTC instants. Callers: the wallet, counters, wards, channels. 中文: 凭证激活。
"""

from openyibao.rooms.activations.finishing import (
    BindingTerms,
    choose_password,
    clear_activations,
    confirm,
    list_agreements,
)
from openyibao.rooms.activations.limits import Origin, count_code
from openyibao.rooms.activations.locks import clear as clear_way
from openyibao.rooms.activations.locks import count_failure as count_way_failure
from openyibao.rooms.activations.locks import refuse_way
from openyibao.rooms.activations.messages import leave_message
from openyibao.rooms.activations.naming import match_person, name_person
from openyibao.rooms.activations.passwords import find_hash, note_try, refuse_weak
from openyibao.rooms.activations.passwords import put as put_password
from openyibao.rooms.activations.plan_page import plan_page
from openyibao.rooms.activations.proving import (
    approve,
    list_waiting,
    prove_by_code,
    prove_by_face,
    prove_by_officer,
    send_code,
)
from openyibao.rooms.activations.reasons import (
    ACTIVATION_CODE_WRONG,
    ACTIVATION_NOT_YOURS,
    ACTIVATION_STEP_EARLY,
    ACTIVATION_UNKNOWN,
    AREA_NOT_ENROLLED,
    FACE_NOT_ALIVE,
    FACE_NOT_SAME,
    PASSWORD_NOT_SET,
    PERSON_NOT_MATCHED,
)
from openyibao.rooms.activations.records import (
    Activation,
    ActivationKey,
    ActivationState,
    Agreement,
    Challenge,
    ChannelRules,
    LivenessProvider,
    OfficerLook,
    PasswordHash,
    Proof,
    SetPassword,
    Step,
    StoredAgreement,
    Verdict,
    Way,
    WayLock,
)
from openyibao.rooms.activations.rules import CHANNEL_RULES, hash_password, next_step, password_holds
from openyibao.rooms.activations.service import agree, begin, find_under_way
from openyibao.rooms.activations.telling import expected_of_agreements, expected_of_passwords
from openyibao.rooms.activations.vouching import (
    ChannelWord,
    approve_by_assertion,
    prove_by_assertion,
    vouch_password,
)

__all__ = [
    "ACTIVATION_CODE_WRONG",
    "ACTIVATION_NOT_YOURS",
    "ACTIVATION_STEP_EARLY",
    "ACTIVATION_UNKNOWN",
    "AREA_NOT_ENROLLED",
    "CHANNEL_RULES",
    "FACE_NOT_ALIVE",
    "FACE_NOT_SAME",
    "PASSWORD_NOT_SET",
    "PERSON_NOT_MATCHED",
    "Activation",
    "ActivationKey",
    "ActivationState",
    "Agreement",
    "BindingTerms",
    "Challenge",
    "ChannelRules",
    "ChannelWord",
    "LivenessProvider",
    "OfficerLook",
    "Origin",
    "PasswordHash",
    "Proof",
    "SetPassword",
    "Step",
    "StoredAgreement",
    "Verdict",
    "Way",
    "WayLock",
    "agree",
    "approve",
    "approve_by_assertion",
    "begin",
    "choose_password",
    "clear_activations",
    "clear_way",
    "confirm",
    "count_code",
    "count_way_failure",
    "expected_of_agreements",
    "expected_of_passwords",
    "find_hash",
    "find_under_way",
    "hash_password",
    "leave_message",
    "list_agreements",
    "list_waiting",
    "match_person",
    "name_person",
    "next_step",
    "note_try",
    "password_holds",
    "plan_page",
    "prove_by_assertion",
    "prove_by_code",
    "prove_by_face",
    "prove_by_officer",
    "put_password",
    "refuse_way",
    "refuse_weak",
    "send_code",
    "vouch_password",
]
