import Lifecycle
import Values

let policyCases = [
    RejectionCase(
        .permissionDenied, command("create_data_export", ["name": "X"]),
        in: Scene(rights: [Scene.assignment(.user)]),
        message: "permission denied: create_data_export needs datagrid_administrator "
            + "in \"production\"; you have amp360_user",
        hint: "ask an administrator to grant it to \"ben\" with grant_policy"),
    RejectionCase(
        .permissionDenied, command("run_orchestration", ["name": "Nightly"]),
        in: Scene(
            hasOrchestration: true,
            rights: [Scene.assignment(.administrator, .restrictDataExports)]),
        message: "permission denied: \"restrict_data_exports\" is set for you",
        hint: "ask an administrator to run it, or to grant the policy without that option"),
    RejectionCase(
        .permissionDenied, command("delete_destination", ["name": "Lake"]),
        in: Scene(rights: [
            Scene.assignment(.administrator),
            Scene.assignment(.operator, role: "interns", isDenial: true),
        ]),
        message: "permission denied: delete_destination: role \"interns\" is denied "
            + "datagrid_operator",
        hint: "ask an administrator to revoke the denial with revoke_policy"),
    RejectionCase(
        .invalidPolicy, command("grant_policy", ["role": "ann", "policy": "root"]),
        message: "unknown policy \"root\"",
        hint: "policies: datagrid_administrator, datagrid_operator, amp360_user"),
    RejectionCase(
        .lastAdministrator,
        command(
            "revoke_policy",
            ["role": "ben", "policy": "datagrid_administrator", "all_environments": true]),
        in: Scene(assignments: [Scene.assignment(.administrator)]),
        message: "cannot revoke datagrid_administrator from the last administrator "
            + "of all environments",
        hint: "grant datagrid_administrator to another role first, for all environments"),
]
