/// A data export that has a draft.
public struct OpenDraft: Hashable, Sendable {
    public let name: String
    /// The role that opened it.
    public let openedBy: String
    /// Whether nobody but an apply has worked at it. One is seen only where the apply did not end.
    public let isOfApply: Bool

    public init(_ name: String, openedBy: String, isOfApply: Bool = false) {
        self.name = name
        self.openedBy = openedBy
        self.isOfApply = isOfApply
    }

    var identity: DefinedObject.Identity { DefinedObject.Identity(.dataExport, name) }
}
