/// An array in PostgreSQL's binary format. Its elements are in memory order: the last dimension
/// varies fastest.
struct BinaryArray {
    /// The number of dimensions: 0 if it is empty, at most 6.
    let dimensions: Int
    /// The total number of elements.
    let count: Int
    private let shape: UnsafeRawBufferPointer
    private var elements: BinaryCursor

    /// - Throws: ``BinaryFormatError``
    init(_ field: BinaryField) throws(BinaryFormatError) {
        var cursor = BinaryCursor(field.bytes)
        dimensions = Int(try cursor.int32())
        // Skips the null flag, which each element repeats, and the type, which the column has.
        _ = try cursor.bytes(8)
        guard (0...6).contains(dimensions) else {
            throw BinaryFormatError("an array of \(dimensions) dimensions")
        }
        shape = try cursor.bytes(8 * dimensions)
        elements = cursor
        var count = dimensions == 0 ? 0 : 1
        for index in 0..<dimensions {
            let (product, overflow) = count.multipliedReportingOverflow(
                by: Int(Self.number(shape, 2 * index)))
            // Each element takes at least four bytes.
            guard !overflow, product >= 0, product <= cursor.remaining / 4 else {
                throw BinaryFormatError("an array with more elements than bytes")
            }
            count = product
        }
        self.count = count
    }

    /// The number of elements of a dimension.
    func length(of dimension: Int) -> Int { Int(Self.number(shape, 2 * dimension)) }

    /// The index of a dimension's first element; 1 by default.
    func lowerBound(of dimension: Int) -> Int { Int(Self.number(shape, 2 * dimension + 1)) }

    /// Passes each element to the body.
    ///
    /// - Throws: ``BinaryFormatError``; what the body throws.
    @inline(__always)
    func forEach(_ body: (BinaryField) throws -> Void) throws {
        var cursor = elements
        for _ in 0..<count { try body(try cursor.field()) }
        guard cursor.remaining == 0 else { throw BinaryFormatError("bytes after an array") }
    }

    private static func number(_ shape: UnsafeRawBufferPointer, _ index: Int) -> Int32 {
        Int32(bigEndian: shape.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self))
    }
}
