"""The embedded PostgreSQL server: one owner, one directory, and no trust in pid files.

Keeps, in the directory: ``owner.lock`` (held with flock while the owner lives), ``postgresql.conf`` and ``pg_hba.conf``
(written at each start), ``passwords`` (0600, for TCP only), copies of the programs where they are needed, and
``postgres/`` (0700, the server's: ``data/``, the socket, ``server.log``).
Promises: one owner at a time, any other is told who; alive means ``pg_isready``; the server survives a killed owner and
the next one adopts it; data of another major version is refused, never touched; nothing above the directory is changed.
Units: seconds, megabytes. Callers: the commands that own a server (serve, demo, the test controller), before any event
loop: everything here blocks. Workers get ``url()`` and never start or stop it. 中文: 内嵌 PostgreSQL 服务器。
"""

from __future__ import annotations

import os
import re
import secrets
import shlex
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Literal, Self
from urllib.parse import quote, urlencode

from openyibao.kit import postgres_binaries as programs
from openyibao.kit.postgres_binaries import EmbeddedFault, binaries
from openyibao.kit.postgres_directory import (
    HBA,
    OwnerLock,
    check_settings,
    configuration,
    configured_port,
    initialise,
    make_directory,
    write_whole,
)

__all__ = ["APP_ROLE", "OWNER_ROLE", "EmbeddedFault", "EmbeddedServer", "binaries", "sweep", "temporary_server"]

OWNER_ROLE = "openyibao_owner"
"""Superuser and owner of every table: migrations and the bench's setup."""
APP_ROLE = "openyibao_app"
"""What the service connects as: it may sign in and owns nothing."""
DATABASE = "openyibao"

StopMode = Literal["smart", "fast", "immediate"]

_START_SECONDS = 300
_STOP_SECONDS = 60
_SOCKET_PATH_MAX = 100
_SOCKET_PORT = 5432
_LOG_BYTES_MAX = 16 * 2**20
_NO_SETTINGS: Mapping[str, str] = MappingProxyType({})
_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


class EmbeddedServer:
    """A running server that this process owns. Leaving its context stops it; being killed leaves it to the next owner."""

    def __init__(self, home: Path, lock: OwnerLock, *, major: int, fsync: bool, settings: Mapping[str, str]) -> None:
        check_settings(settings)
        self._home, self._lock, self._major, self._fsync, self._settings = home, lock, major, fsync, settings
        self._files = home / "postgres"
        self._data = self._files / "data"
        self._conf = home / "postgresql.conf"
        self._passwords = home / "passwords"
        self._log = self._files / "server.log"
        self._clients = binaries(major)
        self._identity = programs.server_identity(self._files)
        self._tcp = len(os.fsencode(self._files / f".s.PGSQL.{_SOCKET_PORT}")) > _SOCKET_PATH_MAX
        self._port = _SOCKET_PORT
        self.adopted = False
        """Whether the last start found the server running already."""

    @classmethod
    def start(
        cls,
        directory: Path | None = None,
        *,
        major: int = 18,
        fsync: bool = True,
        settings: Mapping[str, str] = _NO_SETTINGS,
    ) -> Self:
        """Own this directory's server: make it, start it, or adopt the one that runs.

        ``fsync=False`` is for tests alone. Raises EmbeddedFault: owned already, another user's, another major version,
        not to be reached by the server's user, or it did not come up within 300 s.
        """
        home = make_directory(directory or default_directory())
        return cls.start_under(OwnerLock(home), home, major=major, fsync=fsync, settings=settings)

    @classmethod
    def start_under(cls, lock: OwnerLock, home: Path, *, major: int, fsync: bool, settings: Mapping[str, str]) -> Self:
        """The same under a lock that is held already and that goes over to the server, or back if the start fails."""
        server: Self | None = None
        try:
            server = cls(home, lock, major=major, fsync=fsync, settings=settings)
            server.ensure_running()
        except BaseException:
            if server is not None:
                with suppress(EmbeddedFault):
                    server.stop("immediate")
            lock.release()
            raise
        return server

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def directory(self) -> Path:
        """The directory with all that is kept, resolved."""
        return self._home

    @property
    def data_directory(self) -> Path:
        """PostgreSQL's own data directory."""
        return self._data

    def ensure_running(self) -> None:
        """Start the server unless it runs as wanted; what a supervisor calls when ``is_alive`` says no."""
        if not self._lock.mine:
            raise EmbeddedFault(f"{self._home} is not owned by this process: only the owner starts the server")
        if not self._files.exists():
            initialise(
                self._files,
                major=self._major,
                identity=self._identity,
                owner_role=OWNER_ROLE,
                password=self._password(OWNER_ROLE),
                fsync=self._fsync,
            )
        self._refuse_other_major()
        if not programs.can_enter(self._data, self._identity):
            raise EmbeddedFault(
                f"uid {self._identity.uid}, which runs the server, can't enter {self._data}: choose a directory whose"
                " parents let it pass (they are not changed)"
            )
        place = programs.reachable_binaries(self._major, beside=self._home, identity=self._identity)
        before = self._conf.read_text(encoding="utf-8") if self._conf.exists() else ""
        if self._tcp:
            self._port = configured_port(before) or _free_port()
        running = self._settle()
        self.adopted = running and before == self._wanted()
        if not self.adopted:
            if running:  # with other settings or from older programs
                programs.end_processes(self._data, self._identity, first=signal.SIGINT, patience_seconds=_STOP_SECONDS)
            self._launch(place)
            programs.remove_old_copies(self._major, beside=self._home)
        self._ensure_roles()
        self.ensure_database(DATABASE)

    def is_alive(self) -> bool:
        """Whether ``pg_isready`` gets an answer from it now."""
        argv: list[str | Path] = [
            self._clients / "pg_isready",
            *self._address(),
            "-d",
            "postgres",
            "-U",
            OWNER_ROLE,
            "-t",
            "5",
        ]
        return programs.run(argv).returncode == 0

    def stop(self, mode: StopMode = "fast") -> None:
        """Stop the server and give the directory back; nothing happens in a fork of the owner, or the second time."""
        if not self._lock.mine:
            return
        try:
            programs.end_processes(self._data, self._identity, first=_SIGNALS[mode], patience_seconds=_STOP_SECONDS)
        finally:
            self._lock.release()

    def url(self, database: str = DATABASE, role: str = OWNER_ROLE) -> str:
        """What asyncpg connects to: over the socket, or where its path is too long over TCP with the password file."""
        where = {"host": str(self._files), "port": str(self._port)}
        if self._tcp:
            where = {"host": "127.0.0.1", "port": str(self._port), "passfile": str(self._passwords)}
        return f"postgresql://{quote(role)}@/{quote(database)}?{urlencode(where, quote_via=quote, safe='/')}"

    def ensure_database(self, name: str) -> None:
        """Have a database of this name, owned by the owner role."""
        _check_name(name)
        self._psql(
            f"select 'create database \"{name}\"' where not exists (select from pg_database where datname = '{name}') \\gexec"
        )

    def create_from_template(self, name: str, template: str) -> None:
        """Make a database as a copy of another one, to which nobody is connected. Raises EmbeddedFault if it exists."""
        _check_name(name)
        _check_name(template)
        self._psql(f'create database "{name}" template "{template}";')

    def drop_database(self, name: str) -> None:
        """Remove a database with all in it, and whoever is connected; none of that name is fine."""
        _check_name(name)
        self._psql(f'drop database if exists "{name}" with (force);')

    def _refuse_other_major(self) -> None:
        try:
            found = (self._data / "PG_VERSION").read_text(encoding="ascii").strip()
        except FileNotFoundError as fault:
            raise EmbeddedFault(f"{self._data} is not a PostgreSQL data directory: choose another directory") from fault
        if found != str(self._major):
            raise EmbeddedFault(
                f"{self._data} holds data of PostgreSQL {found}, and this command runs {self._major}: nothing was"
                f" changed. Dump it with PostgreSQL {found} and restore it into a new directory"
            )

    def _settle(self) -> bool:
        """Wait until the server answers (True) or nothing of it is left (False), and then clear what a dead one left.

        A pid file alone says nothing: its pid may be a stranger's by now. A postmaster that lives and doesn't answer is
        starting or stopping and is waited for, never passed over.
        """
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            said = programs.pid_in_file(self._data)
            pids = programs.processes_in(self._data, self._identity)
            if not pids:
                if programs.pid_in_file(self._data) == said:
                    for stale in (self._data / "postmaster.pid", *self._files.glob(".s.PGSQL.*")):
                        stale.unlink(missing_ok=True)
                return False
            if said in pids and self.is_alive():
                return True
            if said not in pids:  # the postmaster was killed: its children notice, or are told
                programs.end_processes(self._data, self._identity, first=signal.SIGQUIT, patience_seconds=5)
            time.sleep(0.05)
        raise EmbeddedFault(f"a server in {self._data} neither answers nor ends: {self._last_words()}")

    def _launch(self, place: Path) -> None:
        """Write the configuration and start the server; on TCP with another port when ours was taken meanwhile."""
        for _ in range(3):
            write_whole(self._conf, self._wanted(), mode=0o640, gid=self._identity.gid)
            write_whole(self._home / "pg_hba.conf", HBA, mode=0o640, gid=self._identity.gid)
            if self._log.exists() and self._log.stat().st_size > _LOG_BYTES_MAX:
                self._log.replace(self._log.with_suffix(".log.1"))
            options = f"-c config_file={shlex.quote(str(self._conf))}"
            argv: list[str | Path] = [
                place / "pg_ctl",
                "-D",
                self._data,
                "-l",
                self._log,
                "-w",
                "-t",
                str(_START_SECONDS),
                "-o",
                options,
            ]
            done = programs.run([*argv, "start"], identity=self._identity, timeout_seconds=_START_SECONDS + 30)
            if done.returncode == 0 and self.is_alive():
                return
            if not self._tcp or "Address already in use" not in self._last_words():
                break
            self._port = _free_port()
        raise EmbeddedFault(f"PostgreSQL did not start in {self._home}: {done.stderr.strip()} {self._last_words()}")

    def _wanted(self) -> str:
        """postgresql.conf as it should be: a server started with an equal text is the wanted one."""
        return configuration(
            home=self._home,
            socket_directory=None if self._tcp else self._files,
            port=self._port,
            fsync=self._fsync,
            stamp=programs.binaries_stamp(self._major),
            settings=self._settings,
        )

    def _ensure_roles(self) -> None:
        missing = f"select 'create role {APP_ROLE} login' where not exists"
        self._psql(
            f"{missing} (select from pg_roles where rolname = '{APP_ROLE}') \\gexec\n"
            + "".join(f"alter role {role} password '{self._password(role)}';\n" for role in (OWNER_ROLE, APP_ROLE))
        )

    def _password(self, role: str) -> str:
        if not self._passwords.exists():
            lines = (f"127.0.0.1:*:*:{name}:{secrets.token_urlsafe(24)}\n" for name in (OWNER_ROLE, APP_ROLE))
            write_whole(self._passwords, "".join(lines), mode=0o600)
        found = re.search(
            rf"^127\.0\.0\.1:\*:\*:{role}:(\S+)$", self._passwords.read_text(encoding="ascii"), re.MULTILINE
        )
        if found is None:
            raise EmbeddedFault(f"{self._passwords} names no password for {role}: remove the file to have a new one")
        return found[1]

    def _address(self) -> list[str]:
        return ["-h", "127.0.0.1" if self._tcp else str(self._files), "-p", str(self._port)]

    def _psql(self, script: str) -> None:
        argv: list[str | Path] = [
            self._clients / "psql",
            "-X",
            "-q",
            "-w",
            "-v",
            "ON_ERROR_STOP=1",
            *self._address(),
            "-U",
            OWNER_ROLE,
        ]
        env = {"PGPASSFILE": str(self._passwords)}
        done = programs.run([*argv, "-d", "postgres"], stdin=script, env=env, timeout_seconds=_START_SECONDS)
        if done.returncode != 0:
            raise EmbeddedFault(f"psql failed on {self._home}: {done.stderr.strip()[-2000:]}")

    def _last_words(self) -> str:
        with suppress(FileNotFoundError):
            return " | ".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:])
        return "(it left no log)"


@contextmanager
def temporary_server(
    root: Path | None = None,
    *,
    major: int = 18,
    fsync: bool = True,
    settings: Mapping[str, str] = _NO_SETTINGS,
) -> Iterator[EmbeddedServer]:
    """A server in a fresh directory below ``root`` (or the machine's temporary one), removed at the end.

    Those of dead owners below the same root are swept first. ``fsync=False`` is for tests alone.
    """
    root = (root or Path(tempfile.gettempdir())).resolve()
    sweep(root)
    fresh = Path(tempfile.mkdtemp(prefix="openyibao-new-", dir=root))
    if os.geteuid() == 0:
        fresh.chmod(0o711)
    lock = OwnerLock(fresh)  # taken before the name that a sweeper looks for
    home = fresh.rename(root / fresh.name.replace("-new-", "-run-", 1))
    try:
        yield EmbeddedServer.start_under(
            lock, home, major=major, fsync=fsync, settings={"shared_buffers": "128MB", **settings}
        )
    finally:
        if lock.taken_here:  # a fork that falls out of the context takes nothing from its parent
            _remove(home, lock)


def sweep(root: Path) -> list[Path]:
    """Stop and remove the temporary servers below ``root`` whose owner is dead; the directories removed.

    Only our own: a directory of another user, or a link, is left alone.
    """
    swept = []
    for home in sorted(root.resolve().glob("openyibao-run-*")):
        with suppress(EmbeddedFault, FileNotFoundError):
            if home.lstat().st_uid == os.geteuid() and not home.is_symlink():
                _remove(home, OwnerLock(home))
                swept.append(home)
    return swept


def default_directory() -> Path:
    """Where the server lives if nobody says: ``/var/lib/openyibao`` for root, else below the home directory."""
    return Path("/var/lib/openyibao") if os.geteuid() == 0 else Path.home() / ".local/share/openyibao"


def _remove(home: Path, lock: OwnerLock) -> None:
    """End what runs there and remove the directory, its lock last. A lock already given back is no hindrance."""
    files = home / "postgres"
    try:
        if files.exists():
            programs.end_processes(
                files / "data", programs.server_identity(files), first=signal.SIGQUIT, patience_seconds=_STOP_SECONDS
            )
        for part in home.iterdir():
            if part.name != "owner.lock":
                shutil.rmtree(part, ignore_errors=True) if part.is_dir() else part.unlink(missing_ok=True)
        shutil.rmtree(home, ignore_errors=True)
    finally:
        lock.release()


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a database name of a-z, 0-9 and _: {name[:80]!r}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
