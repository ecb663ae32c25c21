"""Verbs of what an institution's software calls things, and of what it hands in."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Reading, Tx
from openyibao.rooms.exchange import store, telling
from openyibao.rooms.exchange.records import ExchangeFile, Paper, SignIn, WireClient, WireProfile, WireSecrets

FILE_KEPT = timedelta(days=7)
"""How long a file can be fetched."""


class ClientBook:
    """Registered software in memory, one a process; read again when asked after an interval."""

    def __init__(self, sealer: Sealer, *, open_to_all: bool = False) -> None:
        self._sealer, self._open = sealer, open_to_all
        self._clients: dict[int, WireClient] = {}
        self._by_app: dict[str, WireClient] = {}
        self._read = False

    async def fresh(self, reading: Reading, *, again: bool = False) -> None:
        """Read once, or again."""
        if self._read and not again:
            return
        rows = await store.list_client_rows(reading)
        clients = [client_of(self._sealer, row) for row in rows]
        self._clients = {one.institution_id: one for one in clients}
        self._by_app = {one.profile.app_code: one for one in clients if one.profile.app_code}
        self._read = True

    def of(self, institution_id: int) -> WireClient | None:
        """How an institution's software speaks; where it is open to all (a desk), unsigned unless registered otherwise."""
        known = self._clients.get(institution_id)
        if known is not None or not self._open:
            return known
        return WireClient(institution_id=institution_id, profile=WireProfile(unsigned=True), secrets=WireSecrets())

    def of_app(self, app_code: str) -> WireClient | None:
        """The software that signs under a name."""
        return self._by_app.get(app_code)


def client_of(sealer: Sealer, row: Mapping[str, Any]) -> WireClient:
    """A stored client, its secrets unsealed."""
    institution_id, sealed = row["institution_id"], row["secrets_sealed"]
    secrets = (
        WireSecrets()
        if sealed is None
        else msgspec.json.decode(sealer.unseal(sealed, where=secrets_place(institution_id)), type=WireSecrets)
    )
    return WireClient(
        institution_id=institution_id, profile=msgspec.convert(row["profile"], WireProfile), secrets=secrets
    )


def secrets_place(institution_id: int) -> str:
    """Where a client's secrets are sealed for."""
    return f"wire_clients.secrets_sealed:{institution_id}"


async def set_client(tx: Tx, sealer: Sealer, client: WireClient, *, actor: str) -> None:
    """Register an institution's software, or change how it speaks."""
    secrets = msgspec.json.encode(client.secrets)
    sealed = None if secrets == b"{}" else sealer.seal(secrets, where=secrets_place(client.institution_id))
    row = (client.institution_id, msgspec.to_builtins(client.profile), sealed)
    await store.write_client(tx, row)
    tx.audit.append(telling.client_event(dict(zip(store.CLIENT, row, strict=True)), actor=actor))


async def sign_in(tx: Tx, clock: Clock, *, institution_id: int, operator_code: str, message_no: str) -> SignIn:
    """An operator signs in by message; the same message again is the same sign-in."""
    known = await store.find_sign_in_by(tx, institution_id, message_no)
    if known is not None:
        return known
    one = SignIn(
        sign_in_id=tx.ids.next(),
        institution_id=institution_id,
        operator_code=operator_code,
        message_no=message_no,
        signed_in_at=clock.now(),
    )
    await store.insert_sign_in(tx, one)
    return one


def _opened(sealer: Sealer, paper: Paper) -> Paper:
    """A paper as it was handed in; it lies sealed, since papers may tell of persons."""
    octets = sealer.unseal(b64decode(paper.said["sealed"]), where=paper_place(paper.paper_id))
    return msgspec.structs.replace(paper, said=msgspec.json.decode(octets))


def paper_place(paper_id: int) -> str:
    """Where a paper is sealed for."""
    return f"handed_in.said:{paper_id}"


def file_place(file_id: int) -> str:
    """Where a file is sealed for."""
    return f"exchange_files.content:{file_id}"


async def find_paper(reading: Reading, sealer: Sealer, *, institution_id: int, kind: str, own_key: str) -> Paper | None:
    """What stands under a key, or None."""
    found = await store.find_paper(reading, institution_id, kind, own_key)
    return None if found is None else _opened(sealer, found)


async def list_papers(
    reading: Reading,
    sealer: Sealer,
    *,
    institution_id: int,
    kind: str,
    begins: datetime,
    ends: datetime,
    most: int,
) -> list[Paper]:
    """What stands of a kind and was handed in between two instants, in the order of arrival."""
    found = await store.list_papers(reading, institution_id, kind, begins=begins, ends=ends, most=most)
    return [_opened(sealer, one) for one in found]


async def find_file(reading: Reading, sealer: Sealer, *, institution_id: int, file_id: int) -> ExchangeFile | None:
    """A file of an institution, or None."""
    found = await store.find_file(reading, institution_id, file_id)
    if found is None:
        return None
    content = sealer.unseal(found.content, where=file_place(found.file_id))
    return msgspec.structs.replace(found, content=content)


async def hand_in(
    tx: Tx, clock: Clock, sealer: Sealer, *, institution_id: int, kind: str, own_key: str, said: Mapping[str, Any]
) -> Paper:
    """Keep what was handed in; what stood under the same key is replaced, and stays to be read. The same again changes nothing."""
    standing = await find_paper(tx, sealer, institution_id=institution_id, kind=kind, own_key=own_key)
    if standing is not None and standing.said == said:
        return standing
    await store.end_paper(tx, institution_id, kind, own_key, state="replaced", at=clock.now())
    paper = Paper(
        bucket=store.bucket_of(institution_id),
        paper_id=tx.ids.next(),
        institution_id=institution_id,
        kind=kind,
        own_key=own_key,
        said=said,
        state="standing",
        handed_in_at=clock.now(),
    )
    octets = sealer.seal(msgspec.json.encode(said), where=paper_place(paper.paper_id))
    await store.insert_paper(tx, msgspec.structs.replace(paper, said={"sealed": b64encode(octets).decode()}))
    return paper


async def withdraw_paper(
    tx: Tx, clock: Clock, *, institution_id: int, kind: str, own_key: str, message_no: str
) -> int | None:
    """Take back what stands under a key; its id, or None where nothing stood and this message took nothing before."""
    known = await store.find_ended(tx, institution_id, kind, message_no)
    if known is not None:
        return known
    return await store.end_paper(tx, institution_id, kind, own_key, state="withdrawn", at=clock.now(), by=message_no)


async def keep_file(
    tx: Tx, clock: Clock, sealer: Sealer, *, institution_id: int, name: str, content: bytes, message_no: str
) -> ExchangeFile:
    """Keep a file for a week; the same message's file is kept once."""
    await store.remove_files(tx, clock.now())
    known = await store.find_file_by(tx, institution_id, message_no)
    if known is not None:
        return known
    one = ExchangeFile(
        bucket=store.bucket_of(institution_id),
        file_id=tx.ids.next(),
        institution_id=institution_id,
        name=name,
        message_no=message_no,
        content=content,
        made_at=clock.now(),
        expires_at=clock.now() + FILE_KEPT,
    )
    sealed = sealer.seal(content, where=file_place(one.file_id))
    await store.insert_file(tx, msgspec.structs.replace(one, content=sealed))
    return one
