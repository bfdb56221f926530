"""A program that reads `ferry watch --output ndjson`, is killed, and goes on with `--after`."""

import json
import os
import subprocess
import threading
import time


class Watching:
    """Reads the feed of events into memory and into a file."""

    def __init__(self, name, binary, url, folder):
        self.name = name
        self.binary = binary
        self.environment = dict(os.environ, FERRY_DATABASE_URL=url)
        self.record = open(f"{folder}/logs/{name}.ndjson", "w")
        self.errors = open(f"{folder}/logs/{name}.err", "wb")
        self.is_resynced = False
        self.cursor = None
        self.events = []
        self.violations = []
        self.restarts = 0
        self.is_ending = False
        self.process = None
        self.thread = threading.Thread(target=self._follow, daemon=True)
        self.thread.start()

    def _follow(self):
        while not self.is_ending:
            command = [self.binary, "watch", "--output", "ndjson"]
            if self.cursor:
                command += ["--after", self.cursor]
            self.process = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=self.errors, text=True)
            for line in self.process.stdout:
                # The last line of one that was killed may be cut off.
                if line.endswith("\n"):
                    self._read(line)
            status = self.process.wait()
            # 69: it was started while the server was away.
            if not self.is_ending and status not in (-9, 69):
                self.violations.append(f"{self.name} ended by itself, with status {status}")
            self.restarts += 1
            time.sleep(0.2)

    def _read(self, line):
        self.record.write(line)
        try:
            entry = json.loads(line)
        except ValueError:
            self.violations.append(f"{self.name}: this line is not JSON: {line[:200]}")
            return
        kind = entry.get("type")
        if kind not in ("snapshot", "event", "resync"):
            self.violations.append(f"{self.name}: unexpected line of type {kind}")
        # A recovery of the server begins a new epoch: it is said, and followed by what there is.
        if kind == "snapshot" and self.cursor and not self.is_resynced:
            self.violations.append(f"{self.name}: a second snapshot")
        self.is_resynced = kind == "resync"
        if kind == "event":
            self.events.append(entry)
        if entry.get("cursor"):
            self.cursor = entry["cursor"]

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()

    @property
    def has_begun(self):
        return self.cursor is not None

    def stop(self):
        self.is_ending = True
        self.kill()
        self.thread.join(10)
        self.record.flush()
