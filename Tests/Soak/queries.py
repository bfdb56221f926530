"""SQL over `psql`, as any user would send it."""

import json
import os
import subprocess


class Refused(Exception):
    """The server refused the statement; nothing was done."""


class Unanswered(Exception):
    """No answer came: whether the statement took effect is unknown."""


def literal(text):
    """The text as a literal of SQL."""
    return "E'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


class Database:
    """One database, as one role."""

    def __init__(self, url):
        self.url = url

    def run(self, sql, timeout=60):
        """Runs a script, each statement in a transaction of its own, and returns its output.

        The last line of the output is the last value that was returned.
        """
        environment = dict(os.environ, PGCONNECT_TIMEOUT="5", PGCLIENTENCODING="UTF8")
        command = ["psql", "-X", "-q", "-A", "-t", "-d", self.url]
        command += ["-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose"]
        try:
            result = subprocess.run(
                command, input=sql, env=environment, timeout=timeout,
                text=True, capture_output=True)
        except subprocess.TimeoutExpired:
            raise Unanswered(f"no answer within {timeout} s")
        if result.returncode == 0:
            return result.stdout.strip()
        message = result.stderr.strip()
        # psql ends with 3 when the server refused a statement of a script, with 2 when the
        # connection broke. A session that is ended by an administrator says so first.
        lost = result.returncode != 3 or any(
            state in message for state in (" 57P0", " 08", "server closed the connection"))
        raise (Unanswered if lost else Refused)(message)

    def rows(self, query, timeout=120):
        """The rows of a query, as dictionaries."""
        text = self.run(
            f"select coalesce(json_agg(row_to_json(t)), '[]') from ({query}) as t;", timeout)
        return json.loads(text)

    def value(self, query, timeout=60):
        """The first value of a query, as text; empty where there is none."""
        return self.run(query + ";", timeout)

    def is_up(self):
        try:
            return self.run("select 1;", timeout=10) == "1"
        except (Refused, Unanswered):
            return False
