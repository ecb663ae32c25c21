"""Activating a credential, whichever front asks: the person who has this document, name and phone; a code; a binding.

Keeps: nothing. Promises: an unknown document, a wrong name and a wrong phone are told apart by nobody. Units: instants.
Callers: the API's counter activation, the wallet. 中文: 凭证激活。
"""

from __future__ import annotations

import msgspec

from openyibao.fronts.shared.platform import Platform
from openyibao.kit.batch import Work
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import activations, people
from openyibao.rooms.activations import Activation
from openyibao.rooms.bindings import Bound
from openyibao.rooms.people import DocumentType


class Applicant(msgspec.Struct, frozen=True, kw_only=True):
    """Who says to be whom, on which device, after agreeing to which text."""

    document_type: DocumentType
    document_number: str
    name: str
    phone: str
    consent_version: str
    channel_code: str
    device_name: str


async def start_activation(platform: Platform, applicant: Applicant) -> Activation | Refused | None:
    """Send a code to the registered phone; None where nobody has this name, number and phone.

    Reasons: those of ``activations.start_activation``.
    """
    async with platform.readers.reading() as reading:
        person = await people.find_registered(
            reading,
            platform.sealer,
            document_type=applicant.document_type,
            number=applicant.document_number,
            name=applicant.name,
            phone=applicant.phone,
        )
    if person is None:
        return None

    async def run(tx: Tx) -> Activation | Refused:
        return await activations.start_activation(
            tx,
            platform.clock,
            platform.sealer,
            platform.randomness,
            bucket=person.bucket,
            person_id=person.person_id,
            phone=applicant.phone,
            consent_version=applicant.consent_version,
            channel_code=applicant.channel_code,
            device_name=applicant.device_name,
        )

    started: Activation | Refused = await platform.lane.submit("work", Work(run=run))
    return started


async def complete_activation(platform: Platform, *, bucket: int, activation_id: int, code: str) -> Bound | Refused:
    """Check the code and bind the device. Reasons: those of ``activations.complete_activation``."""

    async def run(tx: Tx) -> Bound | Refused:
        return await activations.complete_activation(
            tx,
            platform.clock,
            platform.sealer,
            platform.randomness,
            bucket=bucket,
            activation_id=activation_id,
            code=code,
            default_province=platform.settings.province,
            bindings_max=platform.settings.bindings_max,
        )

    completed: Bound | Refused = await platform.lane.submit("work", Work(run=run))
    return completed
