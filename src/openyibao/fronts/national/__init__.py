"""The national wire format over HTTP: software written for the national platform works here with another address and other keys.

Keeps: nothing but counts of what was tolerated, and at a desk the last messages, masked. Promises: the same message number
again is the same act; what is not served says so by name; replies carry our fen exactly. Units: yuan on the wire. Callers:
``main`` (the doors), ``verbs`` (acts that two rooms share). 中文: 国家接口。
"""

from openyibao.fronts.national.acts import change_noted, open_noted, upload_named
from openyibao.fronts.national.authentication import desk_app_code, desk_secret
from openyibao.fronts.national.cast import CAST, DISEASE, CastPerson
from openyibao.fronts.national.doors import NationalDoors
from openyibao.fronts.national.paths import is_ours
from openyibao.fronts.national.removing import remove_named
from openyibao.fronts.national.settling import settle_named
from openyibao.fronts.national.transactions import TRANSACTIONS

__all__ = [
    "CAST",
    "DISEASE",
    "TRANSACTIONS",
    "CastPerson",
    "NationalDoors",
    "change_noted",
    "desk_app_code",
    "desk_secret",
    "is_ours",
    "open_noted",
    "remove_named",
    "settle_named",
    "upload_named",
]
