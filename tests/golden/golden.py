"""The delivered policy documents and the worked cases beside this file."""

from __future__ import annotations

from pathlib import Path

from openyibao.rooms.policies import Case, Policy, read_cases, read_document

ROOT = Path(__file__).parents[2]


def document_texts() -> dict[str, str]:
    """Each delivered document's text by its path below policies/."""
    folder = ROOT / "policies"
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.yaml"))}


def documents() -> list[Policy]:
    """The delivered documents."""
    made = []
    for name, text in document_texts().items():
        policy = read_document(text)
        assert isinstance(policy, Policy), (name, policy)
        made.append(policy)
    return made


def cases_by_file() -> dict[str, tuple[Case, ...]]:
    """The worked cases by file name."""
    return {path.name: read_cases(path.read_bytes()) for path in sorted(Path(__file__).parent.glob("*.json"))}
