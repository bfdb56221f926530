import Values

/// What a run was started with, as it is stored.
///
/// Another release may have written it. Most of what is decided about a run, also that it ends,
/// does not depend on it; so it is an error only where it is used.
enum RecordedInputs: Hashable, Codable, Sendable {
    case readable(RunInputs)
    /// It stays as it is.
    case unreadable(JSONValue, reason: String)

    init(from decoder: any Decoder) throws {
        do {
            self = .readable(try RunInputs(from: decoder))
        } catch {
            self = .unreadable(
                try JSONValue(from: decoder), reason: Self.place(of: error, in: decoder))
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .readable(let inputs): try inputs.encode(to: encoder)
        case .unreadable(let value, _): try value.encode(to: encoder)
        }
    }

    /// Where the document differs, from its own root.
    private static func place(of error: any Error, in decoder: any Decoder) -> String {
        let path: [any CodingKey]
        switch error as? DecodingError {
        case .keyNotFound(let key, let context): path = context.codingPath + [key]
        case .valueNotFound(_, let context), .typeMismatch(_, let context),
            .dataCorrupted(let context):
            path = context.codingPath
        case nil: path = []
        @unknown default: path = []
        }
        return path.dropFirst(decoder.codingPath.count)
            .map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
}

extension Run {
    /// What it was started with: a retry uses the same, whatever has changed since. Nil when
    /// another release has written it and this one cannot read it.
    public var inputs: RunInputs? {
        if case .readable(let inputs) = recordedInputs { inputs } else { nil }
    }

    /// - Throws: ``RejectionCode/notFound`` when this release cannot read them.
    func readableInputs() throws(Refusal) -> RunInputs {
        switch recordedInputs {
        case .readable(let inputs): return inputs
        case .unreadable(_, let reason):
            throw .because(
                .notFound,
                "what run \(id) was started with was written by another release, and this one "
                    + "cannot read it (\(reason))",
                hint: "update the workers; or use restart_run, which starts the run again with "
                    + "today's configuration")
        }
    }
}
