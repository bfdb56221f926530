/// The SQL of Ferry's schema, as it lies in `sql/`, carried in the binary.
public struct SQLFile: Sendable {
    /// The file's name without `.sql`.
    public let name: String
    public let text: String

    init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        self.text = String(decoding: bytes, as: UTF8.self)
    }
}

public enum SchemaSQL {
    /// Tables, constraints and indexes, applied once each, in this order.
    public static let migrations = [
        SQLFile("0001_schemas_and_roles", PackageResources._001_schemas_and_roles_sql),
        SQLFile("0002_commands", PackageResources._002_commands_sql),
        SQLFile("0003_configuration", PackageResources._003_configuration_sql),
        SQLFile("0004_events", PackageResources._004_events_sql),
        SQLFile("0005_runs", PackageResources._005_runs_sql),
        SQLFile("0006_policies", PackageResources._006_policies_sql),
        SQLFile("0007_alerts", PackageResources._007_alerts_sql),
        SQLFile("0008_orchestration_groups", PackageResources._008_orchestration_groups_sql),
    ]

    /// Applied whole at every migration, in this order: some read others.
    public static let views = [
        SQLFile("command_definitions", PackageResources.command_definitions_sql),
        SQLFile("alert_deliveries", PackageResources.alert_deliveries_sql),
        SQLFile("alerts", PackageResources.alerts_sql),
        SQLFile("commands", PackageResources.commands_sql),
        SQLFile("group_run_states", PackageResources.group_run_states_sql),
        SQLFile("run_tasks", PackageResources.run_tasks_sql),
        SQLFile("object_definitions", PackageResources.object_definitions_sql),
        SQLFile("command_status", PackageResources.command_status_sql),
        SQLFile("configuration", PackageResources.configuration_sql),
        SQLFile("data_export_versions", PackageResources.data_export_versions_sql),
        SQLFile("data_exports", PackageResources.data_exports_sql),
        SQLFile("data_templates", PackageResources.data_templates_sql),
        SQLFile("databases", PackageResources.databases_sql),
        SQLFile("destinations", PackageResources.destinations_sql),
        SQLFile("events", PackageResources.events_sql),
        SQLFile("group_runs", PackageResources.group_runs_sql),
        SQLFile("object_versions", PackageResources.object_versions_sql),
        SQLFile("orchestration_groups", PackageResources.orchestration_groups_sql),
        SQLFile("orchestrations", PackageResources.orchestrations_sql),
        SQLFile("policy_assignments", PackageResources.policy_assignments_sql),
        SQLFile("pruned_events", PackageResources.pruned_events_sql),
        SQLFile("run_files", PackageResources.run_files_sql),
        SQLFile("run_plans", PackageResources.run_plans_sql),
        SQLFile("runs", PackageResources.runs_sql),
        SQLFile("workers", PackageResources.workers_sql),
    ]

    /// Applied before the views, which call them.
    public static let functionsOfViews = [
        SQLFile("definition_changes", PackageResources.definition_changes_sql),
        SQLFile("is_visible", PackageResources.is_visible_sql),
        SQLFile("visible_environments", PackageResources.visible_environments_sql),
    ]

    /// Applied whole at every migration.
    public static let functions =
        functionsOfViews + [
            SQLFile("accept_command", PackageResources.accept_command_sql),
            SQLFile("alert_payload", PackageResources.alert_payload_sql),
            SQLFile("begin_publishing", PackageResources.begin_publishing_sql),
            SQLFile("cancel_command", PackageResources.cancel_command_sql),
            SQLFile("check_arguments", PackageResources.check_arguments_sql),
            SQLFile("check_canceler", PackageResources.check_canceler_sql),
            SQLFile("claim_alert_deliveries", PackageResources.claim_alert_deliveries_sql),
            SQLFile("claim_commands", PackageResources.claim_commands_sql),
            SQLFile("claim_run", PackageResources.claim_run_sql),
            SQLFile("claim_task", PackageResources.claim_task_sql),
            SQLFile("complete_run", PackageResources.complete_run_sql),
            SQLFile("create_command_functions", PackageResources.create_command_functions_sql),
            SQLFile("data_export_definition", PackageResources.data_export_definition_sql),
            SQLFile("data_export_diff", PackageResources.data_export_diff_sql),
            SQLFile("delete_objects", PackageResources.delete_objects_sql),
            SQLFile("draw_token", PackageResources.draw_token_sql),
            SQLFile("due_groups", PackageResources.due_groups_sql),
            SQLFile("ended_runs", PackageResources.ended_runs_sql),
            SQLFile("enqueue", PackageResources.enqueue_sql),
            SQLFile("ensure_event_partitions", PackageResources.ensure_event_partitions_sql),
            SQLFile("event_partition", PackageResources.event_partition_sql),
            SQLFile("enqueue_group_run", PackageResources.enqueue_group_run_sql),
            SQLFile("events_between", PackageResources.events_between_sql),
            SQLFile("fail_run", PackageResources.fail_run_sql),
            SQLFile("fail_task", PackageResources.fail_task_sql),
            SQLFile("finish_alert_delivery", PackageResources.finish_alert_delivery_sql),
            SQLFile("fire_schedule", PackageResources.fire_schedule_sql),
            SQLFile("finish_commands", PackageResources.finish_commands_sql),
            SQLFile("finish_stop", PackageResources.finish_stop_sql),
            SQLFile("finish_task", PackageResources.finish_task_sql),
            SQLFile("forget_alert_deliveries", PackageResources.forget_alert_deliveries_sql),
            SQLFile("forget_plans", PackageResources.forget_plans_sql),
            SQLFile("free_work", PackageResources.free_work_sql),
            SQLFile("grant_privileges", PackageResources.grant_privileges_sql),
            SQLFile("heartbeat", PackageResources.heartbeat_sql),
            SQLFile("ids_of", PackageResources.ids_of_sql),
            SQLFile("is_at_limit", PackageResources.is_at_limit_sql),
            SQLFile("lane_key", PackageResources.lane_key_sql),
            SQLFile("lane_of", PackageResources.lane_of_sql),
            SQLFile("lane_slot", PackageResources.lane_slot_sql),
            SQLFile("leave", PackageResources.leave_sql),
            SQLFile("load_world", PackageResources.load_world_sql),
            SQLFile("lock_earlier_groups", PackageResources.lock_earlier_groups_sql),
            SQLFile("lock_objects", PackageResources.lock_objects_sql),
            SQLFile("make_event_partition", PackageResources.make_event_partition_sql),
            SQLFile("make_event_partitions", PackageResources.make_event_partitions_sql),
            SQLFile("note_pruning", PackageResources.note_pruning_sql),
            SQLFile("now", PackageResources.now_sql),
            SQLFile("open_run", PackageResources.open_run_sql),
            SQLFile("past_version", PackageResources.past_version_sql),
            SQLFile("policies_of", PackageResources.policies_of_sql),
            SQLFile("prunable_events", PackageResources.prunable_events_sql),
            SQLFile("record_event", PackageResources.record_event_sql),
            SQLFile("record_events", PackageResources.record_events_sql),
            SQLFile("record_run_event", PackageResources.record_run_event_sql),
            SQLFile("refuse_change", PackageResources.refuse_change_sql),
            SQLFile("register_worker", PackageResources.register_worker_sql),
            SQLFile("release_due_commands", PackageResources.release_due_commands_sql),
            SQLFile("release_run", PackageResources.release_run_sql),
            SQLFile("release_task", PackageResources.release_task_sql),
            SQLFile("report_progress", PackageResources.report_progress_sql),
            SQLFile("rescue", PackageResources.rescue_sql),
            SQLFile("retry_run_later", PackageResources.retry_run_later_sql),
            SQLFile("run_standing", PackageResources.run_standing_sql),
            SQLFile("running_tasks", PackageResources.running_tasks_sql),
            SQLFile("save_alerts", PackageResources.save_alerts_sql),
            SQLFile("save_changes", PackageResources.save_changes_sql),
            SQLFile("save_groups", PackageResources.save_groups_sql),
            SQLFile("save_object_versions", PackageResources.save_object_versions_sql),
            SQLFile("save_policies", PackageResources.save_policies_sql),
            SQLFile("save_runs", PackageResources.save_runs_sql),
            SQLFile("settle_group_run", PackageResources.settle_group_run_sql),
            SQLFile("silent_workers", PackageResources.silent_workers_sql),
            SQLFile("stamp_actor", PackageResources.stamp_actor_sql),
            SQLFile("task_rate", PackageResources.task_rate_sql),
            SQLFile("task_tables", PackageResources.task_tables_sql),
            SQLFile("tell_alerts", PackageResources.tell_alerts_sql),
            SQLFile("tell_long_runs", PackageResources.tell_long_runs_sql),
            SQLFile("utc_text", PackageResources.utc_text_sql),
            SQLFile("wait_for", PackageResources.wait_for_sql),
            SQLFile("withdraw_command", PackageResources.withdraw_command_sql),
            SQLFile("worker_lock", PackageResources.worker_lock_sql),
            SQLFile("world_json", PackageResources.world_json_sql),
        ]
}
