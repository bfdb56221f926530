"""What must be true in the end, by what users can read: views, lines of watch, delivered files."""

import hashlib
import json
import os
import subprocess
from collections import Counter, defaultdict

TERMINAL = {"applied", "rejected", "failed", "canceled"}
ENDS = {"succeeded": "run_succeeded", "failed": "run_failed", "stopped": "run_stopped"}


def check_commands(reader, senders):
    """Nothing lost, doubled, or ended twice."""
    rows = reader.rows("select id, command, state, error_code, idempotency_key from ferry.commands")
    events = reader.rows(
        "select command_id, event from ferry.events where object_kind = 'command'")
    by_key = defaultdict(list)
    for row in rows:
        if row["idempotency_key"]:
            by_key[row["idempotency_key"]].append(row)
    known = set()
    made = {}
    for sent in (s for sender in senders for s in sender.sent):
        known.add(sent.key)
        found = by_key.get(sent.key, [])
        if sent.is_rolled_back:
            if found:
                yield f"a command that was rolled back exists: {found}"
            continue
        if len(found) > 1:
            yield f"doubled: {found}"
        if sent.id and [row["id"] for row in found] != [sent.id]:
            yield f"lost: command {sent.id} ({sent.command}) was acknowledged, found {found}"
        if sent.refusal:
            yield f"a good {sent.command} was refused: {sent.refusal}"
        # What an earlier command has made must be there for a later one.
        if sent.about and found:
            if sent.command == "create_data_export":
                made[sent.about] = found[0]["state"] == "applied"
            elif found[0]["error_code"] == "not_found" and made.get(sent.about):
                yield f"out of order: {found[0]} on \"{sent.about}\", which was created before"
    for key in by_key.keys() - known:
        yield f"nobody sent {by_key[key]}"
    ended = defaultdict(list)
    for event in events:
        state = event["event"].removeprefix("command_")
        if state in TERMINAL:
            ended[event["command_id"]].append(state)
    for row in rows:
        if row["state"] not in TERMINAL:
            yield f"stuck: command {row['id']} ({row['command']}) is {row['state']}"
        states = ended.get(row["id"], [])
        # What was applied is told by the events of what it changed.
        if row["state"] in TERMINAL and (len(states) > 1 or any(s != row["state"] for s in states)):
            yield f"two ends: command {row['id']} is {row['state']}, its events say {states}"


def check_effects(reader):
    """No command has had its effect twice, none that was not applied has had any."""
    for row in reader.rows(
        """
        select c.id, c.command, c.state, e.event, e.object_kind, e.object_name, count(*)
          from ferry.commands as c join ferry.events as e on e.command_id = c.id
         where e.object_kind <> 'command'
         group by c.id, c.command, c.state, e.event, e.object_kind, e.object_name, e.object_id
        having count(*) > 1 or c.state <> 'applied'
        """):
        yield f"an effect too many: {row}"


def check_runs(reader):
    """Each has ended, once."""
    events = defaultdict(Counter)
    for row in reader.rows(
        "select run_id, event, count(*) from ferry.events where run_id is not null "
        "group by run_id, event"):
        events[row["run_id"]][row["event"]] = row["count"]
    for run in reader.rows("select id, orchestration, state, error_code from ferry.runs"):
        if run["state"] not in ENDS:
            yield f"stuck: run {run}"
            continue
        ends = {event: count for event, count in events[run["id"]].items()
                if event in ENDS.values()}
        if ends != {ENDS[run["state"]]: 1}:
            yield f"run {run['id']} is {run['state']}, its events say {ends}"


def check_files(reader, binary, folder, destination):
    """Each run that succeeded has one valid manifest; what did not has nothing."""
    runs = reader.rows(
        "select id, data_export, state, manifest_sha256 from ferry.runs "
        f"where destination = '{destination}'")
    by_path = {}
    for parent, _, names in os.walk(folder):
        if "/.staging" not in parent and os.path.basename(parent).startswith("run-") and names:
            by_path[os.path.basename(parent)] = parent
    for run in runs:
        parent = by_path.pop(f"run-{run['id']}", None)
        if run["state"] != "succeeded":
            if parent:
                yield f"run {run['id']} is {run['state']}, but there are {os.listdir(parent)}"
            continue
        if not parent or not os.path.exists(f"{parent}/manifest.json"):
            yield f"run {run['id']} succeeded, but has no manifest in {destination}"
            continue
        with open(f"{parent}/manifest.json", "rb") as file:
            text = file.read()
        if hashlib.sha256(text).hexdigest() != run["manifest_sha256"]:
            yield f"run {run['id']}: the manifest is not the one that ferry.runs names"
        verified = subprocess.run(
            [binary, "verify", parent], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if verified.returncode != 0:
            yield f"run {run['id']}: {verified.stdout}{verified.stderr}".strip()
        yield from check_snapshot(run["id"], json.loads(text))
    for parent in by_path.values():
        yield f"there is a delivery that no run made: {parent}"


def check_tables(reader, target):
    """The same of the deliveries that are tables."""
    runs = reader.rows(
        "select id, state, manifest_sha256 from ferry.runs where destination = 'Warehouse'")
    deliveries = target.rows(
        "select run, manifest, manifest_sha256, "
        "encode(sha256(convert_to(manifest, 'UTF8')), 'hex') as actual "
        "from ferry_staging.deliveries")
    by_run = {row["run"]: row for row in deliveries}
    if len(by_run) != len(deliveries):
        yield "a run was delivered twice into the warehouse"
    for run in runs:
        delivery = by_run.pop(run["id"], None)
        if (run["state"] == "succeeded") != (delivery is not None):
            yield f"run {run['id']} is {run['state']}; delivered: {delivery is not None}"
        elif delivery:
            if not delivery["actual"] == delivery["manifest_sha256"] == run["manifest_sha256"]:
                yield f"run {run['id']}: its record in the warehouse is not intact"
            yield from check_snapshot(run["id"], json.loads(delivery["manifest"]))
    for run in by_run:
        yield f"the warehouse has a delivery of run {run}, which there is not"


def check_snapshot(run, manifest):
    """Tables that always change together have equally many rows in one snapshot."""
    rows = Counter()
    for file in manifest["files"]:
        rows[file["table"]["name"]] += file["rows"]
    if "moves_in" in rows and rows["moves_in"] != rows["moves_out"]:
        yield (f"run {run} was not read from one snapshot: {rows['moves_in']} rows of moves_in, "
               f"{rows['moves_out']} of moves_out")


def check_watch(reader, watching, before):
    """Every event exactly once, as the view has it."""
    seen = Counter(event["id"] for event in watching.events)
    expected = {
        row["id"]: row for row in reader.rows("select id, event from ferry.events")
        if row["id"] not in before}
    for identity, count in seen.items():
        if count > 1:
            yield f"{watching.name}: event {identity} came {count} times"
        if identity not in expected:
            yield f"{watching.name}: event {identity} does not exist"
    missing = [row for identity, row in expected.items() if identity not in seen]
    if missing:
        yield f"{watching.name}: {len(missing)} events never came, for example {missing[:3]}"
    last = {}
    for event in watching.events:
        if event["object_kind"] == "run" and event["event"] in ENDS.values():
            last[event["object_id"]] = event
        elif event["object_kind"] == "run" and event["object_id"] in last:
            if event["event"] not in ("run_resolved",):
                yield f"{watching.name}: {event['event']} of run {event['object_id']} after its end"
    yield from watching.violations


def recoveries(reader, measured):
    """Seconds from each kill to the event that others have taken over; None where it never came."""
    lost = defaultdict(list)
    for row in reader.rows(
        "select object_name, extract(epoch from at) as at from ferry.events "
        "where event = 'worker_lost'"):
        lost[row["object_name"]].append(row["at"])
    for at, name in measured:
        later = [other - at for other in lost[name] if other > at - 0.01]
        yield name, min(later) if later else None
