"""What a channel asks of its bindings: day keys, a code, the list, the end, the person's status. 中文: 渠道展码与查询。"""

from __future__ import annotations

from datetime import date
from typing import Any

from openyibao.fronts.channels.bodies import BindingBody, CodeBody, ListBody, read_reference
from openyibao.fronts.channels.calls import ChannelCall
from openyibao.fronts.shared.delivering import delivered
from openyibao.fronts.shared.looking import note_look
from openyibao.kit.clock import unix_seconds
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import bindings, consents, credentials, people, presentation, settlement
from openyibao.rooms.bindings import BINDING_UNKNOWN
from openyibao.rooms.consents import ConsentPurpose
from openyibao.rooms.looks import LookerKind, LookKind, NewLook
from openyibao.rooms.people import Enrolment
from openyibao.rooms.settlement import Settlement

BILLS_SHOWN = 10


async def day_keys(call: ChannelCall) -> Any:
    """What an offline wallet of the channel mints codes from, for the next days."""
    body: BindingBody = call.body
    binding = call.binding
    if binding is None:
        return Refused(BINDING_UNKNOWN)
    return {"binding": body.binding, **delivered(call.platform, binding)}


async def show_code(call: ChannelCall) -> Any:
    """A code good now, for a channel that keeps no day keys."""
    body: CodeBody = call.body
    binding = call.binding
    if binding is None:
        return Refused(BINDING_UNKNOWN)
    step = presentation.step_of(call.platform.clock.now())
    code = presentation.mint(
        bindings.key_now(call.platform.sealer, call.platform.aliases, call.platform.clock, binding),
        issuer=call.platform.settings.issuer,
        province=binding.province,
        step=step,
        purpose=body.purpose,
    )
    return {"code": code, "changes_at": (step + 1) * presentation.STEP_SECONDS}


async def list_mine(call: ChannelCall) -> Any:
    """The channel's living bindings, a page."""
    body: ListBody = call.body
    async with call.platform.readers.reading() as reading:
        found = await bindings.list_channel_bindings(
            reading,
            channel_code=call.channel.channel_code,
            after=read_reference(body.after) if body.after else (-1, -1),
            most=body.most,
        )
    return {
        "bindings": [
            {
                "binding": f"{one.bucket}-{one.binding_id}",
                "device_name": one.device_name,
                "kind": one.kind.value,
                "bound_at": unix_seconds(one.bound_at),
            }
            for one in found
        ],
        "more": len(found) == body.most,
    }


async def unbind(call: ChannelCall) -> Any:
    """End one of the channel's bindings; its codes are dead when this is answered."""
    body: BindingBody = call.body
    bucket, binding_id = read_reference(body.binding)

    async def act(tx: Tx) -> Any:
        binding = await bindings.find_channel_binding(
            tx, bucket=bucket, binding_id=binding_id, channel_code=call.channel.channel_code
        )
        if isinstance(binding, Refused):
            return binding
        ended = await bindings.unbind(
            tx, call.platform.clock, bucket=bucket, binding_id=binding_id, actor=call.channel.channel_code
        )
        return ended if isinstance(ended, Refused) else {"state": "unbound", "binding": body.binding}

    return await call.act_once(act)


async def status(call: ChannelCall) -> Any:
    """How the holder of a binding is insured, and the last bills: the name masked, no number, no diagnosis, no line.

    Only while the holder's own consent stands, whatever scope the channel has.
    """
    body: BindingBody = call.body
    platform, binding = call.platform, call.binding
    if binding is None:
        return Refused(BINDING_UNKNOWN)
    async with platform.readers.reading() as reading:
        refused = await consents.refuse_without(
            reading,
            bucket=binding.bucket,
            person_id=binding.person_id,
            channel_code=call.channel.channel_code,
            purpose=ConsentPurpose.query,
        )
    if refused is not None:
        return refused
    # Kept before anything is answered: what a channel asks leaves no other trace.
    await note_look(
        platform,
        NewLook(
            bucket=binding.bucket,
            person_id=binding.person_id,
            kind=LookKind.status,
            looker_kind=LookerKind.channel,
            looker=call.channel.channel_code,
            why="status: insurance and last bills",
        ),
    )
    async with platform.readers.reading() as reading:
        credential = await credentials.find_credential(reading, bucket=binding.bucket, person_id=binding.person_id)
        name = (binding.bucket, binding.person_id)
        persons = await people.read_persons(reading, platform.sealer, [name])
        cell = (credential.insured_cell if credential else None) or 0
        enrolled = await people.read_enrolments(reading, [(cell, binding.person_id)]) if cell else {}
        bills = await settlement.list_of_person(reading, cell, binding.person_id, most=BILLS_SHOWN) if cell else []
    return {
        "binding": body.binding,
        "name": people.masked_name(persons[name].name) if name in persons else "*",
        "state": credential.state.value if credential else "unknown",
        "insured_area": credential.insured_area if credential else None,
        "enrolments": [_enrolment_body(one, platform.clock.today()) for each in enrolled.values() for one in each],
        "settlements": [_bill_body(one) for one in bills],
    }


def _enrolment_body(one: Enrolment, today: date) -> dict[str, Any]:
    return {
        "insurance_type": one.insurance_type.value,
        "begins_on": one.begins_on.isoformat(),
        "ends_on": one.ends_on.isoformat() if one.ends_on else None,
        "funds_stopped": list(people.funds_stopped(one, today)),
    }


def _bill_body(one: Settlement) -> dict[str, Any]:
    return {
        "settlement": f"{one.cell}-{one.settlement_id}",
        "kind": one.kind.value,
        "settled_on": one.settled_on.isoformat(),
        "fee_total_fen": one.fee_total_fen,
        "fund_total_fen": one.fund_total_fen,
        "person_total_fen": one.person_total_fen,
    }
