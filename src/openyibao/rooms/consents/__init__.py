"""Consent as data: who agreed to which text, for which purposes, in which channel, when, and when it was taken back.

Keeps: consents; the texts themselves lie in ``texts/``, each version with its pinned digest. Promises: a text that was
agreed to never changes (a new one is a new version); one consent a person, channel and text; withdrawal ends at once what
stood on it: the bindings of that channel. Units: UTC instants.
Callers: activations (whose agreements refer to a consent), the channels' front (``refuse_without``), the wallet. 中文: 知情同意。
"""

from openyibao.rooms.consents.records import (
    ACTIVATION_PURPOSES,
    CONSENT_TEXT_UNKNOWN,
    CONSENT_UNKNOWN,
    Consent,
    ConsentPurpose,
    ConsentText,
    NewConsent,
    Withdrawn,
)
from openyibao.rooms.consents.rules import CURRENT_VERSION, QUERY_VERSION, find_text
from openyibao.rooms.consents.service import find_for, give, list_consents, read_consents, refuse_without, withdraw
from openyibao.rooms.consents.telling import expected_of_consents

__all__ = [
    "ACTIVATION_PURPOSES",
    "CONSENT_TEXT_UNKNOWN",
    "CONSENT_UNKNOWN",
    "CURRENT_VERSION",
    "QUERY_VERSION",
    "Consent",
    "ConsentPurpose",
    "ConsentText",
    "NewConsent",
    "Withdrawn",
    "expected_of_consents",
    "find_for",
    "find_text",
    "give",
    "list_consents",
    "read_consents",
    "refuse_without",
    "withdraw",
]
