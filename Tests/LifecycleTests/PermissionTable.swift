/// What each policy allows, by its options: none, s (allow_sandbox_administration),
/// r (restrict_data_exports), both. An x is allowed.
let permissionTable = """
                          amp360_user   datagrid_operator   datagrid_administrator
    action                -  s  r  sr   -  s  r  sr         -  s  r  sr
    view                  x  x  x  x    x  x  x  x          x  x  x  x
    configure_databases   .  .  .  .    .  .  .  .          x  x  x  x
    configure_data_exports .  .  .  .   .  .  .  .          x  x  x  x
    configure_destinations .  .  .  .   x  x  x  x          x  x  x  x
    orchestrate           x  x  .  .    x  x  .  .          x  x  .  .
    run                   x  x  .  .    x  x  .  .          x  x  .  .
    abandon_run           .  .  .  .    .  .  .  .          x  x  x  x
    create_sandbox        .  .  .  .    x  x  x  x          x  x  x  x
    administer_sandboxes  .  .  .  .    .  x  .  x          .  x  .  x
    assign_policies       .  .  .  .    .  .  .  .          x  x  x  x
    change_settings       .  .  .  .    .  .  .  .          x  x  x  x
    """

/// Which action each command is.
let commandActions = [
    "configure_databases": ["register_database", "edit_database", "unregister_database"],
    "configure_data_exports": [
        "create_data_export", "edit_data_export", "edit_table", "add_tables", "remove_tables",
        "switch_database", "activate_data_export", "roll_back_data_export", "discard_draft",
        "delete_data_export",
    ],
    "configure_destinations": [
        "create_destination", "edit_destination", "delete_destination", "test_destination",
        "create_data_template", "edit_data_template", "delete_data_template",
        "create_alert", "edit_alert", "delete_alert", "test_alert",
    ],
    "orchestrate": [
        "add_orchestration", "edit_orchestration", "delete_orchestration",
        "create_orchestration_group", "edit_orchestration_group", "delete_orchestration_group",
        "enable_orchestration_group", "disable_orchestration_group",
    ],
    "run": [
        "run_orchestration", "run_orchestration_group", "plan_run", "stop_run", "retry_run",
        "restart_run", "skip_task",
    ],
    "abandon_run": ["abandon_run"],
    "create_sandbox": ["create_sandbox", "delete_sandbox"],
    "administer_sandboxes": ["pull_sandbox", "promote_sandbox"],
    "change_settings": ["change_setting"],
    "assign_policies": ["grant_policy", "revoke_policy"],
]
