"""The lines that the daemon owes a connection after any input: a model written from Protocol/README.md."""
import collections

from conversation import request

LINE_LIMIT = 8_192
BAD_LINES = 8
BAD = ("ParseError", "InvalidRequest", "MethodNotFound")
GONE = 2**31 - 1

# An owed line: an answer under an id and an error's name, or a notification's name; `told` says whether records may
# come before it.
Owed = collections.namedtuple("Owed", "id error told notification", defaults=(None,))


def steps(uid):
    """Returns the bytes of each step, given the id of its request, and the errors that answer its lines."""
    foreign = None if uid == 0 else "PermissionDenied"
    return {
        "subscribe": lambda id: (request(id, "subscribe", fields=["ac_comm"]), [None]),
        "subscribe otherwise": lambda id: (
            request(id, "subscribe", cpus="0", scope="process", filter={"exit": "ok"}, fields=["ac_comm"]), [None]),
        "subscribe to no CPU": lambda id: (request(id, "subscribe", cpus="65535"), ["InvalidParams"]),
        "unsubscribe": lambda id: (request(id, "unsubscribe"), [None]),
        "get": lambda id: (request(id, "get", pid=1), [foreign]),
        "get what is gone": lambda id: (request(id, "get", tgid=GONE), ["NoSuchTask"]),
        "status": lambda id: (request(id, "status"), [None]),
        "describe": lambda id: (request(id, "describe"), [None]),
        "no JSON": lambda id: (b"{\n", ["ParseError"]),
        "no method": lambda id: (request(id, "no"), ["MethodNotFound"]),
        "no text": lambda id: (b"\n", ["ParseError"]),
        "a line too long": lambda id: (b"x" * (LINE_LIMIT + 1) + b"\n", ["InvalidRequest"]),
        "seven bad lines": lambda id: (b"[]\n" * 7, ["InvalidRequest"] * 7),
        "half a line": lambda id: (b'{"jsonrpc":"2.0","id":', []),
    }


class Model:
    # The effect of an answered subscription on that of the connection.
    CHANGES = {"subscribe": "all", "subscribe otherwise": "0", "unsubscribe": None}

    def __init__(self, uid):
        self.steps = steps(uid)
        self.cpus = None
        self.bad_lines = 0
        self.is_half = False
        self.is_closing = False
        self.count = 0

    def take(self, step):
        """Returns the bytes of a step, and the lines that are owed for it."""
        self.count += 1
        data, errors = self.steps[step](self.count)
        owed = [line for error in errors for line in self.answer(step, error)]
        self.is_half = self.is_half or not errors
        return data, owed

    def answer(self, step, error):
        if self.is_closing:
            return
        # After half a line the rest is not JSON; a line that is too long is not parsed.
        if self.is_half and step != "a line too long":
            error = "ParseError"
        self.is_half = False
        id = None if error in ("ParseError", "InvalidRequest") else self.count
        yield Owed(id, error, self.cpus is not None)
        self.bad_lines = self.bad_lines + 1 if error in BAD else 0
        if error is None:
            self.cpus = self.CHANGES.get(step, self.cpus)
        if self.bad_lines == BAD_LINES:
            self.is_closing = True
            yield Owed(None, None, self.cpus is not None, "closing")
