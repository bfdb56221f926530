"""What is exported from where to where: sent as commands, as any client would."""

from queries import literal

EXPORTS = {
    "Everything": '"all"',
    "Small": '["public.customers", "public.moves_in", "public.moves_out"]',
    "Large": '["public.lines", "public.orders"]',
    "Orders": '["public.orders"]',
}
# Name: data export, destination, data template.
ORCHESTRATIONS = {
    "Folder Everything": ("Everything", "Folder", "CSV"),
    "Folder Small": ("Small", "Folder", "CSV"),
    "Folder Large": ("Large", "Folder", "Few tasks"),
    "Bucket Small": ("Small", "Bucket", "CSV"),
    "Bucket Orders": ("Orders", "Bucket", "CSV"),
    "Warehouse Small": ("Small", "Warehouse", "Tables"),
}
SENDERS = 3

SOURCE = """
create table customers (id integer primary key, name text, note text);
insert into customers
select n, 'Customer ' || n, repeat('x', n % 50) from generate_series(1, 3000) n;
create table orders (id integer primary key, customer integer, total numeric(10, 2));
insert into orders select n, n % 3000, n / 7.0 from generate_series(1, 10000) n;
create table lines (id integer primary key, text text);
insert into lines select n, md5(n::text) from generate_series(1, 120000) n;
create table nothing (id integer primary key);
-- Each transaction writes one row into both: in one snapshot they have equally many.
create table moves_in (id bigint generated always as identity, at timestamptz default now());
create table moves_out (id bigint generated always as identity, at timestamptz default now());
"""

MOVE = """
insert into moves_out default values;
select pg_sleep(0.02);
insert into moves_in default values;
"""


def commands(folder, s3):
    yield "register_database", '{"name": "crm", "credential": "soak_source"}'
    for name, tables in EXPORTS.items():
        yield "create_data_export", f'{{"name": "{name}", "database": "crm", "tables": {tables}}}'
        yield "activate_data_export", f'{{"name": "{name}"}}'
    yield "create_destination", f'''{{"name": "Folder", "kind": "directory",
        "settings": {{"path": "{folder}/exports", "limits": {{"tasks": 2}}}}}}'''
    yield "create_destination", f'''{{"name": "Bucket", "kind": "s3", "settings": {{
        "bucket": "{s3.bucket}", "endpoint": "http://127.0.0.1:{s3.port}",
        "credential": "soak_bucket"}}}}'''
    yield "create_destination", '''{"name": "Warehouse", "kind": "postgres",
        "settings": {"credential": "soak_target"}}'''
    for destination, name, settings in (
        ("Folder", "CSV", '{"format": "csv", "compression": "gzip"}'),
        ("Folder", "Few tasks",
         '{"format": "ndjson", "compression": "gzip", "limits": {"tasks": 1}}'),
        ("Bucket", "CSV", '{"format": "csv", "success_file": true}'),
        ("Warehouse", "Tables", '{"format": "table", "mode": "replace"}'),
    ):
        yield "create_data_template", (
            f'{{"destination": "{destination}", "name": "{name}", "settings": {settings}}}')
    for name, (export, destination, template) in ORCHESTRATIONS.items():
        yield "add_orchestration", f'''{{"name": "{name}", "data_export": "{export}",
            "destination": "{destination}", "data_template": "{template}"}}'''
    yield "create_orchestration_group", '''{"name": "Each minute",
        "orchestrations": ["Folder Small", "Bucket Small"], "schedule": "* * * * *"}'''
    yield "create_orchestration_group", '''{"name": "Afterwards",
        "orchestrations": ["Warehouse Small"], "after": "Each minute"}'''


def configure(queue, folder, s3):
    """Sends each command and waits until it was applied."""
    for command, arguments in commands(folder, s3):
        identity = queue.run(
            "insert into ferry.commands (command, arguments) "
            f"values ({literal(command)}, {literal(arguments)}) returning id;")
        queue.run(f"call ferry.wait_for({identity}, timeout => '60 s');", timeout=90)


def make_roles(queue):
    """One role for each duty, with no more rights than it needs."""
    queue.run("create role soak_worker login in role ferry_worker;")
    queue.run("create role soak_reader login in role ferry_viewer;")
    for number in range(SENDERS):
        queue.run(f"create role soak_sender_{number} login in role ferry_client;")


def grant_policies(queue):
    """Lets the senders do everything; needs a worker."""
    for number in range(SENDERS):
        identity = queue.run(
            f"select ferry.grant_policy('soak_sender_{number}', 'datagrid_administrator');")
        queue.run(f"call ferry.wait_for({identity}, timeout => '60 s');", timeout=90)
