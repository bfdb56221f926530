"""Counts what is sent by NOTIFY, as any listener hears it."""

import os
import subprocess
import threading
import time
from collections import Counter

CHANNELS = ("ferry_commands", "ferry_events", "ferry_runs", "ferry_alerts")


class Notifications:
    """A session of `psql` that listens, and is begun again when its server ends it."""

    def __init__(self, url):
        self.url = url
        # By minute, then by channel.
        self.heard = {}
        self.is_ending = False
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self):
        while not self.is_ending:
            process = subprocess.Popen(
                ["psql", "-X", "-q", "-A", "-t", "-d", self.url], stdin=subprocess.PIPE,
                env=dict(os.environ, PGCONNECT_TIMEOUT="5"), stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, text=True)
            threading.Thread(target=self._ask, args=(process,), daemon=True).start()
            for line in process.stdout:
                channel = line.split('"')[1:2]
                if line.startswith("Asynchronous notification") and channel:
                    minute = int(time.monotonic() // 60)
                    self.heard.setdefault(minute, Counter())[channel[0]] += 1
            process.wait()
            time.sleep(0.5)

    def _ask(self, process):
        # psql shows what it was notified of only after a statement.
        try:
            for channel in CHANNELS:
                print(f"listen {channel};", file=process.stdin)
            while not self.is_ending:
                print("select 1 where false;", file=process.stdin, flush=True)
                time.sleep(0.1)
            process.stdin.close()
        except OSError:
            pass

    def stop(self):
        self.is_ending = True

    def summary(self):
        """The minute with the most, and how many there were in all."""
        busiest = max(self.heard.values(), key=Counter.total, default=Counter())
        total = sum(count.total() for count in self.heard.values())
        parts = ", ".join(f"{name} {busiest[name]}" for name in CHANNELS)
        return f"{total} in all; in the busiest minute: {parts}"
