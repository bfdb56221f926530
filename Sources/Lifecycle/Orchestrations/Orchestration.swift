/// One data export sent to one destination through one of its data templates.
public struct Orchestration: StoredObject {
    public let id: Int64
    public let environment: String
    public let name: String
    public var dataExportID: Int64
    public var destinationID: Int64
    public var dataTemplateID: Int64
    public var createdAt: String?
    public let createdBy: String

    enum CodingKeys: String, CodingKey {
        case id, environment, name
        case dataExportID = "data_export_id"
        case destinationID = "destination_id"
        case dataTemplateID = "data_template_id"
        case createdAt = "created_at"
        case createdBy = "created_by"
    }

    public init(
        id: Int64, environment: String, name: String, dataExportID: Int64, destinationID: Int64,
        dataTemplateID: Int64, createdBy: String
    ) {
        self.id = id
        self.environment = environment
        self.name = name
        self.dataExportID = dataExportID
        self.destinationID = destinationID
        self.dataTemplateID = dataTemplateID
        self.createdBy = createdBy
    }

    public static let kind = ObjectKind.orchestration
    public static var table: WritableKeyPath<World, ObjectTable<Orchestration>> {
        \.orchestrations
    }

    public var uses: [ObjectID] {
        [
            ObjectID(.dataExport, dataExportID), ObjectID(.destination, destinationID),
            ObjectID(.dataTemplate, dataTemplateID),
        ]
    }
}
