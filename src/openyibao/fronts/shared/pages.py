"""How a page is made: templates, language, type size, headers, and the calm box of every refusal. 中文: 页面公用。"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode

import msgspec
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from litestar import Request, Response
from litestar.datastructures import Cookie, FormMultiDict
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from openyibao.fronts.shared.answering import HOTLINE, answered_by
from openyibao.fronts.shared.assets import static_url
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.security import (
    PROOF_FIELD,
    SAFE_METHODS,
    SECURITY_HEADERS,
    VISITOR_COOKIE,
    FormNotOurs,
    SignInNeeded,
    check_form,
    form_proof,
    page_cookie,
    visitor_of,
)
from openyibao.fronts.shared.words import SHARED_WORDS, Words, say
from openyibao.kit.batch import Busy, Poisoned, Unknown
from openyibao.kit.money import yuan_text
from openyibao.kit.outcome import Refused

log = logging.getLogger(__name__)
LANGUAGE_COOKIE, TYPE_COOKIE = "yb_language", "yb_type"
YEAR_SECONDS = 365 * 86_400
PlatformHere = NamedDependency[SkipValidation[Platform]]
PageRequest = Request[Any, Any, Any]


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A calm box: what happened, what to do now, under which code. ``tone`` is ``stop``, ``wait`` or ``good``."""

    sentence: str
    next_step: str
    code: str
    tone: str = "stop"
    line_no: int | None = None
    """The line of a form it is about, where it is about one."""
    field_name: str = ""
    """The field of a form that puts it right."""
    answerer: str = ""
    """Who answers for a refusal."""
    reference: str = ""
    """The number to name when asking; the log has it with the code."""


@cache
def environment() -> Environment:
    """The templates of all fronts, by ``front/name.html``; a missing name is an error, everything is escaped."""
    names = ("shared", "wallet", "terminal", "counter", "office")
    fronts = [PackageLoader(f"openyibao.fronts.{name}") for name in names]
    made = Environment(
        loader=ChoiceLoader(fronts), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals["static"] = static_url
    made.filters["yuan"] = yuan_text
    return made


class Page:
    """One answer in the making: who asks, in which language, and with which words."""

    def __init__(self, platform: Platform, request: PageRequest, words: Mapping[str, Words]) -> None:
        self.platform, self.request = platform, request
        self.words = {**SHARED_WORDS, **words}
        asked_language, asked_type = request.query_params.get("lang"), request.query_params.get("type")
        self.language = asked_language or request.cookies.get(LANGUAGE_COOKIE, "")
        self.language = self.language if self.language in {"zh", "en"} else "zh"
        self.large = (asked_type or request.cookies.get(TYPE_COOKIE)) == "large"
        self.hotline = HOTLINE
        self._cookies: list[Cookie] = []
        if asked_language:
            self._cookies.append(self._kept(LANGUAGE_COOKIE, self.language))
        if asked_type:
            self._cookies.append(self._kept(TYPE_COOKIE, "large" if self.large else "normal"))

    def _kept(self, key: str, value: str) -> Cookie:
        return page_cookie(self.request, key, value, max_age=YEAR_SECONDS, strict=False)

    @property
    def partial(self) -> bool:
        """Whether htmx asks for a part of a page."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def home(self) -> str:
        """Where the front of this page begins."""
        return "/" + self.request.url.path.split("/")[1]

    def switched(self, **changed: str) -> str:
        """The page with another language or type; one that answered a form leads to its front."""
        if self.request.method not in SAFE_METHODS:
            return f"{self.home}?{urlencode(changed)}"
        kept = {key: value for key, value in self.request.query_params.items() if key not in {"lang", "type"}}
        return f"?{urlencode({**kept, **changed})}"

    def say(self, key: str, **facts: object) -> str:
        """A text of the page in its language."""
        return say(self.words, self.language, key, **facts)

    def refused(self, refused: Refused) -> Box:
        """The box of a refusal."""
        line_no = refused.facts.get("line_no")
        return Box(
            sentence=refused.sentence(self.language),
            next_step=refused.next_step(self.language),
            code=refused.code,
            line_no=line_no if isinstance(line_no, int) else None,
            answerer=answered_by(refused.reason, self.language, hotline=self.hotline),
            reference=self._reference(refused.code),
        )

    def box(self, key: str, *, tone: str = "stop", **facts: object) -> Box:
        """A box of the page's own: the words of ``key`` and ``key_next``."""
        reference = "" if tone == "good" else self._reference(key)
        sentence, next_step = self.say(key, **facts), self.say(f"{key}_next")
        return Box(sentence=sentence, next_step=next_step, code=key, tone=tone, reference=reference)

    def _reference(self, code: str) -> str:
        """A number for this refusal, drawn once and written to the log: by it support finds what happened."""
        reference = self.platform.randomness.octets(5).hex().upper()
        log.info("refused %s: %s %s", reference, self.home, code)
        return reference

    def set_cookie(self, cookie: Cookie) -> None:
        """Set a cookie with the answer."""
        self._cookies.append(cookie)

    @property
    def cookies(self) -> list[Cookie]:
        """What was set so far, for an answer that is no page."""
        return self._cookies

    def html(self, template: str, *, status_code: int = 200, **facts: Any) -> Response[str]:
        """Render a template; ``t(key)`` says a text, ``page`` is this."""
        visitor, drawn = visitor_of(self.platform, self.request)
        if drawn:
            self._cookies.append(page_cookie(self.request, VISITOR_COOKIE, visitor, max_age=YEAR_SECONDS))
        text = (
            environment()
            .get_template(template)
            .render(
                t=self.say,
                page=self,
                lang=self.language,
                proof=form_proof(self.platform, visitor),
                proof_field=PROOF_FIELD,
                demo=self.platform.settings.demo,
                **facts,
            )
        )
        headers = {**SECURITY_HEADERS, "Cache-Control": "no-store", "Vary": "Cookie, HX-Request"}
        return Response(
            text,
            media_type="text/html; charset=utf-8",
            status_code=status_code,
            headers=headers,
            cookies=self._cookies,
        )

    def show_box(self, box: Box, *, status_code: int, lookup: str | None = None) -> Response[str]:
        """A box alone: as a part for htmx, as a page otherwise; ``lookup`` is where the outcome can be asked for."""
        template = "shared/box.html" if self.partial else "shared/box_page.html"
        return self.html(template, status_code=status_code, box=box, lookup=lookup)

    def go(self, path: str) -> Response[bytes]:
        """Go on to another page, with this answer's cookies."""
        headers = {**SECURITY_HEADERS, "Cache-Control": "no-store"}
        if self.partial:
            return Response(b"", headers={**headers, "HX-Redirect": path}, cookies=self._cookies)
        return Response(b"", status_code=303, headers={**headers, "Location": path}, cookies=self._cookies)


def read_fields(form: FormMultiDict, kind: type[Any]) -> Any:
    """A struct from the form's fields of the same names; missing or out of bounds raises ValidationError."""
    given = {name: str(form[name]).strip() for name in kind.__struct_fields__ if name in form}
    return msgspec.convert(given, kind, strict=False)


def page_guard(platform: Platform) -> Callable[[PageRequest], Any]:
    """A ``before_request`` of a page router: changing requests carry this visitor's proof."""

    async def guard(request: PageRequest) -> None:
        await check_form(platform, request)

    return guard


def fault_answers(
    platform: Platform, words: Mapping[str, Words], *, sign_in_path: str
) -> dict[int | type[Exception], Callable[[PageRequest, Any], Response[Any]]]:
    """How a page router answers what isn't an outcome: busy, unknown, poisoned, a form that isn't ours, bad input."""

    def answer(key: str, status_code: int, *, tone: str = "stop") -> Callable[[PageRequest, Any], Response[str]]:
        def shown(request: PageRequest, fault: Any) -> Response[str]:
            page = Page(platform, request, words)
            response = page.show_box(page.box(key, tone=tone), status_code=status_code)
            if isinstance(fault, Busy):
                response.headers["Retry-After"] = str(fault.retry_seconds)
            return response

        return shown

    def bad_input(request: PageRequest, fault: Any) -> Response[str]:
        page = Page(platform, request, words)
        return page.show_box(page.box("bad_input", what=str(fault)[:120]), status_code=422)

    def go_sign_in(request: PageRequest, fault: Any) -> Response[bytes]:
        return Page(platform, request, words).go(sign_in_path)

    return {
        SignInNeeded: go_sign_in,
        Busy: answer("busy", 503, tone="wait"),
        Unknown: answer("unknown", 503, tone="wait"),
        Poisoned: answer("poisoned", 422),
        FormNotOurs: answer("form_not_ours", 403),
        msgspec.ValidationError: bad_input,
    }
