/// How the rows of a table become the bytes of a file: the form of the COPY, and its encoding.
public struct TableReading: Sendable {
    /// For each column, whether its text is read, for arrays the texts of its elements, instead of
    /// the values themselves. Empty if no text is read.
    public var asText: [Bool]

    /// The options after `TO STDOUT`: `WITH (FORMAT csv, …)`. All literals are quoted; it depends
    /// on no session setting except `client_encoding`, which it sets to UTF8.
    public var copyOptions: String

    /// Creates the encoder of one file; nil if COPY's output is the file.
    public var makeEncoder: (@Sendable () throws -> any RowEncoder)?

    /// The number of COPY messages that are not rows but a header, without an encoder: the rows are
    /// the messages minus these.
    public var messagesBesideRows: Int

    /// The number of bytes before the first row, in the same message, such as the header of the
    /// binary format.
    public var preambleBytes: Int

    public init(
        asText: [Bool] = [], copyOptions: String, messagesBesideRows: Int = 0,
        preambleBytes: Int = 0,
        makeEncoder: (@Sendable () throws -> any RowEncoder)? = nil
    ) {
        self.asText = asText
        self.copyOptions = copyOptions
        self.messagesBesideRows = messagesBesideRows
        self.preambleBytes = preambleBytes
        self.makeEncoder = makeEncoder
    }
}

/// A stage of the bytes of one file: encoding, compression, encryption. The result does not depend
/// on the chunks, except for encryption, which uses a new key for each file. Used by one task or
/// thread at a time.
public protocol FileStage: AnyObject {
    /// Processes the next bytes and passes on finished ones, possibly none, in chunks that are
    /// valid only during the call.
    func process(
        _ bytes: UnsafeRawBufferPointer, into output: (UnsafeRawBufferPointer) throws -> Void
    ) throws

    /// Passes on the rest. Call it once; afterwards the stage cannot be used again.
    func finish(into output: (UnsafeRawBufferPointer) throws -> Void) throws
}

/// Encodes the rows of a COPY as a file. It receives whole messages of COPY, never a part of a row,
/// including the header and the trailer of the stream.
public protocol RowEncoder: FileStage {
    /// The rows encoded so far.
    var rows: Int64 { get }

    /// The values so far that readers may reject, in column order.
    var hazards: [ColumnHazards] { get }
}

extension RowEncoder {
    public var hazards: [ColumnHazards] { [] }
}
