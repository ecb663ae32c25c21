"""A credential for somebody whom a test has insured."""

from __future__ import annotations

from typing import Any

from journey_house import House

from openyibao.kit.crypto import KeyPurpose
from openyibao.kit.db import Tx
from openyibao.main import open_ring
from openyibao.rooms import credentials
from openyibao.rooms.credentials import PersonToIssue
from openyibao.rooms.people import Enrolment, InsuredPerson


async def issue_credential(house: House, person: InsuredPerson, enrolment: Enrolment) -> Any:
    """Issue it for the enrolment's cell, as the seed does; what the room answered."""
    ring = await open_ring(house.platform.settings, house.clock)
    who = PersonToIssue(
        bucket=person.bucket,
        person_id=person.person_id,
        name=person.name,
        document_type=person.document_type.value,
        document_number=person.document_number,
        insured_cell=enrolment.cell,
        insured_area=enrolment.pooling_area,
    )

    async def run(tx: Tx) -> Any:
        return await credentials.issue(
            tx,
            house.clock,
            house.platform.sealer,
            ring.signer(KeyPurpose.issuer),
            persons=[who],
            issuer_key_id=ring.current(KeyPurpose.issuer).key_id,
        )

    return await house.work(run)
