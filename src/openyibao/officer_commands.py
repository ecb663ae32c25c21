"""The commands for roles of officers: officer list · give · take. Two people, each named; the same rows as the page. 中文: 角色命令。"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from openyibao.agency_commands import Approver, Directory, Language, Maker, Why, act, console
from openyibao.fronts.shared import Platform
from openyibao.fronts.shared.proposing import ROLE_KINDS, RoleBody, decide, propose
from openyibao.kit.clock import SHANGHAI
from openyibao.kit.outcome import Refused
from openyibao.rooms import institutions
from openyibao.rooms.institutions import OPERATOR_ABSENT, OperatorRole
from openyibao.rooms.proposals import ProposalKind

app = typer.Typer(no_args_is_help=True, help="Roles of operators: who has which; given and taken by two people.")
Institution = Annotated[str, typer.Argument(help="The institution's code.")]
OperatorCode = Annotated[str, typer.Argument(help="The operator's code there.")]
Role = Annotated[OperatorRole, typer.Argument(help="The role.")]


@app.command(name="list")
def list_all(*, directory: Directory = None) -> None:
    """List the roles that are held now; at most five hundred."""

    async def run(platform: Platform) -> Any:
        async with platform.readers.reading() as reading:
            await platform.desk.fresh(reading)
            held = await institutions.list_roles(reading)
        return [(platform.desk.directory.by_id(one.institution_id), one) for one in held]

    for place, one in act(directory, "en", run):
        code = one.institution_id if place is None else place.institution_code
        at = one.given_at.astimezone(SHANGHAI).date()
        console.print(f"{code} {one.operator_code} {one.role} given {at} by {one.given_by}", markup=False)


@app.command()
def give(
    institution: Institution,
    operator: OperatorCode,
    role: Role,
    maker: Maker,
    approver: Approver,
    why: Why,
    *,
    directory: Directory = None,
    language: Language = "zh",
) -> None:
    """Give a role. The first two security officers of a platform are made so; later ones give roles on their page."""
    _change(directory, language, ProposalKind.give_role, (institution, operator, role), (maker, approver, why))


@app.command()
def take(
    institution: Institution,
    operator: OperatorCode,
    role: Role,
    maker: Maker,
    approver: Approver,
    why: Why,
    *,
    directory: Directory = None,
    language: Language = "zh",
) -> None:
    """Take a role away: it is gone with the next act."""
    _change(directory, language, ProposalKind.take_role, (institution, operator, role), (maker, approver, why))


def _change(
    directory: Any,
    language: str,
    kind: ProposalKind,
    whose: tuple[str, str, OperatorRole],
    said: tuple[str, str, str],
) -> None:
    async def run(platform: Platform) -> Any:
        async with platform.readers.reading() as reading:
            await platform.desk.fresh(reading)
        place = platform.desk.directory.by_code(whose[0])
        if place is None or platform.desk.directory.operator(place.institution_id, whose[1]) is None:
            return Refused(OPERATOR_ABSENT)
        body = RoleBody(institution_id=place.institution_id, operator_code=whose[1], role=whose[2])
        desk = {"institution_id": place.institution_id}
        made = await propose(platform, kind, body, person=None, maker=said[0], why=said[2], **desk)
        if isinstance(made, Refused):
            return made
        name = {"bucket": made.bucket, "proposal_id": made.proposal_id}
        return await decide(platform, **name, **desk, officer=said[1], approves=True, kinds=ROLE_KINDS)

    act(directory, language, run)
    console.print(f"{'given' if kind is ProposalKind.give_role else 'taken'}: {whose[2]}", markup=False)
