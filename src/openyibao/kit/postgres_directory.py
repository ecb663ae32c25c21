"""The directory of an embedded server as its owner sees it: the owner's lock, and the files the owner writes.

Keeps: ``owner.lock`` and what is written whole. Promises: a lock dies with its holder and is not inherited by a child;
a file is the old one or the new one, never half of it; a directory that stood before is not changed. The configuration
is one text, and equal texts mean the same server. Units: megabytes, file modes. Callers: ``kit/embedded.py``.
中文: 内嵌数据库目录: 所有者锁与配置文件。
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from openyibao.kit import postgres_binaries as programs
from openyibao.kit.postgres_binaries import EmbeddedFault, Identity

HBA = """\
# Written by openyibao at each start. The socket stands in a directory that only the server's user may enter.
local all,replication all trust
host all,replication all 127.0.0.1/32 scram-sha-256
"""
"""Who may connect: over the socket whoever reaches it, over TCP whoever knows a password."""

_INITDB = (
    "--encoding=UTF8",
    "--data-checksums",
    "--auth-local=trust",
    "--auth-host=scram-sha-256",
    "--no-instructions",
)
_LOCALE = {  # both order by code point and know the case of every letter
    18: ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
    16: ["--locale=C.UTF-8"],
}

_SETTING = re.compile(r"[a-z_][a-z0-9_.]*")
_FIXED = {"data_directory", "config_file", "hba_file", "listen_addresses", "port", "unix_socket_directories"}

_ORPHAN_SECONDS = 5.0
"""How long a dead owner's lock may outlive it: in a child that was being forked and hasn't run yet."""

_held: set[int] = set()


def _drop_locks_in_child() -> None:
    """A forked child must not keep its dead parent's lock alive; an executed one does not: the file closes on exec."""
    while _held:
        os.close(_held.pop())


os.register_at_fork(after_in_child=_drop_locks_in_child)


class OwnerLock:
    """The right to start, stop and change one directory's server; given back by the kernel when its holder dies."""

    def __init__(self, home: Path) -> None:
        """Take it. Raises EmbeddedFault with the owner's pid where another command has it."""
        path = home / "owner.lock"
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as fault:
            raise EmbeddedFault(f"{path} can't be opened ({fault.strerror}): is it another user's?") from fault
        try:
            self._take()
            if not os.path.samestat(os.fstat(self._fd), path.stat()):
                raise FileNotFoundError(path)  # a sweeper removed it between our open and our flock
        except OSError as fault:
            owner = os.pread(self._fd, 32, 0).decode("ascii", "replace").strip()
            os.close(self._fd)
            raise EmbeddedFault(f"{home}: already running, owner pid {owner or 'not known yet'}") from fault
        _held.add(self._fd)
        self._released = False
        self._pid = os.getpid()
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, f"{self._pid}\n".encode(), 0)

    def _take(self) -> None:
        """Take it at once, or, where the owner that it names is dead, as soon as a child it was forking lets go of it."""
        deadline = time.monotonic() + _ORPHAN_SECONDS
        while True:
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                named = os.pread(self._fd, 32, 0).strip()
                if not named.isdigit() or _lives(int(named)) or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
            else:
                return

    @property
    def mine(self) -> bool:
        """Whether this process holds it: not one forked from the owner, and not after the release."""
        return not self._released and self.taken_here

    @property
    def taken_here(self) -> bool:
        """Whether this process took it, and not one that it was forked from."""
        return self._pid == os.getpid()

    def release(self) -> None:
        """Let the next owner in; nothing the second time, or in a fork of the owner."""
        if self.mine:
            self._released = True
            _held.discard(self._fd)
            os.close(self._fd)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def make_directory(directory: Path) -> Path:
    """Have the directory, resolved. What is missing is made so that the server's user can pass; what is there stays."""
    home = directory.expanduser().absolute().resolve()
    try:
        missing = [place for place in (home, *home.parents) if not place.exists()]
        for place in reversed(missing):
            place.mkdir(exist_ok=True)
            place.chmod(0o711 if os.geteuid() == 0 else 0o700)
    except OSError as fault:
        raise EmbeddedFault(f"{home} can't be made ({fault.strerror}): choose another directory") from fault
    return home


def write_whole(path: Path, text: str, *, mode: int, gid: int | None = None) -> None:
    """Write a file as a whole, for that group where we are root: a killed writer leaves the old one."""
    handle, part = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(handle)
        if gid is not None and os.geteuid() == 0:
            os.fchown(handle, -1, gid)
        os.fchmod(handle, mode)
    Path(part).replace(path)


def initialise(files: Path, *, major: int, identity: Identity, owner_role: str, password: str, fsync: bool) -> None:
    """Make the server's files with initdb, owned by that user: complete and under this name, or not at all.

    The caller holds the owner's lock. Raises EmbeddedFault with what initdb says, or where it can't get there.
    """
    home = files.parent
    for leftover in home.glob(f"{files.name}.new-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    maker = programs.naming_identity()
    place = programs.reachable_binaries(major, beside=home, identity=maker)
    fresh = Path(tempfile.mkdtemp(prefix=f"{files.name}.new-", dir=home))
    try:
        secret = fresh / "password"
        write_whole(secret, password, mode=0o600)
        for path in (secret, fresh):
            os.chown(path, maker.uid, maker.gid)
        if not programs.can_enter(fresh, maker):
            raise EmbeddedFault(
                f"uid {maker.uid} can't enter {home}: choose a directory whose parents let it pass (they are not changed)"
            )
        argv: list[str | Path] = [
            place / "initdb",
            "-D",
            fresh / "data",
            "-U",
            owner_role,
            f"--pwfile={secret}",
            *_INITDB,
        ]
        argv += _LOCALE[major] if fsync else [*_LOCALE[major], "--no-sync"]
        done = programs.run(argv, identity=maker, timeout_seconds=300)
        if done.returncode != 0:
            raise EmbeddedFault(f"initdb failed in {home}: {done.stderr.strip()[-2000:]}")
        secret.unlink()
        for _, folders, names, here in os.fwalk(fresh):
            for name in (*folders, *names):
                os.chown(name, identity.uid, identity.gid, dir_fd=here, follow_symlinks=False)
        os.chown(fresh, identity.uid, identity.gid)
        fresh.rename(files)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    _flush_directory(home)


def check_settings(settings: Mapping[str, str]) -> None:
    """Raises ValueError for a setting that is no setting's name, that is ours alone, or that is not one line."""
    for name, value in settings.items():
        if not _SETTING.fullmatch(name) or name in _FIXED:
            raise ValueError(f"the setting {name!r} is not the caller's to choose")
        if "\n" in value or "\0" in value:
            raise ValueError(f"the setting {name!r} is not one line")


def configuration(
    *, home: Path, socket_directory: Path | None, port: int, fsync: bool, stamp: str, settings: Mapping[str, str]
) -> str:
    """postgresql.conf, whole: for the socket in that directory, or without one for TCP on 127.0.0.1."""
    chosen = {
        "listen_addresses": "" if socket_directory else "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": f'"{socket_directory}"' if socket_directory else "",
        "unix_socket_permissions": "0700",
        "hba_file": str(home / "pg_hba.conf"),
        "max_connections": "100",
        "shared_buffers": f"{_shared_buffers_mb()}MB",
        "max_wal_size": "4GB",
        "jit": "off",
        "fsync": "on" if fsync else "off",
        "full_page_writes": "on" if fsync else "off",
        "TimeZone": "UTC",
        "log_timezone": "UTC",
        "datestyle": "ISO, YMD",
        "lc_messages": "C",
        "log_checkpoints": "off",
        # a failed statement and its detail would carry persons into the log
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    } | dict(settings)
    lines = [f"{name} = '{_quote(value)}'" for name, value in chosen.items()]
    return "\n".join([f"# Written by openyibao at each start, for the programs {stamp}.", *lines, ""])


def configured_port(text: str) -> int | None:
    """The TCP port in a configuration of ours; None where it is for the socket."""
    found = re.search(r"^listen_addresses = '127\.0\.0\.1'\nport = '(\d+)'$", text, re.MULTILINE)
    return int(found[1]) if found else None


def _flush_directory(place: Path) -> None:
    """Make a rename inside this directory outlive a power cut."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _quote(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")


def _shared_buffers_mb() -> int:
    """A quarter of the memory this process may have, between 16 and 2048 MB."""
    octets = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with suppress(OSError, ValueError):  # absent, or the word "max"
            octets = min(octets, int(Path(limit).read_text(encoding="ascii")))
    return max(16, min(2048, octets // 4 // 2**20))
