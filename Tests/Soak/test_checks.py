"""Each check finds what it is there for. Run by scripts/soak before every soak."""

import hashlib
import json
import os
import shutil
import tempfile
import unittest
from types import SimpleNamespace

import checks
from faults import noticed
from sizes import HOT, Sizes


class Reader:
    """Answers queries by a word that they hold."""

    def __init__(self, **answers):
        self.answers = answers

    def rows(self, query):
        for word, rows in self.answers.items():
            if word in query.split("from", 1)[1]:
                return rows
        return []


def sent(key="k", identity=1, about=None, **rest):
    return SimpleNamespace(
        key=key, id=identity, command=rest.get("command", "stop_run"), about=about,
        is_rolled_back=rest.get("is_rolled_back", False), refusal=None)


def command(identity=1, key="k", state="applied", code=None):
    return {"id": identity, "command": "stop_run", "state": state, "error_code": code,
            "idempotency_key": key}


def found(commands, sents, events=()):
    reader = Reader(commands=commands)
    reader.rows = lambda query: list(events) if "ferry.events" in query else commands
    return list(checks.check_commands(reader, [SimpleNamespace(sent=sents)]))


class Commands(unittest.TestCase):
    def test_all_is_well(self):
        self.assertEqual(found([command()], [sent()]), [])
        event = {"command_id": 1, "event": "command_rejected"}
        self.assertEqual(found([command(state="rejected")], [sent()], [event]), [])

    def test_finds(self):
        rejected = {"command_id": 1, "event": "command_rejected"}
        for text, commands, sents, events in (
            ("lost", [], [sent()], ()),
            ("lost", [command(2)], [sent()], ()),
            ("doubled", [command(), command(2)], [sent()], ()),
            ("rolled back", [command()], [sent(is_rolled_back=True)], ()),
            ("nobody sent", [command(key="other")], [], ()),
            ("stuck", [command(state="queued")], [sent()], ()),
            ("two ends", [command()], [sent()], [rejected]),
            ("two ends", [command(state="rejected")], [sent()], [rejected, rejected]),
            ("out of order", [command(1, "a"), command(2, "b", "rejected", "not_found")],
             [sent("a", 1, "X", command="create_data_export"), sent("b", 2, "X")], ()),
        ):
            with self.subTest(text):
                self.assertTrue(any(text in line for line in found(commands, sents, events)))


class Runs(unittest.TestCase):
    def check(self, state, *events):
        run = {"id": 1, "orchestration": "o", "state": state, "error_code": None}
        reader = Reader()
        reader.rows = lambda query: [run] if "ferry.runs" in query else [
            {"run_id": 1, "event": event, "count": count} for event, count in events]
        return list(checks.check_runs(reader))

    def test_ends_once(self):
        self.assertEqual(self.check("succeeded", ("run_succeeded", 1), ("task_done", 3)), [])
        self.assertTrue(self.check("running"))
        self.assertTrue(self.check("succeeded", ("run_succeeded", 2)))
        self.assertTrue(self.check("succeeded", ("run_succeeded", 1), ("run_failed", 1)))


class Files(unittest.TestCase):
    def check(self, state, manifest=None, moves=(2, 2), verify=shutil.which("true")):
        with tempfile.TemporaryDirectory() as folder:
            text = json.dumps({"files": [
                {"table": {"name": name}, "rows": rows}
                for name, rows in zip(("moves_in", "moves_out"), moves)]})
            if manifest is not None:
                os.makedirs(f"{folder}/Small/run-1")
                with open(f"{folder}/Small/run-1/{manifest}", "w") as file:
                    file.write(text)
            digest = hashlib.sha256(text.encode()).hexdigest()
            reader = Reader(runs=[{
                "id": 1, "data_export": "Small", "state": state, "manifest_sha256": digest}])
            return list(checks.check_files(reader, verify, folder, "Folder"))

    def test_a_manifest_if_and_only_if_it_succeeded(self):
        self.assertEqual(self.check("succeeded", "manifest.json"), [])
        self.assertEqual(self.check("failed"), [])
        self.assertTrue(self.check("succeeded"))
        self.assertTrue(self.check("succeeded", "other"))
        self.assertTrue(self.check("failed", "manifest.json"))
        self.assertTrue(self.check("stopped", "a.csv"))
        self.assertTrue(self.check("succeeded", "manifest.json", verify=shutil.which("false")))
        self.assertTrue(self.check("succeeded", "manifest.json", moves=(2, 3)))


class Watch(unittest.TestCase):
    def check(self, *seen):
        events = [{"id": i, "event": "e", "object_kind": "worker", "object_id": 1} for i in seen]
        watching = SimpleNamespace(name="watch", events=events, violations=[])
        reader = Reader(events=[{"id": i, "event": "e"} for i in (1, 2, 3)])
        return list(checks.check_watch(reader, watching, before={1}))

    def test_each_event_once(self):
        self.assertEqual(self.check(2, 3), [])
        self.assertTrue(self.check(2))
        self.assertTrue(self.check(2, 3, 3))
        self.assertTrue(self.check(2, 3, 4))


class Recoveries(unittest.TestCase):
    def test_counts_from_the_kill(self):
        reader = Reader(events=[{"object_name": "a", "at": 5.0}, {"object_name": "a", "at": 11.5}])
        self.assertEqual(
            list(checks.recoveries(reader, [(10.0, "a"), (10.0, "b")])), [("a", 1.5), ("b", None)])

    def test_leaves_out_what_a_restart_of_the_server_hid(self):
        kills = [(1.0, "a"), (8.1, "b"), (9.9, "c")]
        self.assertEqual(noticed(kills, 10.0), [(1.0, "a")])
        self.assertEqual(noticed(kills, 10.2), [(1.0, "a"), (8.1, "b")])


class TableSizes(unittest.TestCase):
    def sizes(self, bytes, left="0"):
        owner = SimpleNamespace(value=lambda query: left)
        sizes = Sizes(owner)
        sizes.seen = {name: [] for name in HOT} | {"command_queue": bytes}
        return sizes

    def test_growth(self):
        megabyte = 1024 * 1024
        self.assertTrue(list(self.sizes([megabyte * n * n for n in range(1, 9)]).grown()))
        self.assertFalse(list(self.sizes([megabyte] * 8).grown()))

    def test_left(self):
        self.assertEqual(len(list(self.sizes([], "3").left())), len(HOT))
        self.assertFalse(list(self.sizes([]).left()))


if __name__ == "__main__":
    unittest.main()
