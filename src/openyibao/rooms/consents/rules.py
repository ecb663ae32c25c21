"""Rules of consents: which texts there are, and what they were when they were published. 中文: 同意规则。"""

from __future__ import annotations

from functools import cache
from importlib import resources

from openyibao.kit.crypto import sm3
from openyibao.rooms.consents.records import ConsentText

CURRENT_VERSION = "2026-12"
QUERY_VERSION = "query-2026-12"
"""The text in force by which somebody lets a channel ask for their data."""
LISTED_MAX = 200
TEXT_DIGESTS = {
    ("2026-11", "zh"): "feebf0754a0388a47aacad3bd39b50654103f726b03bd833c27812e62f307d01",
    ("2026-11", "en"): "24b1ae9f5a66f1e6999d52a0e7cce6cb41ac7ccf87523da1869890c5516cad17",
    ("2026-12", "zh"): "4022c78867562153c84229e5a605969673dc96ffbd88881566b4a75e977b7182",
    ("2026-12", "en"): "77fbc54b1ccadd2bc4e3264f7035f80809acb0357c05897f4c9204c6aa85fc99",
    ("face-2026-11", "zh"): "7ececcfc7714e4b6dfc2597280553b222019eb0268b3607a95bd10048f02452d",
    ("face-2026-11", "en"): "6e3471ca3309641fdc6d17e24189794cab25a0fd8a73aa58fe6926a652697b89",
    ("query-2026-12", "zh"): "d3c7012e096b0279d7a1ddf50abc043628dda005acaa8f2c4ae1fbefc5d089f8",
    ("query-2026-12", "en"): "91f972d720a8d9cd35aa0fcd1f1ecb900a7954d1b807e843c89af80143fdaaf3",
}
"""(version, language) → SM3 of the file in ``texts/``. A published text never changes: a new one is a new version."""


@cache
def find_text(version: str, language: str) -> ConsentText | None:
    """A text by its version, or None. Raises ValueError where the file is not the one that was published."""
    pinned = TEXT_DIGESTS.get((version, language))
    if pinned is None:
        return None
    octets = resources.files("openyibao.rooms.consents").joinpath(f"texts/{version}.{language}.txt").read_bytes()
    digest = sm3(octets)
    if digest.hex() != pinned:
        raise ValueError(f"the consent text {version}.{language} is not the one that was published")
    paragraphs = tuple(octets.decode().strip().split("\n"))
    return ConsentText(version=version, language=language, paragraphs=paragraphs, digest=digest)
