"""The table of plans as a page of the documentation (docs/activation-plans.md), held there by a test. 中文: 激活流程成文。"""

from __future__ import annotations

from openyibao.rooms.activations.records import ChannelRules, Proof, Step
from openyibao.rooms.activations.rules import ATTEMPTS_MAX, CHANNEL_RULES, LIFETIME, SUBJECT_LIMITS

_HEAD = """# Plans of activation, by kind of channel

Made by `.venv/bin/python tools/activation_plans.py` from `CHANNEL_RULES` in `src/openyibao/rooms/activations/rules.py`, the table that the
verbs ask; a test holds this page to it. A step is taken once, in this order, by the channel that began.

In **bold**: steps that take the channel's own signed assertion, with the claims that count. `prove` names the ways of proof; *second
officer* means that another officer must approve what was proved so. Where a claim stands beside other ways, either will do.
"""
_WORDS = {
    Proof.live_face: "live face, judged by our provider",
    Proof.phone_code: "code to the registered phone",
    Proof.channel_assertion: "",
    Proof.officer_check: "",
}


def plan_page() -> str:
    """The whole page."""
    parts = [_HEAD, "| kind of channel | steps | assurance at least | wrong names an hour |", "|---|---|---|---|"]
    parts += [_row(plan) for plan in CHANNEL_RULES.values()]
    minutes = int(LIFETIME.total_seconds()) // 60
    parts += ["", f"An activation lasts {minutes} minutes. Wrong answers borne before it is over, by step: "]
    parts[-1] += ", ".join(f"`{step.value}` {most}" for step, most in ATTEMPTS_MAX.items()) + "."
    parts += ["Wrong names an hour are counted by device; beside that, unless the kind says otherwise, "]
    parts[-1] += ", ".join(f"{most} by {subject}" for subject, most in SUBJECT_LIMITS.items())
    parts[-1] += " (a sixteenth of the channel's addresses)."
    return "\n".join(parts) + "\n"


def _row(plan: ChannelRules) -> str:
    steps = " → ".join(_step(plan, step) for step in plan.steps)
    assurance = plan.least_assurance.value if plan.claims else "–"
    uncounted = f"; not by {', '.join(sorted(plan.uncounted))}" if plan.uncounted else ""
    return f"| `{plan.channel_kind}` | {steps} | {assurance} | {plan.tries_an_hour}{uncounted} |"


def _step(plan: ChannelRules, step: Step) -> str:
    claims = " or ".join(f"`{claim.value}`" for claim in sorted(plan.claims.get(step, ())))
    if step is not Step.prove:
        return f"**{step.value}** ({claims})" if claims else step.value
    second = ", second officer" if plan.approved_proofs else ""
    ways = [_WORDS[proof] for proof in Proof if proof in plan.proofs and _WORDS[proof]]
    said = " or ".join([*([claims + second] if claims else []), *ways])
    return f"**{step.value}** ({said})" if claims else f"{step.value} ({said})"
