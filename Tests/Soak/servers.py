"""PostgreSQL servers and an S3 server of this soak's own, which come and go."""

import os
import pwd
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

from queries import Database


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def programs():
    """The folder of PostgreSQL's server programs."""
    found = [os.path.dirname(shutil.which("initdb") or "")]
    for parent in ("/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"):
        if os.path.isdir(parent):
            found += [f"{parent}/{name}/bin" for name in sorted(os.listdir(parent), reverse=True)]
    for folder in found:
        if folder and os.path.exists(f"{folder}/initdb") and os.path.exists(f"{folder}/postgres"):
            return folder
    raise SystemExit("soak: PostgreSQL's server programs are not installed")


class PostgresServer:
    """A private server with its data in a folder."""

    def __init__(self, folder, name, settings=()):
        self.name = name
        self.data = f"{folder}/{name}"
        self.port = free_port()
        self.log = open(f"{folder}/{name}.log", "ab")
        # PostgreSQL refuses to run as root.
        user = next(
            (n for n in ("postgres", "nobody") if os.geteuid() == 0 and self._exists(n)), None)
        self.identity = {"user": user, "group": pwd.getpwnam(user).pw_gid} if user else {}
        os.mkdir(self.data)
        if user:
            shutil.chown(self.data, user)
        self._program(
            "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
            "--locale=C", "-N")
        with open(f"{self.data}/postgresql.conf", "a") as configuration:
            lines = [
                f"port = {self.port}", "listen_addresses = '127.0.0.1'",
                f"unix_socket_directories = '{self.data}'", "max_connections = 200",
                # An immediate stop is a crash of the server; the machine itself never fails.
                "fsync = off", "shared_buffers = '64MB'", *settings,
            ]
            configuration.write("\n".join(lines) + "\n")
        self.start()

    @staticmethod
    def _exists(name):
        try:
            return bool(pwd.getpwnam(name))
        except KeyError:
            return False

    def _program(self, name, *arguments, check=True):
        subprocess.run(
            [f"{programs()}/{name}", *arguments], stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log, check=check, cwd="/", **self.identity)

    def start(self):
        self._program("pg_ctl", "start", "-w", "-t", "60", "-D", self.data)

    def stop(self, mode="immediate"):
        self._program("pg_ctl", "stop", "-w", "-m", mode, "-D", self.data, check=False)

    def url(self, database, user="postgres"):
        return f"host=127.0.0.1 port={self.port} dbname={database} user={user}"

    def database(self, name, user="postgres"):
        return Database(self.url(name, user))


class S3:
    """moto's S3 server behind a port that can be cut off.

    The server keeps its objects in memory, so it is the way to it that comes and goes.
    """

    bucket = "soak"

    def __init__(self, folder):
        self.inner = free_port()
        self.log = open(f"{folder}/s3.log", "ab")
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from moto.server import main; import sys; main(sys.argv[1:])",
             "-H", "127.0.0.1", "-p", str(self.inner)], stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.inner), 1).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise SystemExit("soak: the S3 server did not start")
                time.sleep(0.1)
        self.client().create_bucket(Bucket=self.bucket)
        self.is_open = True
        self.pairs = set()
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def client(self):
        import boto3

        return boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{self.inner}", region_name="us-east-1",
            aws_access_key_id="testing", aws_secret_access_key="testing")

    def _accept(self):
        while True:
            client, _ = self.listener.accept()
            if not self.is_open:
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.inner), 5)
            except OSError:
                client.close()
                continue
            threading.Thread(target=self._join, args=(client, server), daemon=True).start()

    def _join(self, client, server):
        with self.lock:
            self.pairs.add((client, server))
        try:
            while True:
                for source in select.select([client, server], [], [])[0]:
                    data = source.recv(65536)
                    if not data:
                        return
                    (server if source is client else client).sendall(data)
        except (OSError, ValueError):
            pass
        finally:
            with self.lock:
                self.pairs.discard((client, server))
            for end in (client, server):
                end.close()

    def cut(self):
        """Ends every connection and refuses new ones."""
        self.is_open = False
        with self.lock:
            pairs = list(self.pairs)
        for pair in pairs:
            for end in pair:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def restore(self):
        self.is_open = True

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def download(self, folder):
        """Copies every object into the folder, by its key."""
        client = self.client()
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket):
            for found in page.get("Contents", []):
                path = f"{folder}/{found['Key']}"
                os.makedirs(os.path.dirname(path), exist_ok=True)
                client.download_file(self.bucket, found["Key"], path)

    def stop(self):
        self.thaw()
        self.process.kill()
        self.process.wait()
