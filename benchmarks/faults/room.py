"""A folder on a disk of its own, small or read-only, that other processes do not see and that goes with its process."""

import ctypes
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NEW_NAMESPACE, _NEW_USER = 0x00020000, 0x10000000


def mounts_allowed() -> bool:
    """Whether a process here may mount a file system that nobody else sees; asked in a process that ends."""
    pid = os.fork()
    if pid == 0:
        try:
            _private_mounts()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(pid, 0)[1] == 0


@contextmanager
def disk(place: Path, size: int) -> Iterator[None]:
    """A tmpfs of so many bytes at `place`, seen by this process and those that it starts; they must be done at the end."""
    _private_mounts()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def change(place: Path, option: str) -> None:
    """Mount it anew with another option: ``size=BYTES``, ``ro``, ``rw``."""
    subprocess.run(["mount", "-o", f"remount,{option}", str(place)], check=True)


def used(place: Path) -> int:
    """Bytes that are taken on the disk there."""
    found = os.statvfs(place)
    return (found.f_blocks - found.f_bfree) * found.f_frsize


def limit_files(size: int) -> None:
    """In place of a full disk: no file of this process grows beyond so many bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def take_rights(folder: Path, write: bool) -> None:
    """In place of a read-only disk: take the right to write from its owner, or give it back. To root it means nothing."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | 0o200 if write else path.stat().st_mode & ~0o222)


def _private_mounts() -> None:
    """What this process mounts from now on is seen by nobody else, and is gone when it has ended, however it ends."""
    system = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if system.unshare(_NEW_NAMESPACE | (_NEW_USER if user else 0)):
        raise OSError(ctypes.get_errno(), "no mounts of its own")
    if user:
        for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
            Path(f"/proc/self/{name}").write_text(text)
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
