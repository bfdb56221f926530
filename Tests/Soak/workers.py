"""Worker processes, killed and frozen, and replaced."""

import os
import random
import signal
import subprocess
import threading
import time


class Worker:
    def __init__(self, name, process):
        self.name = name
        self.process = process
        self.is_frozen = False
        self.is_killed = False

    def send(self, number):
        self.process.send_signal(number)


class Fleet:
    """Keeps a number of workers running, under a new name each time one is replaced."""

    def __init__(self, binary, url, folder, environment, size, lease):
        self.command = [
            binary, "worker", "--concurrency", "3", "--lease", str(lease),
            "--sandbox-check-interval", "30", "--allow-directory", folder]
        self.environment = dict(os.environ, FERRY_DATABASE_URL=url, **environment)
        self.folder = folder
        self.size = size
        self.count = 0
        self.lock = threading.RLock()
        self.workers = []
        # Sentences on workers that ended by themselves.
        self.deaths = []

    def start(self):
        with self.lock:
            self.count += 1
            name = f"worker-{self.count}"
            with open(f"{self.folder}/logs/{name}.log", "wb") as log:
                process = subprocess.Popen(
                    self.command + ["--name", name], env=self.environment, stdin=subprocess.DEVNULL,
                    stdout=log, stderr=log)
            self.workers.append(Worker(name, process))

    def tend(self):
        """Notes the workers that ended, and fills the fleet up."""
        with self.lock:
            for worker in list(self.workers):
                status = worker.process.poll()
                if status is None:
                    continue
                if not worker.is_killed:
                    self.deaths.append(f"{worker.name} ended by itself, with status {status}")
                self.workers.remove(worker)
            while len(self.workers) < self.size:
                self.start()

    def any(self, frozen=False):
        """A worker that runs, or is frozen; None where there is none."""
        with self.lock:
            found = [w for w in self.workers if w.is_frozen == frozen and w.process.poll() is None]
            return random.choice(found) if found else None

    def kill(self, worker):
        """Kills the worker and returns when, by the machine's clock."""
        with self.lock:
            worker.is_killed = True
            worker.send(signal.SIGKILL)
            return time.time()

    def freeze(self, worker):
        worker.is_frozen = True
        worker.send(signal.SIGSTOP)

    def thaw(self, worker):
        if worker.process.poll() is None:
            worker.send(signal.SIGCONT)
        worker.is_frozen = False

    def stop(self):
        """Ends all, as an orderly stop does.

        Returns the names of those that did not end within half a minute.
        """
        with self.lock:
            for worker in self.workers:
                worker.is_killed = True
                self.thaw(worker)
                if worker.process.poll() is None:
                    worker.send(signal.SIGTERM)
            late = []
            deadline = time.monotonic() + 30
            for worker in self.workers:
                try:
                    worker.process.wait(max(0.1, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    late.append(worker.name)
                    worker.process.kill()
                    worker.process.wait()
            return late
