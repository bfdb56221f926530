"""How large the tables are that hold only what is alive: flat, and empty in the end."""

HOT = ("command_queue", "command_waits", "command_references", "command_cancellations",
       "command_samples", "worker_leases")
# A table that has held a few hundred rows; growth within it says nothing.
SMALL = 2 * 1024 * 1024


class Sizes:
    def __init__(self, owner):
        self.owner = owner
        self.seen = {name: [] for name in HOT}

    def look(self):
        """Notes the sizes now, indexes among them; called in even times."""
        for row in self.owner.rows(
            "select relname as name, pg_total_relation_size(oid) as bytes from pg_class "
            f"where relnamespace = 'ferry_state'::regnamespace and relname in {HOT}"):
            self.seen[row["name"]].append(row["bytes"])

    def grown(self):
        """What was larger in the second half than it had ever been in the first."""
        for name, bytes in self.seen.items():
            half = len(bytes) // 2
            if half < 3:
                continue
            first, second = max(bytes[:half]), max(bytes[half:])
            if second > max(2 * first, SMALL):
                yield f"{name} grows: {first} bytes in the first half, {second} in the second"

    def left(self):
        """What is still there though everything has ended and all workers have left."""
        for name in HOT:
            count = self.owner.value(f"select count(*) from ferry_state.{name}")
            if count != "0":
                yield f"{name} still holds {count} rows"

    def summary(self):
        largest = {name: max(bytes, default=0) for name, bytes in self.seen.items()}
        return ", ".join(f"{name} {bytes // 1024} kB" for name, bytes in sorted(largest.items()))
