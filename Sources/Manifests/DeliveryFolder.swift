/// A folder of files, as far as reading a delivery goes: on a disk, in a bucket, on a server.
///
/// A name is that of one file or folder in it, never a path. All calls block, so they are for
/// threads that may. Used by one thread at a time.
public protocol DeliveryFolder {
    /// Where something of this name is, for messages.
    func path(of name: String) -> String

    /// The folder of this name in it, which need not exist.
    func folder(_ name: String) -> any DeliveryFolder

    /// The names of all files and folders in it, in no order.
    ///
    /// - Throws: ``DeliveryReadingError`` where the folder cannot be listed; any other error where
    ///   nothing can be read there.
    func names() throws -> [String]

    /// Passes the bytes of a regular file on, in order, in chunks of at most 8 MiB that are valid
    /// only during the call. Follows no symbolic link.
    ///
    /// - Throws: ``DeliveryReadingError`` about this one file; what `chunk` throws; any other error
    ///   where nothing can be read there.
    func read(_ name: String, _ chunk: (UnsafeRawBufferPointer) throws -> Void) throws
}

/// Why one file, or the list of a folder, could not be read.
public enum DeliveryReadingError: Error {
    case missing
    case notARegularFile
    /// `cause` is the error of the place itself, where it has one: for those who cannot go on
    /// without the file.
    case failed(reason: String, cause: (any Error)? = nil)
}
