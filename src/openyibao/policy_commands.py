"""The commands for policy officers: policy check · show · diff · try · simulate. 中文: 待遇政策命令。"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from openyibao.agency_commands import Approver, Directory, Maker, Why
from openyibao.fronts.shared import Platform
from openyibao.institution_commands import act_in_one, actor_of
from openyibao.kit.db import Tx
from openyibao.rooms.policies import (
    CaseUnusableError,
    DocumentFault,
    Policy,
    document_schema,
    find_overlaps,
    list_differences,
    list_statements,
    read_cases,
    read_document,
    run_case,
)
from openyibao.rooms.policies import publish as publish_document

app = typer.Typer(
    no_args_is_help=True, help="Benefit policies as documents: check, show, compare, try on worked cases."
)
console = Console(soft_wrap=True, highlight=False)

Language = Annotated[str, typer.Option("--language", help="zh or en.")]
PolicyFolder = Annotated[Path | None, typer.Option("--policies", help="Where the documents are; else those delivered.")]


def delivered() -> Path:
    """The folder of the documents that come with the package, or with the repository."""
    packaged = Path(__file__).parent / "policies"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "policies"


def policy_files(folder: Path) -> list[Path]:
    """All documents below a folder."""
    return sorted(folder.rglob("*.yaml"))


def _read(paths: Iterable[Path]) -> tuple[dict[Path, Policy], dict[Path, tuple[DocumentFault, ...]]]:
    good: dict[Path, Policy] = {}
    bad: dict[Path, tuple[DocumentFault, ...]] = {}
    for path in paths:
        try:
            read = read_document(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            read = (DocumentFault(path="", line=1, zh=f"无法读取: {error}", en=f"cannot be read: {error}"),)
        if isinstance(read, Policy):
            good[path] = read
        else:
            bad[path] = read
    return good, bad


def _say_faults(bad: dict[Path, tuple[DocumentFault, ...]], language: str) -> None:
    for path, faults in bad.items():
        for fault in faults:
            said = fault.en if language == "en" else fault.zh
            console.print(f"{path}:{fault.line}: {fault.path or '-'}: {said}", markup=False)


def _good(paths: Iterable[Path], language: str = "en") -> list[Policy]:
    """The documents, or the end of the command with their faults."""
    good, bad = _read(paths)
    if bad:
        _say_faults(bad, language)
        raise typer.Exit(1)
    return list(good.values())


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Documents, or folders of them.")], language: Language = "zh"
) -> None:
    """Read documents and tell every fault with its line; documents that speak for the same day are faults too."""
    paths = [each for path in files for each in (policy_files(path) if path.is_dir() else [path])]
    good, bad = _read(paths)
    _say_faults(bad, language)
    names = {id(policy): path for path, policy in good.items()}
    overlaps = find_overlaps(list(good.values()))
    for one, other in overlaps:
        said = "speak for the same days" if language == "en" else "对同一险种同一天都有规定"
        console.print(f"{names[id(one)]}, {names[id(other)]}: {said}", markup=False)
    console.print(f"{len(good)} good, {len(bad)} bad" if language == "en" else f"{len(good)} 个正确，{len(bad)} 个有误")
    raise typer.Exit(1 if bad or overlaps else 0)


@app.command()
def show(
    area: Annotated[int, typer.Argument(help="The pooling area's six digits.")],
    on: Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The day.")],
    policies: PolicyFolder = None,
    insurance: Annotated[str | None, typer.Option("--insurance", help="employee, resident …; else all.")] = None,
    language: Language = "zh",
) -> None:
    """Tell what an area's documents say on a day, as tables."""
    day = on.date()
    found = [
        policy
        for policy in _good(policy_files(policies or delivered()), language)
        if policy.area == area
        and policy.valid_from <= day <= (policy.valid_until or date.max)
        and insurance in {None, policy.insurance.value}
    ]
    if not found:
        console.print(f"no document for {area} on {day}" if language == "en" else f"{area} 在 {day} 没有政策文档")
        raise typer.Exit(1)
    for policy in found:
        _show(policy, language)


def _show(policy: Policy, language: str) -> None:
    console.rule(f"{policy.title.en if language == 'en' else policy.title.zh} · {policy.area}")
    places: dict[str, Table] = {}
    heads = ("what", "whom", "value", "source") if language == "en" else ("内容", "适用", "数值", "依据")
    for each in list_statements(policy, language):
        table = places.get(each.place)
        if table is None:
            table = places[each.place] = Table(*heads, title=each.place, title_justify="left", expand=True)
        table.add_row(each.name, each.who, each.value, each.cite)
    for table in places.values():
        console.print(table)
    for source in policy.sources.values():
        console.print(f"- {source.title} · {source.where} · {source.as_of}", markup=False)


@app.command()
def publish(
    files: Annotated[list[Path], typer.Argument(help="Documents, or folders of them.")],
    maker: Maker,
    approver: Approver,
    why: Why,
    *,
    directory: Directory = None,
    language: Language = "zh",
) -> None:
    """Publish documents, all or none: bills of their days are priced by them from the next batch on. Again changes nothing."""
    actor = actor_of(maker, approver, why)
    paths = [each for path in files for each in (policy_files(path) if path.is_dir() else [path])]
    good, bad = _read(paths)
    _say_faults(bad, language)
    if bad or find_overlaps(list(good.values())):
        console.print("nothing was published; `policy check` tells why")
        raise typer.Exit(1)

    async def run(platform: Platform, tx: Tx) -> Any:
        for path in good:
            await publish_document(tx, platform.clock, body=path.read_text(encoding="utf-8"), actor=actor)
        return len(good)

    console.print(f"{act_in_one(directory, run)} documents are published")


@app.command()
def diff(old: Path, new: Path, language: Language = "zh") -> None:
    """Tell in words what the second document says otherwise."""
    one, other = _good([old], language), _good([new], language)
    said = list_differences(one[0], other[0], language)
    for sentence in said:
        console.print(sentence, markup=False)
    if not said:
        console.print("both say the same" if language == "en" else "两份文档内容相同")


@app.command(name="try")
def try_cases(
    cases: Annotated[list[Path], typer.Argument(help="Files of worked cases (JSON).")], policies: PolicyFolder = None
) -> None:
    """Run worked cases and tell for each whether it comes out to the fen."""
    known = _good(policy_files(policies or delivered()))
    passed = failed = 0
    for path in cases:
        try:
            read = read_cases(path.read_bytes())
        except (OSError, CaseUnusableError) as error:
            console.print(f"{path}: {error}", markup=False, style="red")
            failed += 1
            continue
        for case in read:
            outcome = run_case(case, known)
            for difference in outcome.differences:
                console.print(f"FAIL {case.id}: {difference}", markup=False, style="red")
            if not outcome.differences:
                console.print(f"pass {case.id}", markup=False)
            passed += not outcome.differences
            failed += bool(outcome.differences)
    console.print(f"{passed} passed, {failed} failed")
    raise typer.Exit(1 if failed else 0)


@app.command()
def simulate(
    *,
    draft: Annotated[Path, typer.Option("--draft", help="The document to try.")],
    from_day: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="Settled from this day on.")],
    to_day: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day.")],
    directory: Annotated[
        Path | None, typer.Option(help="An embedded server's directory; without settings, the demo's.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The folder for page and tables.")] = Path("simulation"),
    language: Language = "zh",
) -> None:
    """Run stored settlements again under a draft: who gains, who loses, what each fund costs. Writes no database."""
    (policy,) = _good([draft], language)
    from_on, to_on = from_day.date(), to_day.date()
    if from_on > to_on:
        console.print("--from is after --to" if language == "en" else "--from 晚于 --to")
        raise typer.Exit(2)
    from openyibao import running, simulating  # noqa: PLC0415 the other commands need no database

    settings = running.chosen_settings(directory)
    raise typer.Exit(
        simulating.simulate(console, settings, policy, from_on=from_on, to_on=to_on, out=out, language=language)
    )


@app.command()
def schema() -> None:
    """Print the JSON Schema of a policy document, for editors."""
    import msgspec  # noqa: PLC0415 only here

    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document_schema()), indent=2).decode() + "\n")
