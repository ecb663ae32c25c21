from rules.source import SourceTree, planted
from rules.templates import find_dead_templates

FRONT = "src/openyibao/fronts/wallet/"


def test_the_repository_has_no_dead_template(repository: SourceTree) -> None:
    assert find_dead_templates(repository) == []


def test_a_template_nobody_shows_is_a_fault() -> None:
    tree = planted(
        FRONT + "pages.py", 'show("home.html")', **{FRONT + "templates/old.html": "", FRONT + "templates/home.html": ""}
    )
    assert [fault.path for fault in find_dead_templates(tree)] == [FRONT + "templates/old.html"]


def test_templates_that_only_use_each_other_are_faults() -> None:
    first = {FRONT + "templates/a.html": '{% include "b.html" %}', FRONT + "templates/b.html": "{% extends 'a.html' %}"}
    assert len(find_dead_templates(planted(FRONT + "pages.py", "", **first))) == 2


def test_a_template_shown_by_name_by_pattern_or_through_another_is_none() -> None:
    code = 'show("wallet/home.html")\nshow(f"wallet/{step}.html")\n'
    templates = {
        FRONT + "templates/wallet/home.html": '{% extends "base.html" %}{%- include "parts/code.html" -%}',
        FRONT + "templates/wallet/agree.html": '{% from "macros.jinja" import field %}',
        FRONT + "templates/base.html": "",
        FRONT + "templates/parts/code.html": "",
        FRONT + "templates/macros.jinja": "",
    }
    assert find_dead_templates(planted(FRONT + "pages.py", code, **templates)) == []
