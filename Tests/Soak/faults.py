"""What goes wrong while everybody works: one fault after the other, some of them at once."""

import random
import threading
import time

from queries import Refused, Unanswered


# Seconds in which the others notice a killed worker, as long as the queue's server answers them.
NOTICED = 2.0


def noticed(measured, at):
    """Those measured kills that the others had the time to notice before this moment."""
    return [(killed_at, name) for killed_at, name in measured if killed_at < at - NOTICED]


class Faults:
    """Lets things fail until it is stopped, then has everything work again."""

    def __init__(
        self, queue_server, queue, source_server, target_server, s3, fleet, watching, lease
    ):
        self.queue_server = queue_server
        self.queue = queue
        self.source_server = source_server
        self.target_server = target_server
        self.s3 = s3
        self.fleet = fleet
        self.watching = watching
        self.lease = lease
        self.counts = {}
        # (when, the worker's name) of kills while nothing else kept the others from noticing.
        self.measured = []
        self.settled_at = time.monotonic() + 10
        self.longer = {}
        self.end = None

    def run(self, until):
        """Has faults happen until this moment of the monotonic clock."""
        faults = (
            [self.kill] * 8 + [self.freeze] * 2 + [self.terminate] * 4 + [self.cancel] * 2
            + [self.restart_queue] + [self.lose_target] * 2 + [self.lose_s3] * 2
            + [self.kill_watch] * 3)
        self.end = until
        while time.monotonic() < until:
            fault = random.choice(faults)
            try:
                fault()
            except (Refused, Unanswered):
                pass  # The fault met another one.
            time.sleep(random.uniform(0.3, 2.5))
        for thread in self.longer.values():
            thread.join()

    def _count(self, name):
        self.counts[name] = self.counts.get(name, 0) + 1

    def _for_a_while(self, name, begin, end, seconds):
        """Has something fail beside the other faults; once at a time."""
        running = self.longer.get(name)
        if running and running.is_alive():
            return
        self._count(name)

        def last():
            begin()
            time.sleep(max(0, min(seconds, self.end - time.monotonic())))
            end()

        self.longer[name] = threading.Thread(target=last)
        self.longer[name].start()

    def kill(self):
        worker = self.fleet.any()
        if not worker:
            return
        # Only a worker that is registered can be missed.
        registered = self.queue.rows(
            "select name from ferry.workers where leased_until > clock_timestamp()")
        others = [row["name"] for row in registered if row["name"] != worker.name]
        is_measured = (
            time.monotonic() > self.settled_at and len(others) > 0
            and any(w.name in others and not w.is_frozen for w in list(self.fleet.workers))
            and any(row["name"] == worker.name for row in registered))
        at = self.fleet.kill(worker)
        self._count("workers killed")
        if is_measured:
            self.measured.append((at, worker.name))

    def freeze(self):
        worker = self.fleet.any()
        if worker:
            seconds = random.choice([random.uniform(0.5, 3), self.lease + random.uniform(1, 4)])
            self._for_a_while(
                "workers frozen", lambda: self.fleet.freeze(worker),
                lambda: self.fleet.thaw(worker), seconds)

    def _sessions(self, function):
        """Ends a session of Ferry's, or its statement, at the queue, the source or the target."""
        place = random.choice(["queue", "queue", "source", "target"])
        database = {
            "queue": self.queue, "source": self.source_server.database("source"),
            "target": self.target_server.database("target")}[place]
        hit = database.value(
            f"select {function}(pid) from pg_stat_activity where datname = current_database() "
            "and application_name like 'ferry%' and pid <> pg_backend_pid() "
            "order by random() limit 1")
        if hit == "t":
            self._count({"pg_terminate_backend": "sessions ended",
                         "pg_cancel_backend": "statements canceled"}[function])

    def terminate(self):
        self._sessions("pg_terminate_backend")

    def cancel(self):
        self._sessions("pg_cancel_backend")

    def restart_queue(self):
        self._count("restarts of the queue's server")
        # Who was killed just before is noticed only once the server is there again.
        self.measured = noticed(self.measured, time.time())
        self.queue_server.stop(random.choice(["immediate", "immediate", "fast"]))
        time.sleep(random.uniform(0, 3))
        self.queue_server.start()
        # All workers register again meanwhile.
        self.settled_at = time.monotonic() + 10

    def lose_target(self):
        self._for_a_while(
            "target away", lambda: self.target_server.stop("immediate"), self.target_server.start,
            random.uniform(1, 6))

    def lose_s3(self):
        begin, end = random.choice([(self.s3.cut, self.s3.restore), (self.s3.freeze, self.s3.thaw)])
        self._for_a_while("S3 away", begin, end, random.uniform(1, 6))

    def kill_watch(self):
        self._count("watch killed")
        self.watching.kill()
