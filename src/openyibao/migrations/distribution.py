"""Which column leads which table: the plan of distribution (DESIGN §7), read by a test and by ``openyibao distribute``.

``reference`` tables are small and copied to every node; ``bucket`` tables are national; ``cell`` tables carry money and
enrolments; ``chain`` tables are the audit. 中文: 分布方案。
"""

from __future__ import annotations

REFERENCE = "reference"

DISTRIBUTION: dict[str, str] = {
    "reference_versions": REFERENCE,
    "data_keys": REFERENCE,
    "divisions": REFERENCE,
    "pooling_areas": REFERENCE,
    "agency_areas": REFERENCE,
    "institutions": REFERENCE,
    "service_agreements": REFERENCE,
    "practitioners": REFERENCE,
    "terminals": REFERENCE,
    "operators": REFERENCE,
    "operator_roles": REFERENCE,
    "session_keys": REFERENCE,
    "catalogue_items": REFERENCE,
    "policy_documents": REFERENCE,
    "trace_exemptions": REFERENCE,
    "drug_identifications": REFERENCE,
    "payment_standings": REFERENCE,
    "standing_decisions": REFERENCE,
    "catalogue_lists": REFERENCE,
    "entitlement_terms": REFERENCE,
    "channels": REFERENCE,
    "channel_keys": REFERENCE,
    "audit_roots": REFERENCE,
    "wire_clients": REFERENCE,
    "persons": "bucket",
    "person_documents": "bucket",
    "credentials": "bucket",
    "status_counters": "bucket",
    "credential_roles": "bucket",
    "bindings": "bucket",
    "printed_limits": "bucket",
    "carrier_showings": "bucket",
    "hotline_acts": "bucket",
    "activations": "bucket",
    "activation_agreements": "bucket",
    "activation_tries": "bucket",
    "credential_passwords": "bucket",
    "authentication_locks": "bucket",
    "identity_checks": "bucket",
    "password_resets": "bucket",
    "proposals": "bucket",
    "hotline_calls": "bucket",
    "enrolment_transfers": "bucket",
    "family_mandates": "bucket",
    "mandate_pointers": "bucket",
    "mandate_bindings": "bucket",
    "kinships": "bucket",
    "insurance_cards": "bucket",
    "card_reports": "bucket",
    "consents": "bucket",
    "freezes": "bucket",
    "face_templates": "bucket",
    "face_challenges": "bucket",
    "face_showings": "bucket",
    "looks": "bucket",
    "disputes": "bucket",
    "offline_acceptances": "bucket",
    "signals": "bucket",
    "signal_reads": "bucket",
    "presentations": "bucket",
    "visit_tokens": "bucket",
    "scan_refusals": "bucket",
    "scan_refusal_counts": "bucket",
    "outbox": "bucket",
    "request_keys": "bucket",
    "open_stays": "bucket",
    "period_acts": "bucket",
    "packs": "bucket",
    "stock_movements": "bucket",
    "import_runs": "bucket",
    "sign_ins": "bucket",
    "handed_in": "bucket",
    "exchange_files": "bucket",
    "refusals": "cell",
    "enrolments": "cell",
    "entitlement_periods": "cell",
    "contributions": "cell",
    "entitlement_circumstances": "cell",
    "personal_accounts": "cell",
    "accumulators": "cell",
    "encounters": "cell",
    "encounter_steps": "cell",
    "stays": "cell",
    "fee_batches": "cell",
    "fee_items": "cell",
    "visit_notes": "cell",
    "line_names": "cell",
    "settlements": "cell",
    "settlement_reversals": "cell",
    "corrections": "cell",
    "corrected_settlements": "cell",
    "postings": "cell",
    "account_holds": "cell",
    "crossings": "cell",
    "crossing_receipts": "cell",
    "credit_batches": "cell",
    "credit_lines": "cell",
    "year_roll_chunks": "cell",
    "mutual_aid_agreements": "cell",
    "mutual_aid_pointers": "cell",
    "mutual_aid_uses": "cell",
    "purse_transfers": "cell",
    "purse_pointers": "cell",
    "mandate_uses": "cell",
    "printed_uses": "cell",
    "bill_confirmations": "cell",
    "filings": "cell",
    "filing_decisions": "cell",
    "channel_nonces": "bucket",
    "channel_counts": "bucket",
    "channel_answers": "bucket",
    "channel_endpoints": "bucket",
    "channel_assertions": "bucket",
    "webhook_positions": "chain",
    "audit_events": "chain",
    "audit_links": "chain",
}
"""Table → leading column, or ``reference``. A new table must be entered here in the migration that makes it."""

INSERT_ONLY = (
    "offline_acceptances",
    "kinships",
    "insurance_cards",
    "card_reports",
    "mandate_pointers",
    "mandate_bindings",
    "mandate_uses",
    *("settlements", "postings", "audit_events", "audit_links", "fee_items", "policy_documents"),
    *("encounter_steps", "period_acts", "corrections", "corrected_settlements"),
    *("crossing_receipts", "credit_batches", "credit_lines", "year_roll_chunks"),
    *("mutual_aid_pointers", "mutual_aid_uses", "purse_pointers"),
    *("stock_movements", "trace_exemptions", "standing_decisions"),
    *("filing_decisions", "catalogue_lists", "activation_agreements"),
    *("contributions", "entitlement_circumstances", "entitlement_terms"),
    *("person_documents", "printed_limits", "hotline_acts"),
    *("printed_uses", "carrier_showings"),
    "looks",
    "audit_roots",
    "face_showings",
    "line_names",
    *("password_resets", "hotline_calls"),
    "channel_assertions",
)
"""Tables whose rows never change: no UPDATE or DELETE for the service's role, and a statement trigger."""

PARTITIONED = ("fee_items", "settlements", "postings", "audit_events")
"""Tables cut by id range, one partition a Shanghai month."""


def distribute_statements() -> list[str]:
    """The Citus statements that spread the tables; reference tables first, so that foreign keys to them hold."""
    statements = ["set citus.enable_unsafe_triggers to on"]
    statements += [f"select create_reference_table('{table}')" for table, by in DISTRIBUTION.items() if by == REFERENCE]
    leaders: dict[str, str] = {}
    for table, by in DISTRIBUTION.items():
        if by == REFERENCE:
            continue
        group = "audit" if by == "chain" else "people"
        with_ = f", colocate_with => '{leaders[group]}'" if group in leaders else ""
        statements.append(f"select create_distributed_table('{table}', '{by}'{with_})")
        leaders.setdefault(group, table)
    return statements
