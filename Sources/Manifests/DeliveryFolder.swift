/// A folder of a delivery, for reading: on a disk, in a bucket, on a server.
///
/// Names are those of files or folders in it, never paths. All calls block, so use threads that may
/// block. Used by one thread at a time.
public protocol DeliveryFolder {
    /// The path of this name, for messages.
    func path(of name: String) -> String

    /// The folder of this name in it, which need not exist.
    func folder(_ name: String) -> any DeliveryFolder

    /// The names of all files and folders in it, in no order.
    ///
    /// - Throws: ``DeliveryReadingError`` if the folder cannot be listed; any other error if
    ///   nothing can be read there.
    func names() throws -> [String]

    /// Passes on the bytes of a regular file, in order, in chunks of at most 8 MiB that are valid
    /// only during the call. Follows no symbolic link.
    ///
    /// - Throws: ``DeliveryReadingError`` about this file; errors of `chunk`; any other error if
    ///   nothing can be read there.
    func read(_ name: String, _ chunk: (UnsafeRawBufferPointer) throws -> Void) throws
}

/// Why one file, or the list of a folder, could not be read.
public enum DeliveryReadingError: Error {
    case missing
    case notARegularFile
    /// `cause` is the error of the storage, if there is one, for callers that need the file.
    case failed(reason: String, cause: (any Error)? = nil)
}
