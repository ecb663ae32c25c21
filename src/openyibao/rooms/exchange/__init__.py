"""What an institution's own software calls things, how it may speak, and what it hands in that no room decides on.

Keeps: how each software speaks and its secrets (sealed), sign-ins by message, the institution's own numbers of visits,
batches and lines, papers it handed in (sealed; replaced ones stay), files for a week (sealed). Promises: nothing here moves money: a name
only leads to what the other rooms keep; who set how a software speaks is told to the audit. Units: UTC instants.
Callers: fronts/national. 中文: 对接。
"""

from openyibao.rooms.exchange.records import (
    ExchangeFile,
    LineName,
    Paper,
    SignIn,
    VisitNote,
    WireClient,
    WireProfile,
    WireSecrets,
)
from openyibao.rooms.exchange.service import (
    ClientBook,
    find_file,
    find_paper,
    hand_in,
    keep_file,
    list_papers,
    set_client,
    sign_in,
    withdraw_paper,
)
from openyibao.rooms.exchange.store import (
    end_sign_in,
    find_sign_in,
    insert_names,
    insert_notes,
    list_batches_of,
    list_notes,
    list_notes_of_person,
    read_names,
    read_notes,
    read_notes_of,
    set_note,
)
from openyibao.rooms.exchange.telling import expected_of_clients

__all__ = [
    "ClientBook",
    "ExchangeFile",
    "LineName",
    "Paper",
    "SignIn",
    "VisitNote",
    "WireClient",
    "WireProfile",
    "WireSecrets",
    "end_sign_in",
    "expected_of_clients",
    "find_file",
    "find_paper",
    "find_sign_in",
    "hand_in",
    "insert_names",
    "insert_notes",
    "keep_file",
    "list_batches_of",
    "list_notes",
    "list_notes_of_person",
    "list_papers",
    "read_names",
    "read_notes",
    "read_notes_of",
    "set_client",
    "set_note",
    "sign_in",
    "withdraw_paper",
]
