/// How the rows of a table become the bytes of a file: what COPY is to send, and what is made of
/// it.
public struct TableReading: Sendable {
    /// Of each column, whether its text is read, and of an array the texts of its elements, and
    /// not the values themselves. Empty when that is so of none.
    public var asText: [Bool]

    /// What follows `TO STDOUT`: `WITH (FORMAT csv, …)`. All literals are quoted; it does not
    /// depend on any setting of the session but `client_encoding`, which it sets to UTF8.
    public var copyOptions: String

    /// Makes the encoder of one file; nil where what COPY sends are the very bytes of the file.
    public var makeEncoder: (@Sendable () throws -> any RowEncoder)?

    /// How many of the messages of COPY are no rows, but a header, where there is no encoder: its
    /// rows are its messages less these.
    public var messagesBesideRows: Int

    /// How many bytes the source sends before the first row, in the same message, such as the
    /// header of the binary format.
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

/// A step that the bytes of one file go through: encoding, compression, encryption. The same bytes
/// give the same result however they are cut into chunks, but for encryption, which draws a new key
/// for each file. Used by one task or thread at a time.
public protocol FileStage: AnyObject {
    /// Takes the next bytes and passes on what is ready, in chunks that are valid only during
    /// the call. Nothing may be ready yet.
    func process(
        _ bytes: UnsafeRawBufferPointer, into output: (UnsafeRawBufferPointer) throws -> Void
    ) throws

    /// Passes on the rest. To be called once; afterwards the stage is spent.
    func finish(into output: (UnsafeRawBufferPointer) throws -> Void) throws
}

/// Encodes the rows that COPY sends as a file. It is given whole messages of COPY: never a part of
/// a row, the header and the trailer of the stream among them.
public protocol RowEncoder: FileStage {
    /// The rows encoded so far.
    var rows: Int64 { get }

    /// What readers may refuse of the values so far, in the order of the columns.
    var hazards: [ColumnHazards] { get }
}

extension RowEncoder {
    public var hazards: [ColumnHazards] { [] }
}
