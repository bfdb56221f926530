"""Lets Ferry work for a while under faults of every kind, then checks that nothing went wrong."""

import argparse
import json
import os
import random
import shutil
import signal
import statistics
import sys
import tempfile
import threading
import time

import checks
from configuration import MOVE, SENDERS, SOURCE, configure, grant_policies, make_roles
from faults import Faults
from notifications import Notifications
from queries import Refused, Unanswered
from senders import Sender
from servers import S3, PostgresServer
from sizes import Sizes
from watching import Watching
from workers import Fleet


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="how long faults happen (60)")
    parser.add_argument("--binary", help="the program; built optimised where it is not given")
    parser.add_argument("--workers", type=int, default=3, help="how many worker processes (3)")
    parser.add_argument("--lease", type=int, default=5, help="seconds of a worker's lease (5)")
    parser.add_argument("--runs", type=int, default=8, help="runs at a time, at most (8)")
    parser.add_argument("--seed", type=int, help="of the order of faults; printed")
    parser.add_argument("--drain", type=float, default=300,
                        help="seconds in which all must have ended after the last fault (300)")
    parser.add_argument("--recovery-p50", type=float, default=1.0,
                        help="seconds in which half of the killed workers are replaced (1)")
    parser.add_argument("--recovery-max", type=float, default=2.0,
                        help="seconds in which each of them is (2)")
    parser.add_argument("--keep", action="store_true", help="keep the evidence of a success too")
    return parser.parse_args()


def say(text):
    print(time.strftime("%H:%M:%S"), text, flush=True)


class Soak:
    def __init__(self, options):
        self.options = options
        self.folder = tempfile.mkdtemp(prefix="ferry-soak-")
        # The servers' user must get through to its data.
        os.chmod(self.folder, 0o711)
        for name in ("logs", "exports", "bucket"):
            os.mkdir(f"{self.folder}/{name}")
        self.binary = os.path.abspath(options.binary)
        self.is_ending = False
        self.violations = []
        self.running = []

    def open(self):
        """Starts everything, configures what is exported."""
        say(f"everything of this soak is in {self.folder}, its seed is {self.options.seed}")
        self.queue_server = self._started(PostgresServer(self.folder, "queue"))
        self.source_server = self._started(PostgresServer(self.folder, "source-server"))
        self.target_server = self._started(PostgresServer(self.folder, "target-server"))
        self.s3 = self._started(S3(self.folder))
        for server, name in ((self.queue_server, "ferry"), (self.source_server, "source"),
                             (self.target_server, "target")):
            server.database("postgres").run(f"create database {name};")
        self.queue = self.queue_server.database("ferry")
        self.source_server.database("source").run(SOURCE)
        environment = dict(os.environ, FERRY_DATABASE_URL=self.queue.url)
        if os.spawnve(os.P_WAIT, self.binary, [self.binary, "migrate"], environment) != 0:
            raise SystemExit("soak: ferry migrate failed")
        make_roles(self.queue)
        self.reader = self.queue_server.database("ferry", "soak_reader")
        self.before = {row["id"] for row in self.reader.rows("select id from ferry.events")}
        url = self.queue_server.url
        self.watchings = [
            self._started(Watching(name, self.binary, url("ferry", "soak_reader"), self.folder))
            for name in ("killed-watch", "steady-watch")]
        self._wait("watch begins", 60, lambda: all(w.has_begun for w in self.watchings))
        self.fleet = self._started(Fleet(
            self.binary, url("ferry", "soak_worker"), self.folder, {
                "FERRY_CREDENTIAL_SOAK_SOURCE": self.source_server.url("source") + " sslmode=disable",
                "FERRY_CREDENTIAL_SOAK_TARGET": self.target_server.url("target") + " sslmode=disable",
                "FERRY_CREDENTIAL_SOAK_BUCKET": json.dumps({
                    "kind": "s3", "endpoint": "http://127.0.0.1:*", "access_key_id": "testing",
                    "secret_access_key": "testing"}),
            }, self.options.workers, self.options.lease))
        self._beside(self.fleet.tend, 0.1)
        configure(self.queue, self.folder, self.s3)
        grant_policies(self.queue)
        self._beside(lambda: self.source_server.database("source").run(
            f"begin; {MOVE} commit;"), 0.2)

    def work(self):
        """Senders and faults, for as long as was asked for."""
        self.notifications = self._started(Notifications(self.reader.url))
        self.senders = [
            Sender(number, self.queue_server.database("ferry", f"soak_sender_{number}"),
                   self.reader, self.options.runs)
            for number in range(SENDERS)]
        self.faults = Faults(
            self.queue_server, self.queue, self.source_server, self.target_server, self.s3,
            self.fleet, self.watchings[0], self.options.lease)
        end = time.monotonic() + self.options.minutes * 60
        self.sizes = Sizes(self.queue)
        self._beside(self.sizes.look, 15)
        self._beside(self._tell, 60)
        self.faults.run(end)
        say("the last fault is over: waiting for everything to end")
        for sender in self.senders:
            sender.stop()
        for group in ("Each minute", "Afterwards"):
            identity = self.queue.run(f"select ferry.disable_orchestration_group('{group}');")
            self.queue.run(f"call ferry.wait_for({identity}, timeout => '60 s');", timeout=90)

    def drain(self):
        unfinished = """
            select (select count(*) from ferry.commands where finished_at is null)
                 + (select count(*) from ferry.runs where finished_at is null)"""
        self._wait("everything ends", self.options.drain,
                   lambda: self.reader.value(unfinished) == "0", is_violation=True)
        newest = int(self.reader.value("select coalesce(max(id), 0) from ferry.events"))
        self._wait("watch has shown everything", 60, lambda: all(
            any(event["id"] >= newest for event in w.events[-50:]) for w in self.watchings),
            is_violation=True)
        self.is_ending = True
        for name in self.fleet.stop():
            self.violations.append(f"{name} did not end within half a minute of SIGTERM")
        self.violations += self.fleet.deaths
        # What the workers' leaving says comes too.
        newest = int(self.reader.value("select coalesce(max(id), 0) from ferry.events"))
        self._wait("watch has shown the last events", 60, lambda: all(
            any(event["id"] >= newest for event in w.events[-50:]) for w in self.watchings),
            is_violation=True)
        for watching in self.watchings:
            watching.stop()

    def check(self):
        say("checking")
        self.s3.download(f"{self.folder}/bucket")
        found = self.violations
        found += checks.check_commands(self.reader, self.senders)
        found += [text for sender in self.senders for text in sender.violations]
        found += checks.check_effects(self.reader)
        found += checks.check_runs(self.reader)
        for destination, folder in (("Folder", "exports"), ("Bucket", "bucket")):
            found += checks.check_files(
                self.reader, self.binary, f"{self.folder}/{folder}", destination)
        found += self.sizes.grown()
        found += self.sizes.left()
        found += checks.check_tables(self.reader, self.target_server.database("target"))
        for watching in self.watchings:
            found += checks.check_watch(self.reader, watching, self.before)
        seconds = []
        for name, taken in checks.recoveries(self.reader, self.faults.measured):
            if taken is None:
                found.append(f"nobody noticed that {name} was killed")
            else:
                seconds.append(taken)
                if taken > self.options.recovery_max:
                    found.append(f"{name} was killed and taken over only after {taken:.2f} s")
        if seconds and statistics.median(seconds) > self.options.recovery_p50:
            found.append(f"half of the killed workers were taken over only after "
                         f"{statistics.median(seconds):.2f} s")
        return seconds

    def summary(self, seconds):
        for row in self.reader.rows(
            "select 'commands' as what, state, count(*) from ferry.commands group by state "
            "union all select 'runs to ' || destination, state, count(*) from ferry.runs "
            "group by destination, state order by 1, 2"):
            print(f"  {row['count']:6}  {row['what']} {row['state']}")
        for row in self.reader.rows(
            "select command, error_code, count(*) from ferry.commands "
            "where state in ('rejected', 'failed') group by 1, 2 order by 1, 2"):
            print(f"  {row['count']:6}  {row['command']}: {row['error_code']}")
        for row in self.reader.rows(
            "select error_code, count(*) from ferry.runs where state = 'failed' "
            "group by 1 order by 1"):
            print(f"  {row['count']:6}  runs failed: {row['error_code']}")
        for name, count in sorted(self.faults.counts.items()):
            print(f"  {count:6}  {name}")
        for watching in self.watchings:
            print(f"  {len(watching.events):6}  events in {watching.name}, "
                  f"started {watching.restarts} times")
        print(f"  largest: {self.sizes.summary()}")
        print(f"  notifications: {self.notifications.summary()}")
        if seconds:
            print(f"  recovery of {len(seconds)} measured kills: p50 "
                  f"{statistics.median(seconds):.2f} s, max {max(seconds):.2f} s")

    def close(self):
        self.is_ending = True
        for part in reversed(self.running):
            try:
                part.stop()
            except Exception as error:  # The others must be stopped all the same.
                print(f"soak: {error}", file=sys.stderr)

    def _started(self, part):
        self.running.append(part)
        return part

    def _beside(self, body, seconds):
        def repeat():
            while not self.is_ending:
                try:
                    body()
                except (Refused, Unanswered):
                    pass
                time.sleep(seconds)

        threading.Thread(target=repeat, daemon=True).start()

    def _tell(self):
        counts = self.reader.value(
            "select (select count(*) from ferry.commands) || ' commands, ' || count(*) "
            "|| ' runs, ' || count(*) filter (where finished_at is null) "
            "|| ' of them not ended' from ferry.runs")
        say(f"{counts}; {sum(self.faults.counts.values())} faults")

    def _wait(self, what, seconds, condition, is_violation=False):
        deadline = time.monotonic() + seconds
        while True:
            try:
                if condition():
                    return
            except (Refused, Unanswered):
                pass
            if time.monotonic() > deadline:
                if not is_violation:
                    raise SystemExit(f"soak: in vain: {what}")
                self.violations.append(f"not within {seconds:.0f} s: {what}")
                return
            time.sleep(0.2)


def main():
    options = arguments()
    options.seed = options.seed if options.seed is not None else random.randrange(1_000_000)
    random.seed(options.seed)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    soak = Soak(options)
    is_whole = False
    try:
        soak.open()
        soak.work()
        soak.drain()
        seconds = soak.check()
        soak.summary(seconds)
        is_whole = not soak.violations
        for text in soak.violations[:200]:
            print(f"VIOLATION: {text}")
        if len(soak.violations) > 200:
            print(f"… and {len(soak.violations) - 200} more")
    finally:
        soak.close()
        if is_whole and not options.keep:
            shutil.rmtree(soak.folder, ignore_errors=True)
            print("nothing was violated")
        else:
            print(f"the evidence is in {soak.folder}")
    sys.exit(0 if is_whole else 1)


if __name__ == "__main__":
    main()
