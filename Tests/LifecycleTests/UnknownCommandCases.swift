import Lifecycle
import Values

let unknownCommandCases = [
    RejectionCase(
        .unknownCommand, command("drop_everything", [:]),
        message: "unknown command \"drop_everything\"",
        hint: "commands: register_database, edit_database, unregister_database, "
            + "create_data_export, edit_data_export, add_tables, remove_tables, edit_table, "
            + "switch_database, activate_data_export, roll_back_data_export, discard_draft, "
            + "delete_data_export, create_destination, edit_destination, delete_destination, "
            + "test_destination, create_data_template, edit_data_template, "
            + "delete_data_template, add_orchestration, edit_orchestration, "
            + "delete_orchestration, run_orchestration, plan_run, grant_policy, "
            + "revoke_policy, create_sandbox, pull_sandbox, promote_sandbox, delete_sandbox, "
            + "change_setting, stop_run, retry_run, restart_run, skip_task, abandon_run, "
            + "create_alert, edit_alert, delete_alert, test_alert, create_orchestration_group, "
            + "edit_orchestration_group, delete_orchestration_group, "
            + "enable_orchestration_group, disable_orchestration_group, "
            + "run_orchestration_group")
]
