"""The texts a person agrees to before activating, by version, in both languages. 中文: 激活同意书。

The texts themselves are kept, pinned by their digests, by ``consents``. With each activation version, language and digest
are kept.
"""

from __future__ import annotations

from openyibao.kit.outcome import Refused, reason
from openyibao.rooms import consents
from openyibao.rooms.activations import Agreement

AGREEMENT_UNKNOWN = reason(
    "agreement_unknown",
    zh="没有这个版本的同意书",
    en="There is no such version of the agreement",
    next_zh="请向参保人出示现行版本 {version} 并重新征得同意",
    next_en="Show the person the version in force, {version}, and ask again",
)

CURRENT_VERSION = consents.CURRENT_VERSION


def agreement_text(version: str, language: str) -> tuple[str, ...]:
    """The paragraphs of a version. Raises KeyError where there is none."""
    text = consents.find_text(version, language)
    if text is None:
        raise KeyError(version)
    return text.paragraphs


def find_agreement(version: str, language: str) -> Agreement | Refused:
    """What is kept of a text that was shown; ``agreement_unknown`` for a version that was never written."""
    text = consents.find_text(version, language)
    if text is None:
        return Refused(AGREEMENT_UNKNOWN, {"version": CURRENT_VERSION})
    return Agreement(version=version, language=language, text_digest=text.digest)
