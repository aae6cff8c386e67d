"""The targets: processes of every kind, started so that none has used a privilege unless its name says so."""
import ctypes
import os
import signal
import stat
import subprocess
import time

from personas import OTHER, OTHER_GROUP, OWNER, OWN_NAMESPACE

libc = ctypes.CDLL(None, use_errno=True)
PR_SET_CHILD_SUBREAPER = 36
CLONE_NEWUSER, CLONE_NEWPID = 0x10000000, 0x20000000
SYS_CLONE3 = 435


def call(result, what):
    if result < 0:
        raise OSError(ctypes.get_errno(), what)
    return result


def adopt_orphans():
    call(libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")


def become(uid, gid):
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def files(directory, program):
    """Makes copies of a program, by the rights that starting them gives."""
    def copy(name, uid, gid, mode):
        path = os.path.join(directory, name)
        subprocess.run(["install", "-o", str(uid), "-g", str(gid), "-m", mode, program, path], check=True)
        return path

    copies = {
        "plain": copy("plain", 0, 0, "755"),
        "set-uid root": copy("setuid-root", 0, 0, "4755"),
        "set-uid other": copy("setuid-other", OTHER, OTHER, "4755"),
        "set-gid": copy("setgid", 0, OTHER_GROUP, "2755"),
        "unreadable": copy("unreadable", 0, 0, "711"),
        "capable": copy("capable", 0, 0, "755"),
    }
    # VFS_CAP_REVISION_2: permitted CAP_NET_RAW, nothing inheritable.
    permitted = (0x02000000).to_bytes(4, "little") + (1 << 13).to_bytes(4, "little") + bytes(12)
    os.setxattr(copies["capable"], "security.capability", permitted)
    assert os.stat(copies["set-uid root"]).st_mode & stat.S_ISUID
    assert not os.statvfs(directory).f_flag & os.ST_NOSUID, f"{directory} is mounted nosuid"
    return copies


class Process:
    """A process and the id reported by its program: its own, or another one to be queried."""

    def __init__(self, command, uid=OWNER, gid=OWNER, foreign_namespace=False, pid_namespace=False):
        said, saying = os.pipe()
        told, telling = os.pipe()
        entered, entering = os.pipe()
        mapped, mapping = os.pipe()
        first = os.fork()
        if first == 0:
            if foreign_namespace:
                call(libc.unshare(CLONE_NEWUSER), "unshare")
                os.write(entering, b"!")
                os.read(mapped, 1)
            if pid_namespace:
                call(libc.unshare(CLONE_NEWPID), "unshare")
            become(uid, gid)
            # The identity change of this process does not affect its child.
            second = os.fork()
            if second == 0:
                os.dup2(saying, 1)
                os.execvp(command[0], command)
            os.write(telling, b"%d\n" % second)
            os._exit(0)
        for end in (saying, telling, entering, mapped):
            os.close(end)
        if foreign_namespace:
            assert os.read(entered, 1)
            for name, number in (("uid_map", uid), ("gid_map", gid)):
                with open(f"/proc/{first}/{name}", "w") as file:
                    file.write(f"{number} {number} 1")
            os.write(mapping, b"!")
        os.close(mapping)
        os.close(entered)
        with open(told) as line:
            self.pid = int(line.readline())
        os.waitpid(first, 0)
        self.said = open(said)
        id = self.hear()
        # In its own pid namespace it does not know its number.
        self.id = self.pid if pid_namespace else id

    def hear(self):
        line = self.said.readline()
        assert line, "a target has ended"
        return int(line)

    def signal(self, number):
        """Sends a signal that it acknowledges."""
        os.kill(self.pid, number)
        self.hear()

    def end_thread(self):
        os.kill(self.pid, signal.SIGUSR1)
        while os.path.exists(f"/proc/{self.pid}/task/{self.id}"):
            time.sleep(0.001)

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.said.close()


def clone_with_pid(pid):
    """Forks a child with that number; returns 0 in the child, and fails if the number is taken."""
    class Arguments(ctypes.Structure):
        _fields_ = [(name, ctypes.c_uint64) for name in (
            "flags", "pidfd", "child_tid", "parent_tid", "exit_signal", "stack", "stack_size", "tls", "set_tid",
            "set_tid_size", "cgroup")]

    numbers = (ctypes.c_int * 1)(pid)
    arguments = Arguments(exit_signal=signal.SIGCHLD, set_tid=ctypes.addressof(numbers), set_tid_size=1)
    return call(libc.syscall(SYS_CLONE3, ctypes.byref(arguments), ctypes.sizeof(arguments)), "clone3")


class Successor(Process):
    """A process with the number of one that has ended."""

    def __init__(self, command, pid, uid):
        self.pid = pid
        said, saying = os.pipe()
        if clone_with_pid(pid) == 0:
            become(uid, uid)
            os.dup2(saying, 1)
            os.execv(command[0], command)
        os.close(saying)
        self.said = open(said)
        self.id = self.hear()


def ended_pid(command):
    """A number that belonged to another process."""
    process = Process(command)
    process.end()
    return process.pid


def wait_for_leader(process):
    while "\nState:\tZ" not in open(f"/proc/{process.pid}/status").read():
        time.sleep(0.001)
    process.id = process.pid
    return process


def start(file, freed_pid):
    """Every kind of running target, by name."""
    stay = [file["plain"], "stay"]
    return {
        "plain": Process(stay),
        "of a strange name": Process([file["plain"], "name"]),
        "a thread of it": Process([file["plain"], "thread"]),
        "its leader has ended": wait_for_leader(Process([file["plain"], "headless"])),
        "zombie": Process([file["plain"], "zombie"]),
        "in another of its groups": Process(stay, gid=OTHER_GROUP),
        "set-uid root": Process([file["set-uid root"], "stay"]),
        "set-uid root, back for now": Process([file["set-uid root"], "drop"]),
        "set-uid another user": Process([file["set-uid other"], "stay"]),
        "set-uid another user, back for now and dumpable": Process([file["set-uid other"], "show"]),
        "set-gid": Process([file["set-gid"], "stay"]),
        "set-gid, back for now": Process([file["set-gid"], "drop"]),
        "set-gid, back for now and dumpable": Process([file["set-gid"], "show"]),
        "not dumpable": Process([file["plain"], "hide"]),
        "of an unreadable file": Process([file["unreadable"], "stay"]),
        "file capability": Process([file["capable"], "stay"]),
        "ambient capability": Process(
            ["setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups", "--inh-caps=+net_bind_service",
             "--ambient-caps=+net_bind_service"] + stay, uid=0, gid=0),
        "in its own user namespace": Process(OWN_NAMESPACE + stay),
        "root of its own user namespace": Process(["unshare", "--user", "--map-root-user"] + stay),
        "in root's user namespace": Process(stay, foreign_namespace=True),
        "in a pid namespace": Process(stay, pid_namespace=True),
        "another's with a number that was the owner's": Successor(stay, freed_pid, OTHER),
        "other user's": Process(stay, uid=OTHER, gid=OTHER),
        "other user's in the owner's group": Process(stay, uid=OTHER, gid=OWNER),
        "root's": Process(stay, uid=0, gid=0),
    }
