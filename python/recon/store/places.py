"""What the kernel knows of a path: its file system, and who holds its lock. Must never touch the path's contents."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
LOCKS = Path("/proc/locks")
NETWORK = frozenset({
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "9p", "lustre", "beegfs", "gpfs", "orangefs",
    "ocfs2", "gfs2", "coda", "fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.rclone", "fuse.davfs",
})  # fmt: skip
"""File systems that several machines share: the locks and shared memory of a database do not hold there."""


def network_kind(path: Path, mounts: Path = MOUNTS) -> str | None:
    """The kind of network file system that ``path`` is on; none where it is a local one, or nobody can tell.

    Each line of mountinfo (proc(5)) has ``major:minor`` third and the kind behind a lone hyphen.
    """
    with contextlib.suppress(OSError, ValueError):
        device = path.stat().st_dev
        wanted = f"{os.major(device)}:{os.minor(device)}"
        for line in mounts.read_text(errors="replace").splitlines():
            before, _, after = line.partition(" - ")
            if before.split()[2] == wanted:
                kind = after.split()[0]
                return kind if kind in NETWORK else None
    return None


def writer_of(path: Path, locks: Path = LOCKS) -> int | None:
    """The process that holds a file's lock for writing (flock(2)), as the kernel lists them; none where nobody does.

    Taking the lock to see would make the owner's own attempt fail. A line of /proc/locks (proc(5)) is ``number: FLOCK
    ADVISORY WRITE pid major:minor:inode first last``.
    """
    with contextlib.suppress(OSError):
        inode = str(path.stat().st_ino)
        for line in locks.read_text(errors="replace").splitlines():
            words = line.split()
            if words[1:4:2] == ["FLOCK", "WRITE"] and words[5].rpartition(":")[2] == inode:
                return int(words[4])
    return None
