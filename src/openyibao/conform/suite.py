"""The whole suite against one server: sign in, credential, stories, sloppiness, catalogues, the rest, reconciliation, sign out. 中文: 整套测试。

Limits: two people of the cast are used; a run sends at most some 1,500 messages one after another, each waiting at most 30 seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

import httpx
import msgspec

from openyibao.conform.bindings import Keys, Profile, make_binding
from openyibao.conform.books import Books
from openyibao.conform.calls import Caller, Exchange
from openyibao.conform.cast import Cast, CastPerson
from openyibao.conform.credential import fetch_token, try_credential
from openyibao.conform.downloads import try_downloads, try_pages
from openyibao.conform.judging import Complaint
from openyibao.conform.messages import Facts
from openyibao.conform.playing import Play, Stage, dig
from openyibao.conform.probing import try_addresses, try_the_rest
from openyibao.conform.props import opening_facts
from openyibao.conform.reconciling import Reconciler, judged
from openyibao.conform.scoreboard import Scoreboard
from openyibao.conform.sloppy_tries import try_sloppiness
from openyibao.conform.stories import Story, all_stories
from openyibao.kit.clock import Clock
from openyibao.kit.ids import Randomness

PEOPLE = 2
"""People at the hospital, and as many others at the pharmacy where the cast has them: nobody is at two counters at once."""
SCENES = {"hospital": "01301", "pharmacy": "02121"}


def _as_it_is(facts: Facts) -> Facts:
    return facts


class Desk(msgspec.Struct, frozen=True):
    """Where and as whom: the address, the hospital and, where there is one, the pharmacy with its own keys."""

    url: str
    institution: str
    keys: Keys
    profile: Profile = Profile.v1
    pharmacy: str = ""
    pharmacy_keys: Keys | None = None
    account_inside: bool = False


class Suite:
    """One run."""

    def __init__(
        self,
        http: httpx.Client,
        desk: Desk,
        cast: Cast,
        clock: Clock,
        randomness: Randomness,
        *,
        only: Collection[str] = (),
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._desk, self._cast, self._clock, self._randomness = desk, cast, clock, randomness
        self._only, self.scores, self._books = frozenset(only), Scoreboard(), Books()
        caller = Caller(http, desk.url, make_binding(desk.profile, desk.keys), clock, randomness)
        self._hospital = Stage(caller, clock, self.scores, self._books, desk.account_inside, progress)
        self._pharmacy: Stage | None = None
        if desk.pharmacy and desk.pharmacy_keys is not None:
            other = Caller(http, desk.url, make_binding(desk.profile, desk.pharmacy_keys), clock, randomness)
            self._pharmacy = Stage(other, clock, self.scores, self._books, desk.account_inside, progress)
        self._sign_no: dict[str, str] = {}

    def run(self) -> Scoreboard:
        """Everything, or what ``only`` names (transaction numbers, or names of stories)."""
        people = self._cast.people[:PEOPLE]
        self._sign_in(self._hospital, self._desk.institution)
        if self._wants("credential", "ec.query", "localEcTokenCheck"):
            try_credential(
                self._hospital, [(person, self._facts(person, place)) for place, person in enumerate(people)]
            )
        for story in all_stories():
            if self._wants(story.name, *(step.infno for step in story.steps)):
                self._play(story, people)
        self._try_beside(self._facts(people[0], 0))
        if self._wants("reconciliation", "3201", "3202", "9101", "9102"):
            Reconciler(self._hospital, self._facts(people[0], 0)).run()
            if self._pharmacy is not None:
                Reconciler(self._pharmacy, self._facts(self._cast.people[-1], 0, pharmacy=True)).run()
        if self._wants("9002"):
            self._sign_out(self._hospital, self._desk.institution)
        self._say_unasked()
        return self.scores

    def _try_beside(self, plain: Facts) -> None:
        """What is no story."""
        if self._wants("sloppiness"):
            hospital, scene = self._hospital, SCENES["hospital"]
            scans = [partial(self._with_token, hospital, one, scene) for one in self._cast.people[:PEOPLE]]
            facts = [self._facts(one, 0) for one in self._cast.people[:PEOPLE]]
            try_sloppiness(hospital, list(zip(facts, scans, strict=True)))
        if self._wants("catalogues", "9102"):
            try_downloads(self._hospital, plain)
            try_pages(self._hospital, plain)
        if self._wants("probing"):
            try_the_rest(self._hospital, plain)
        if self._wants("addresses"):
            try_addresses(self._hospital, plain, self._desk.profile)

    def _wants(self, *names: str) -> bool:
        return not self._only or bool(self._only & set(names))

    def _say_unasked(self) -> None:
        """Rows that only stand because a wanted story needed them stay; ``only`` hides no failure."""
        for story in all_stories():
            for step in story.steps:
                if self._wants(story.name, step.infno) and step.infno not in self.scores.cells:
                    self.scores.say_not_run(step.infno, "its story could not be played")

    def _facts(self, person: CastPerson, place: int, *, lines: int = 2, pharmacy: bool = False) -> Facts:
        institution = self._desk.pharmacy if pharmacy else self._desk.institution
        facts = opening_facts(
            self._cast,
            person,
            institution=institution,
            at=self._hospital.now(),
            randomness=self._randomness,
            lines=lines,
            place=place,
        )
        if institution in self._sign_no:
            facts["sign_no"] = self._sign_no[institution]
        return facts | {"acct_used_flag": "0"}

    def _with_token(self, stage: Stage, person: CastPerson, scene: str, facts: Facts) -> Facts:
        """A token of the person's code: one scan opens one visit, so each play scans anew."""
        found = fetch_token(stage, person, facts, scene=scene)
        if not found:
            return facts
        return facts | {"ec_token": found, "mdtrt_cert_type": "01", "mdtrt_cert_no": found, "acct_used_flag": "1"}

    def _play(self, story: Story, people: list[CastPerson]) -> None:
        stage = self._pharmacy if story.at == "pharmacy" else self._hospital
        if stage is None:
            for step in story.steps:
                self.scores.say_not_run(step.infno, "no pharmacy was named")
            return
        if story.at == "pharmacy" and self._desk.pharmacy not in self._sign_no:
            self._sign_in(stage, self._desk.pharmacy)
        others: dict[str, Exchange] = {}
        if story.at == "pharmacy":
            people = self._cast.people[PEOPLE : 2 * PEOPLE] if len(self._cast.people) >= 2 * PEOPLE else people
        for place, person in enumerate(people[: story.people]):
            facts = self._facts(person, place, lines=story.lines, pharmacy=story.at == "pharmacy")
            scan = partial(self._with_token, stage, person, SCENES[story.at]) if story.code else _as_it_is
            play = Play(stage, story, scan(facts), first=place == 0, others=others, scan=scan)
            seen = play.run()
            others = others or seen

    def _sign_in(self, stage: Stage, institution: str) -> None:
        """9001; its number goes into every later envelope. A server that doesn't ask for it may refuse it by name."""
        pharmacy = institution == self._desk.pharmacy
        facts = self._facts(self._cast.people[-1 if pharmacy else 0], 0, pharmacy=pharmacy)
        node = {"signIn": {"opter_no": facts["opter"], "mac": "00-00-00-00-00-00", "ip": "127.0.0.1"}}
        exchange = judged(stage, "9001", stage.caller.call("9001", node, facts), "signing in")
        if exchange is None:
            return
        number = dig(exchange.output, "signinoutb.sign_no|result.sign_no")
        if number:
            self._sign_no[institution] = str(number)

    def _sign_out(self, stage: Stage, institution: str) -> None:
        facts = self._facts(self._cast.people[0], 0)
        number = self._sign_no.get(institution)
        if not number:
            self.scores.say_not_run("9002", "9001 gave no number")
            return
        node = {"signOut": {"sign_no": number, "opter_no": facts["opter"]}}
        judged(stage, "9002", stage.caller.call("9002", node, facts), "signing out")
        wrong = stage.caller.call("9002", {"signOut": {"sign_no": "0000000000", "opter_no": facts["opter"]}}, facts)
        found = (
            [Complaint("refusal", "infcode", "is 0 for a number never given", "transactions.md 9002")]
            if wrong.succeeded
            else []
        )
        self.scores.mark("9002", "refusal", found, wrong, "signing out")
