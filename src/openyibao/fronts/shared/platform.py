"""The platform as a front sees it: the lane for what writes, the readers for what reads, and the caches."""

from __future__ import annotations

import msgspec

from openyibao.kit.batch import Lane
from openyibao.kit.clock import Clock
from openyibao.kit.crypto import KeyRing, Sealer
from openyibao.kit.db import Readers
from openyibao.kit.ids import Randomness
from openyibao.kit.workers import Worker
from openyibao.rooms.activations import LivenessProvider
from openyibao.rooms.bindings import Aliases
from openyibao.rooms.credentials import StatusShelf
from openyibao.rooms.settlement import Desk
from openyibao.settings import Settings


class Platform(msgspec.Struct, frozen=True, kw_only=True):
    """Made once a process by ``main``; fronts get it and keep nothing themselves.

    Verbs of the lane, by name, with their requests: ``scan`` (presentation.ScanRequest), ``open_encounter``
    (encounters.OpenRequest), ``add_items``, ``close_encounter``, ``settle``, ``hold_aid``, ``reverse``, ``annul`` (settlement),
    ``file_filing`` (filings.FileRequest), ``decide_filing`` (filings.DecideRequest), ``look``
    (looks.NewLook), and ``work`` (kit.batch.Work: a closure over a Tx, for rare acts such as sign_in, the steps of an activation, unbind).
    Each answers a record or a ``Refused``; ``Busy``, ``Unknown`` and ``Poisoned`` are raised.
    """

    settings: Settings
    clock: Clock
    randomness: Randomness
    sealer: Sealer
    lane: Lane
    readers: Readers
    desk: Desk
    """The reference caches (areas, directory, catalogue, shelf) and the pure judging of bills."""
    ring: KeyRing
    aliases: Aliases
    """What makes the serials that phones show."""
    statuses: StatusShelf
    """The status lists of credentials that this process signed lately."""
    liveness: LivenessProvider | None = None
    """Who tells a living face; None where none is set: then proofs need a counter."""
    face_worker: Worker | None = None
    """The process that compares faces; None where there is none: then nobody is known by face."""
