"""The journey: activate → show → scan → upload → pre-settle → settle → reverse, for the published bills. 中文: 演示旅程。"""

from __future__ import annotations

import asyncio
import re
import time
from datetime import date
from typing import TYPE_CHECKING, Any

import httpx
import msgspec
from rich.console import Console
from rich.table import Table

from openyibao.demo import elsewhere
from openyibao.demo.bills import CASES, LEVEL, Case, Shelf, earlier_lines, lines_of, pick
from openyibao.demo.client import Answer, InstitutionClient
from openyibao.demo.load import PAUSE_SECONDS
from openyibao.demo.population import DemoPerson, Population
from openyibao.kit.clock import SystemClock
from openyibao.kit.money import yuan_text
from openyibao.rooms.bindings import DayKey
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.institutions import Institution, InstitutionKind
from openyibao.rooms.people import EntitlementState, InsuranceType, PersonCategory
from openyibao.rooms.presentation import Purpose, mint, step_day, step_of

if TYPE_CHECKING:
    from openyibao.demo.stage import Prepared

SMS_SECONDS = 20
ACCOUNT_FEN = 150_000


class JourneyFault(Exception):  # noqa: N818 a fault of the journey, told as such
    """A step did not come out as published."""


def with_cases(population: Population) -> Population:
    """The last people of the population become those of the published bills: category, groups, a full account.

    The one before them is insured in another area.
    """
    # Grown employees are moved to the end, so that nobody of these bills is a child.
    grown = [one for one in population.people if one.person_category is PersonCategory.employee][-len(CASES) :]
    people = [one for one in population.people if one not in grown] + grown
    begin = len(people) - len(CASES)
    for at, case in enumerate(CASES, start=begin):
        people[at] = msgspec.structs.replace(
            people[at],
            insurance_type=InsuranceType.employee,
            person_category=case.category,
            groups=case.groups,
            account_fen=ACCOUNT_FEN,
            state=EntitlementState.paid,
        )
    return elsewhere.with_visitor(msgspec.structs.replace(population, people=tuple(people)))


async def run(console: Console, url: str, sms_url: str, prepared: Prepared) -> None:
    """Run every published bill. Raises JourneyFault where an amount differs."""
    places = prepared.population.places
    hospital = next(
        place for place in places.institutions if place.kind is InstitutionKind.hospital and place.level.value == LEVEL
    )
    doctor = next(p.practitioner_code for p in places.practitioners if p.institution_id == hospital.institution_id)
    shelf = pick(prepared.population.catalogue)
    clock = SystemClock()
    async with httpx.AsyncClient(timeout=30) as http:
        client = InstitutionClient(http, url, prepared.session_keys[hospital.institution_id], clock)
        for case, made in zip(CASES, prepared.population.people[-len(CASES) :], strict=True):
            console.rule(f"{case.case_id} · {case.zh}")
            await _case(console, client, http, sms_url, hospital, doctor, shelf, case, made)
        await _tell_elsewhere(console, client, http, sms_url, prepared.population, doctor, shelf)


async def _tell_elsewhere(
    console: Console,
    client: InstitutionClient,
    http: httpx.AsyncClient,
    sms_url: str,
    population: Population,
    doctor: str,
    shelf: Shelf,
) -> None:
    """The visitor from another area at the same hospital."""

    async def post(route: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        return done(await client.post(route, body, key=key))

    async def scan(made: DemoPerson, key: str) -> str:
        code = show_code(await activate(client, http, sms_url, key, made))
        desk = {"terminal_code": "T01", "operator_code": "op1", "purpose": Purpose.settlement.value}
        return str((await post("scans", {"code": code, **desk}, f"{key}-scan"))["visit_token"])

    visitor = elsewhere.visitor_of(population)
    console.rule("异地就医 · care outside the insured area")
    console.print(f"  who        {visitor.person.name}, insured in Xiangtan (430300)")
    await elsewhere.tell(console, post, scan, visitor, doctor, shelf.whole[0].item_code)


async def _case(
    console: Console,
    client: InstitutionClient,
    http: httpx.AsyncClient,
    sms_url: str,
    hospital: Institution,
    doctor: str,
    shelf: Shelf,
    case: Case,
    made: DemoPerson,
) -> None:
    console.print(
        f"  who        {made.person.name} ({case.category.value}{', ' + ', '.join(case.groups) if case.groups else ''})"
    )
    wallet = await activate(client, http, sms_url, case.case_id, made)
    console.print("  activated  code sent by text message, entered, device bound")
    code = show_code(wallet)
    console.print(f"  shows      {code[:3]} {code[3:13]} {code[13:22]} {code[22:]}")
    purpose = Purpose.inpatient_admission if case.kind is EncounterKind.inpatient else Purpose.settlement
    desk = {"terminal_code": "T01", "operator_code": "op1"}
    scanned = done(
        await client.post("scans", {"code": code, "purpose": purpose.value, **desk}, key=f"{case.case_id}-scan")
    )
    console.print(f"  scanned    at {hospital.name}: {scanned['name']}, token good for 30 minutes")
    token = scanned["visit_token"]
    card = await card_token(client, made, f"{case.case_id}-card", purpose, desk)
    await _visit(client, case, f"{case.case_id}-a", card, desk, doctor, earlier_lines(case, shelf, doctor), use="none")
    console.print(f"  before     an earlier visit this year of {yuan_text(case.earlier_fen)} yuan, by the ID card")
    lines = lines_of(case, shelf, doctor)
    visit, before = await _pre_settle(client, case, token, desk, doctor, lines)
    console.print(f"  uploaded   {len(lines)} lines, {yuan_text(sum(line['amount_fen'] for line in lines))} yuan")
    for step in before["steps"]:
        console.print(f"             {step['zh']}")
    body = {**desk, "visit_token": token, "encounter_id": visit, "expected": before["expected"]}
    settled = done(await client.post("settlements", body, key=f"{case.case_id}-settle"))
    print_split(console, settled)
    for name, published in case.expected.items():
        if settled[name] != published:
            raise JourneyFault(f"{case.case_id}: {name} is {settled[name]}, published {published}")
    console.print("  [green]equals the published amounts to the fen[/green]")
    again = done(await client.post("settlements", body, key=f"{case.case_id}-settle"))
    if again["settlement_id"] != settled["settlement_id"] or not again["repeated"]:
        raise JourneyFault(f"{case.case_id}: the same key gave another answer")
    body = {**desk, "settlement_id": settled["settlement_id"]}
    reversal = done(await client.post("reversals", body, key=f"{case.case_id}-reverse"))
    console.print(
        f"  reversed   as {reversal['settlement_id']}; the account holds {yuan_text(reversal['account_balance_after_fen'])} again"
    )


async def activate(
    client: InstitutionClient, http: httpx.AsyncClient, sms_url: str, key: str, made: DemoPerson
) -> dict[str, Any]:
    """Activate somebody's credential by the code on their phone; the answer holds the device's keys."""
    person = made.person
    begun = done(
        await client.post(
            "activations",
            {
                "name": person.name,
                "document_type": person.document_type.value,
                "document_number": person.document_number,
                "phone": person.phone,
                "consent_version": "2026-11",
                "device_name": "演示手机",
            },
            key=f"{key}-activate",
        )
    )
    code = await _code_from_phone(http, sms_url, person.phone or "")
    body = {"activation_id": begun["activation_id"], "code": code}
    return done(await client.post("activations/complete", body, key=f"{key}-complete"))


async def _code_from_phone(http: httpx.AsyncClient, sms_url: str, phone: str) -> str:
    deadline = time.monotonic() + SMS_SECONDS
    while time.monotonic() < deadline:
        messages = (await http.get(f"{sms_url}/messages", params={"phone": phone})).json()
        # Messages that carry no code tell of an activation.
        codes = [found.group() for one in messages if (found := re.search(r"[0-9]{6}", one["text"]))]
        if codes:
            return codes[-1]
        await asyncio.sleep(PAUSE_SECONDS)
    raise JourneyFault(f"no text message came within {SMS_SECONDS} s")


def day_key_of(wallet: dict[str, Any], on: date) -> DayKey:
    """One day's key with its aliases, from what the phone was given."""
    name = on.isoformat()
    return DayKey(
        on=on,
        secret=bytes.fromhex(wallet["days"][name]),
        aliases=tuple(int(alias) for alias in wallet["aliases"][name]),
    )


def show_code(wallet: dict[str, Any]) -> str:
    """What the phone draws: a code from the day key it holds, no server asked."""
    step = step_of(SystemClock().now())
    day: date = step_day(step)
    return mint(
        day_key_of(wallet, day),
        issuer=wallet["issuer"],
        province=int(wallet["province"]),
        step=step,
    )


async def card_token(
    client: InstitutionClient, made: DemoPerson, key: str, purpose: Purpose, desk: dict[str, str]
) -> str:
    """A visit token of the person's ID card on the reader: another visit needs another token."""
    read = {"kind": "identity_card", "name": made.person.name, "document_number": made.person.document_number}
    body = {**read, "purpose": purpose.value, **desk}
    return str(done(await client.post("identifications", body, key=key))["visit_token"])


async def _visit(
    client: InstitutionClient,
    case: Case,
    key: str,
    visit_token: str,
    desk: dict[str, str],
    doctor: str,
    lines: list[dict[str, Any]],
    *,
    use: str,
) -> None:
    """A whole visit in one call."""
    body = {
        **desk,
        "visit_token": visit_token,
        "encounter": {"kind": case.kind.value, "practitioner_code": doctor, "diagnoses": [{"code": "M60.000x001"}]},
        "items": lines,
        "account_use": use,
    }
    done(await client.post("settlements", body, key=key))


async def _pre_settle(
    client: InstitutionClient,
    case: Case,
    visit_token: str,
    desk: dict[str, str],
    doctor: str,
    lines: list[dict[str, Any]],
) -> tuple[str, dict[str, Any]]:
    diagnoses = [{"code": "M60.000x001", "main": True}]
    encounter: dict[str, Any] = {"kind": case.kind.value, "practitioner_code": doctor, "diagnoses": diagnoses}
    stay = case.kind is EncounterKind.inpatient
    if stay:
        encounter["admission"] = {"ward": "W01", "bed": "01"}
    opened = done(
        await client.post(
            "encounters", {**desk, "visit_token": visit_token, "encounter": encounter}, key=f"{case.case_id}-open"
        )
    )
    visit = opened["encounter_id"]
    done(await client.post("fee-batches", {"encounter_id": visit, "items": lines}, key=f"{case.case_id}-items"))
    if stay:
        leave = {"encounter_id": visit, "operator_code": desk["operator_code"], "diagnoses": diagnoses}
        done(await client.post("encounters/close", leave, key=f"{case.case_id}-leave"))
    body = {**desk, "visit_token": visit_token, "encounter_id": visit}
    return visit, done(await client.post("pre-settlements", body, key=f"{case.case_id}-pre"))


def done(answer: Answer) -> dict[str, Any]:
    """The answer's body. Raises JourneyFault for a refusal."""
    if not answer.done:
        raise JourneyFault(f"{answer.body.get('reason')}: {answer.body.get('detail_zh')} / {answer.body.get('detail')}")
    return answer.body


def print_split(console: Console, settled: dict[str, Any]) -> None:
    """Who pays how much, as a table."""
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    table.add_column("  who pays")
    table.add_column("yuan", justify="right")
    names = {
        "pooled_fund_fen": "统筹基金 pooled fund",
        "large_sum_fen": "职工大额 large sum",
        "employer_supplement_fen": "企业补充 employer supplement",
        "other_funds_fen": "其他基金 other funds",
        "personal_account_fen": "个人账户 personal account",
        "cash_fen": "个人现金 cash",
        "fee_total_fen": "医疗费总额 fee total",
    }
    for name, title in names.items():
        if settled[name]:
            table.add_row(f"  {title}", yuan_text(settled[name]))
    console.print(table)
