"""Clients that send commands all the time, and note what they were answered."""

import random
import threading
import time
import uuid

from configuration import ORCHESTRATIONS
from queries import Refused, Unanswered, literal


class Sent:
    """One command, known by its idempotency key."""

    def __init__(self, key, command, about=None):
        self.key = key
        self.command = command
        # The object that is made, changed and deleted by several commands, in this order.
        self.about = about
        # None until the server has acknowledged it.
        self.id = None
        self.is_rolled_back = False
        self.refusal = None


class Sender:
    """Sends one command after the other until it is stopped."""

    def __init__(self, number, queue, reader, runs_max):
        self.name = f"soak_sender_{number}"
        self.queue = queue
        self.reader = reader
        self.runs_max = runs_max
        self.sent = []
        # A key that was answered with two ids, for example.
        self.violations = []
        self.count = 0
        self.is_ending = False
        self.ends_at = float("inf")
        self.thread = threading.Thread(target=self._send_all, daemon=True)
        self.thread.start()

    def _send_all(self):
        actions = (
            [self._run] * 6 + [self._live] * 4 + [self._cancel] * 2 + [self._roll_back]
            + [self._bulk] + [self._stop_run] + [self._retry_run] * 2)
        while not self.is_ending:
            try:
                random.choice(actions)()
            except (Refused, Unanswered):
                pass  # Looking failed; what was sent is noted below.
            time.sleep(random.uniform(0, 0.3))

    def stop(self):
        """Lets it finish what it does: a command for later that it leaves would never end."""
        self.ends_at = time.monotonic() + 100
        self.is_ending = True
        self.thread.join(120)

    # What is sent.

    def _run(self):
        unfinished = self.reader.value(
            "select count(*) from ferry.runs where finished_at is null")
        if int(unfinished) >= self.runs_max:
            return
        name = random.choice(list(ORCHESTRATIONS))
        sent = self._send("run_orchestration", f'{{"name": "{name}"}}')
        if random.random() < 0.2:
            self._repeat(sent, f'{{"name": "{name}"}}')

    def _live(self):
        """The life of a data export, each command in a transaction of its own, without waiting."""
        self.count += 1
        name = f"{self.name} {self.count}"
        tables = random.choice(
            ['"all"', '["public.customers"]', '["public.lines", "public.orders"]'])
        self._send(
            "create_data_export",
            f'{{"name": "{name}", "database": "crm", "tables": {tables}}}', about=name)
        if random.random() < 0.7:
            self._send("activate_data_export", f'{{"name": "{name}"}}', about=name)
            self._send(
                "edit_data_export", f'{{"name": "{name}", "tables": ["public.nothing"]}}',
                about=name)
        self._send("delete_data_export", f'{{"name": "{name}"}}', about=name)

    def _bulk(self):
        """Thirty commands in one statement."""
        self.count += 1
        names = [f"{self.name} {self.count} {number}" for number in range(30)]
        for command in ("create_data_export", "delete_data_export"):
            several = [Sent(str(uuid.uuid4()), command, name) for name in names]
            values = ", ".join(
                f"""('{command}', '{{"name": "{sent.about}"}}', '{sent.key}')"""
                for sent in several)
            self._insert(several, values)

    def _cancel(self):
        """A command for later, which is canceled: long before its time, or just then."""
        delay = random.choice(["1 hour", "1 hour", "1500 milliseconds"])
        sent = self._send(
            "stop_run", '{"run": 1}', columns=", run_at", values=f", now() + interval '{delay}'")
        if delay != "1 hour":
            time.sleep(random.uniform(1, 2))
        while sent.id and time.monotonic() < self.ends_at:
            try:
                self.queue.run(f"select ferry.cancel_command({sent.id});")
                return
            except Refused:
                return  # It has ended.
            except Unanswered:
                time.sleep(0.5)

    def _roll_back(self):
        sent = Sent(str(uuid.uuid4()), "stop_run")
        sent.is_rolled_back = True
        self.sent.append(sent)
        try:
            self.queue.run(
                "begin; insert into ferry.commands (command, arguments, idempotency_key) "
                f"""values ('stop_run', '{{"run": 1}}', '{sent.key}'); rollback;""")
        except (Refused, Unanswered):
            pass

    def _stop_run(self):
        run = self.reader.value(
            "select id from ferry.runs where finished_at is null order by random() limit 1")
        if run:
            self._send("stop_run", f'{{"run": {run}}}')

    def _retry_run(self):
        run = self.reader.value(
            "select id from ferry.runs where state = 'failed' and resolved_by is null "
            "order by random() limit 1")
        if run:
            self._send(random.choice(["retry_run", "restart_run"]), f'{{"run": {run}}}')

    # How it is sent: again, with the same key, until there is an answer.

    def _send(self, command, arguments, about=None, columns="", values=""):
        sent = Sent(str(uuid.uuid4()), command, about)
        row = f"({literal(command)}, {literal(arguments)}, '{sent.key}'{values})"
        self._insert([sent], row, columns)
        return sent

    def _insert(self, several, values, columns=""):
        self.sent += several
        while True:
            try:
                answer = self.queue.run(
                    f"insert into ferry.commands (command, arguments, idempotency_key{columns}) "
                    f"values {values} returning id;")
            except Refused as refusal:
                # What the server said is not for ever: it may be out of connections.
                for sent in several:
                    sent.refusal = str(refusal)
                return
            except Unanswered:
                if time.monotonic() > self.ends_at:
                    return
                time.sleep(0.5)
                continue
            for sent, identity in zip(several, answer.split("\n")):
                sent.id = int(identity)
            return

    def _repeat(self, sent, arguments):
        if not sent.id:
            return
        again = self.queue.run(
            "insert into ferry.commands (command, arguments, idempotency_key) values "
            f"({literal(sent.command)}, {literal(arguments)}, '{sent.key}') returning id;")
        if int(again) != sent.id:
            self.violations.append(f"key {sent.key} was answered with {sent.id}, then {again}")
