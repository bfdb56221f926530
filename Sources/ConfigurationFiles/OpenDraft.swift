/// A data export that has a draft.
public struct OpenDraft: Hashable, Sendable {
    public let name: String
    /// The role that opened it.
    public let openedBy: String
    /// Whether only an apply has changed it. Such a draft exists only if the apply was interrupted.
    public let isOfApply: Bool

    public init(_ name: String, openedBy: String, isOfApply: Bool = false) {
        self.name = name
        self.openedBy = openedBy
        self.isOfApply = isOfApply
    }

    var identity: DefinedObject.Identity { DefinedObject.Identity(.dataExport, name) }
}
