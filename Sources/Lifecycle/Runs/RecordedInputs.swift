import Values

/// The inputs of a run, as stored.
///
/// Another release may have written them. Most decisions about a run, such as ending it, do not
/// depend on them, so unreadable inputs are an error only where they are used.
enum RecordedInputs: Hashable, Codable, Sendable {
    case readable(RunInputs)
    /// It is kept unchanged.
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

    /// The path of the difference, from the document's root.
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
    /// Its inputs: a retry uses the same, whatever has changed since. Nil if another release wrote
    /// them and this one cannot read them.
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
                "cannot read the inputs of run \(id), which another release wrote (\(reason))",
                hint: "update the workers, or use restart_run to start the run with the current "
                    + "configuration")
        }
    }
}
