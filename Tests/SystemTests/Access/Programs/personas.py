"""The callers: each persona is a process with the rights of its name that executes commands."""
import json
import os
import subprocess

OWNER, OTHER, OTHER_GROUP = 61001, 61002, 61005
# The privileged group of the daemons in these tests.
MEMBERS = 65534
PROBE = "/usr/bin/python3"


def user(uid, gid, groups=None):
    """Returns the command that runs another one as this user."""
    some = ["--clear-groups"] if groups is None else [f"--groups={groups}"]
    return ["setpriv", f"--reuid={uid}", f"--regid={gid}"] + some


OWN_NAMESPACE = ["unshare", "--user", "--map-current-user"]
PERSONAS = {
    "root": [],
    "root without capabilities": ["setpriv", "--bounding-set=-all", "--inh-caps=-all"],
    "owner": user(OWNER, OWNER),
    "owner in root's group": user(OWNER, OWNER, groups=0),
    "owner with CAP_SYS_PTRACE": user(OWNER, OWNER) + ["--inh-caps=+sys_ptrace", "--ambient-caps=+sys_ptrace"],
    "owner in another group": user(OWNER, OTHER_GROUP, groups=OWNER),
    "other user": user(OTHER, OTHER),
    "other user in the owner's group": user(OTHER, OWNER),
    "member": user(OTHER, OTHER, groups=MEMBERS),
    "member by primary group": user(OTHER, MEMBERS),
    "owner in a user namespace": user(OWNER, OWNER) + OWN_NAMESPACE,
    "owner as root of a user namespace": user(OWNER, OWNER) + ["unshare", "--user", "--map-root-user"],
    "root in an unmapped user namespace": ["unshare", "--user"],
    "root as root of a user namespace": ["unshare", "--user", "--map-root-user"],
    "root in a pid namespace": ["unshare", "--pid", "--fork"],
    "member in a pid namespace": ["unshare", "--pid", "--fork"] + user(OTHER, OTHER, groups=MEMBERS),
    "owner in a pid namespace": ["unshare", "--pid", "--fork"] + user(OWNER, OWNER),
}


class Persona:
    def __init__(self, name, programs, socket):
        self.name = name
        command = PERSONAS[name] + [PROBE, "-B", os.path.join(programs, "probe.py"), socket]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.you = self.hear()

    def say(self, command):
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        self.process.stdin.flush()

    def hear(self):
        line = self.process.stdout.readline()
        assert line, f"{self.name} has ended"
        return json.loads(line)

    def ask(self, command):
        self.say(command)
        return self.hear()

    def leave(self):
        self.process.stdin.close()
        assert self.process.wait() == 0, self.name
        self.process.stdout.close()
