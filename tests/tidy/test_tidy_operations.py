from rules.operations import PAGE, find_undocumented_commands, find_undocumented_settings
from rules.source import SourceTree, planted

SETTINGS = "class Settings:\n    database_url: str | None\n    key_file: str\n"
COMMANDS = """
    @app.command()
    def serve(): ...

    @app.command("demo")
    def run_demo(): ...

    @policy.command(name="simulate")
    def run(): ...

    def quiet(): ...
"""


def test_every_setting_of_the_repository_is_documented(repository: SourceTree) -> None:
    assert find_undocumented_settings(repository) == []


def test_every_command_of_the_repository_is_documented(repository: SourceTree) -> None:
    assert find_undocumented_commands(repository) == []


def test_a_setting_without_a_row_is_a_fault() -> None:
    page = {PAGE: "| `OPENYIBAO_DATABASE_URL` | where |\n"}
    for path in ("src/openyibao/settings.py", "src/openyibao/kit/settings.py"):
        (fault,) = find_undocumented_settings(planted(path, SETTINGS, **page))
        assert "OPENYIBAO_KEY_FILE" in fault.says


def test_a_row_without_a_setting_is_a_fault() -> None:
    page = {PAGE: "| `OPENYIBAO_DATABASE_URL` | a |\n| `OPENYIBAO_KEY_FILE` | b |\n| `OPENYIBAO_OLD` | c |\n"}
    (fault,) = find_undocumented_settings(planted("src/openyibao/settings.py", SETTINGS, **page))
    assert "OPENYIBAO_OLD" in fault.says


def test_a_command_without_a_row_is_a_fault() -> None:
    page = {PAGE: "| `openyibao serve` | a |\n| `openyibao policy simulate <file>` | c |\n"}
    (fault,) = find_undocumented_commands(planted("src/openyibao/cli.py", COMMANDS, **page))
    assert "openyibao demo" in fault.says


def test_a_row_without_a_command_is_a_fault() -> None:
    rows = ("serve", "demo --once", "policy simulate", "sing")
    page = {PAGE: "".join(f"| `openyibao {each}` | x |\n" for each in rows)}
    (fault,) = find_undocumented_commands(planted("src/openyibao/cli.py", COMMANDS, **page))
    assert "openyibao sing" in fault.says


def test_before_there_is_code_the_page_may_stand_alone() -> None:
    page = planted(PAGE, "| `OPENYIBAO_KEY_FILE` | x |\n| `openyibao serve` | x |\n")
    assert find_undocumented_settings(page) == find_undocumented_commands(page) == []
