"""Queries, as several personas, directories of a cgroup version 1 hierarchy made for this.

usage: cgroups.py SOCKET DIRECTORY

Prints persona, directory, and the outcomes of opening it and of get by cgroup, with tabs between them.
"""
import os
import subprocess
import sys
import time

from personas import OTHER_GROUP, OWNER, Persona

socket, directory = sys.argv[1:]
closed, mount = os.path.join(directory, "closed"), os.path.join(directory, "hierarchy")
second = os.path.join(closed, "hierarchy")
name = f"none,name=taskstats-{os.getpid()}"
mounted, made = [], []


def make(path, uid=0, gid=0, mode=0o755):
    os.mkdir(path)
    made.append(path)
    os.chown(path, uid, gid)
    os.chmod(path, mode)
    return path


def attach(kind, options, path):
    result = subprocess.run(["mount", "-t", kind, "-o", options, "none", path], stderr=subprocess.PIPE)
    if result.returncode == 0:
        mounted.append(path)
    return result.returncode == 0


def is_there():
    """Returns whether the kernel still has the hierarchy."""
    with open("/proc/self/cgroup") as listing:
        return f":{name.removeprefix('none,')}:" in listing.read()


def forget_hierarchy():
    """Waits for the removal of cgroups and hierarchies in the background; one that is unmounted too early stays."""
    for attempt in range(20):
        time.sleep(0.1)
        if not is_there():
            return
        if attempt % 5 == 4:
            attach("cgroup", name, mount)
            time.sleep(0.1)
            subprocess.run(["umount", mount], check=True)
    raise SystemExit(f"the hierarchy {name} stays mounted somewhere")


def clean():
    while made:
        path = made.pop()
        if path in mounted:
            subprocess.run(["umount", path], check=True)
            if path == mount:
                forget_hierarchy()
        os.rmdir(path)


try:
    make(mount)
    assert attach("cgroup", name, mount)
    make(closed, mode=0o700)
    make(second)
    assert attach("cgroup", name, second)
    shut = make(os.path.join(mount, "shut"), mode=0o700)
    others = [make(os.path.join(mount, "other")), make(os.path.join(mount, "a blank"))]
    for other in others:
        assert attach("tmpfs", "mode=755", other)
    directories = {
        "the mount": mount,
        "everybody's": make(os.path.join(mount, "open")),
        "everybody's, with empty components": f"{mount}//open/",
        "the owner's": make(os.path.join(mount, "own"), OWNER, OWNER, 0o700),
        "of the owner's group": make(os.path.join(mount, "group"), 0, OWNER, 0o750),
        "of another group": make(os.path.join(mount, "others"), 0, OTHER_GROUP, 0o705),
        "to read only": make(os.path.join(mount, "read"), mode=0o744),
        "to search only": make(os.path.join(mount, "search"), mode=0o711),
        "root's": shut,
        "below root's": make(os.path.join(shut, "open")),
        "beyond a closed directory": second,
        "another file system": others[0],
        # Has an escape in /proc/self/mounts.
        "another file system with a blank": others[1],
    }
    for who in ("root", "member", "owner", "owner in another group", "other user", "owner in a user namespace"):
        persona = Persona(who, directory, socket)
        answers = persona.ask({"cgroups": list(directories.values())})
        for title, path in directories.items():
            print(who, title, answers[path]["open"], answers[path]["cgroup"], sep="\t")
        persona.leave()
finally:
    clean()
