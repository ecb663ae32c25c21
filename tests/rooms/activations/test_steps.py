"""Which step is allowed when: the whole table, cell by cell, and what no plan may leave out."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from openyibao.kit.outcome import Refused
from openyibao.rooms.activations import rules
from openyibao.rooms.activations.plan_page import plan_page
from openyibao.rooms.activations.records import ActivationState, Proof, Step
from openyibao.rooms.channels import Assurance, ChannelKind, usual_terms

PAGE = Path(__file__).parents[3] / "docs" / "activation-plans.md"

TABLE = """
                        agree      name       prove      confirm    password
begun                   agreed     early      early      early      early
agreed                  done       named      early      early      early
named                   done       done       proved     early      early
proved                  done       done       done       confirmed  early
confirmed               done       done       done       done       activated
activated               unknown    unknown    unknown    unknown    unknown
failed                  unknown    unknown    unknown    unknown    unknown
"""
ATTENDED = """
                        agree      name       prove      approve    confirm    password
begun                   agreed     early      early      early      early      early
agreed                  done       named      early      early      early      early
named                   done       done       proved     early      early      early
proved                  done       done       done       approved   early      early
approved                done       done       done       done       confirmed  early
confirmed               done       done       done       done       done       activated
activated               unknown    unknown    unknown    unknown    unknown    unknown
failed                  unknown    unknown    unknown    unknown    unknown    unknown
"""
PAYMENT_PASSWORD = """
                        agree      channel_password       name    prove   confirm   password
begun                   agreed     early                  early   early   early     early
agreed                  done       channel_password_given early   early   early     early
channel_password_given  done       done                   named   early   early     early
named                   done       done                   done    proved  early     early
proved                  done       done                   done    done    confirmed early
confirmed               done       done                   done    done    done      activated
"""
NO_PASSWORD = """
                        agree      name       prove      confirm    password
begun                   agreed     early      early      early      foreign
agreed                  done       named      early      early      foreign
named                   done       done       proved     early      foreign
proved                  done       done       done       activated  foreign
"""
REASONS = {
    "early": "activation_step_early",
    "done": "activation_step_done",
    "unknown": "activation_unknown",
    "foreign": "activation_step_foreign",
}


def cells(table: str) -> list[tuple[str, str, str]]:
    lines = [line.split() for line in table.strip().splitlines()]
    return [(line[0], step, line[n]) for line in lines[1:] for n, step in enumerate(lines[0], 1)]


@pytest.mark.parametrize(
    ("kind", "state", "step", "expected"),
    [
        (kind, *cell)
        for kind, table in {
            "government_app": TABLE,
            "official_account": TABLE,
            "bank": TABLE,
            "counter": ATTENDED,
            "ward": ATTENDED,
            "internet_platform_password": PAYMENT_PASSWORD,
            "internet_platform_face": NO_PASSWORD,
            "institution": NO_PASSWORD,
        }.items()
        for cell in cells(table)
    ],
)
def test_each_cell_of_state_and_step(kind: str, state: str, step: str, expected: str) -> None:
    steps = rules.CHANNEL_RULES[kind].steps
    got = rules.take_step(steps, ActivationState(state), Step(step))
    assert (got.code if isinstance(got, Refused) else got.value) == REASONS.get(expected, expected)


def test_no_kind_of_channel_activates_without_agreement_name_proof_and_confirmation() -> None:
    for kind, channel in rules.CHANNEL_RULES.items():
        assert {Step.agree, Step.name, Step.prove, Step.confirm} <= set(channel.steps), kind
        assert list(channel.steps) == sorted(channel.steps, key=list(Step).index), kind
        assert channel.proofs, kind
        assert (Proof.officer_check in channel.proofs) == (Proof.officer_check in channel.approved_proofs), kind
        assert channel.claims.keys() <= set(channel.steps), kind
        agreed = usual_terms(ChannelKind(kind))
        assert all(claims <= agreed.steps for claims in channel.claims.values()), f"{kind} can do its own plan"
        levels = list(Assurance)
        assert not channel.claims or levels.index(agreed.assurance) >= levels.index(channel.least_assurance), kind


def test_the_page_of_plans_is_the_table_of_the_verbs() -> None:
    assert PAGE.read_text(encoding="utf-8") == plan_page(), "run: .venv/bin/python tools/activation_plans.py"


def test_only_one_way_leads_through_a_plan_and_it_takes_every_step() -> None:
    for channel in rules.CHANNEL_RULES.values():
        state, taken = ActivationState.begun, []
        while (step := rules.next_step(channel.steps, state)) is not None:
            ways = [one for one in Step if not isinstance(rules.take_step(channel.steps, state, one), Refused)]
            assert ways == [step]
            moved = rules.take_step(channel.steps, state, step)
            assert isinstance(moved, ActivationState)
            state = moved
            taken.append(step)
        assert (tuple(taken), state) == (channel.steps, ActivationState.activated)


def test_every_state_and_step_has_an_answer_in_every_plan() -> None:
    for channel, state, step in product(rules.CHANNEL_RULES.values(), ActivationState, Step):
        rules.take_step(channel.steps, state, step)
