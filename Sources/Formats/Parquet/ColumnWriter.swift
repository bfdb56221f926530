/// Collects the values of one column, of any type, as the pages of a column chunk.
struct ParquetColumnWriter {
    // Closures and not a protocol: through witnesses, the compiler calls generic code, which looks
    // up types for each value; here it generates specialized code for each type.

    /// Adds the value of each row: the first row's, the number of rows, and the distance to the
    /// next row's.
    ///
    /// - Throws: ``UnrepresentableValue``, ``BinaryFormatError``, ``CompressionError``.
    let append: (UnsafePointer<BinaryField>, _ rows: Int, _ stride: Int) throws -> Void

    /// The approximate memory of the chunk.
    let bufferedBytes: () -> Int

    /// Whether the last value was too large to copy: the chunk must be finished before its bytes
    /// are released.
    let holdsLargeValue: () -> Bool

    /// Ends the chunk and passes on its pages in file order, each part valid during the call.
    /// Starts the next chunk.
    let finish: (_ output: (UnsafeRawBufferPointer) throws -> Void) throws -> ColumnChunk

    fileprivate init<Reading: ValueReading>(
        _ column: ParquetColumn, _ reading: Reading, _ codec: PageCodec
    ) {
        let writer = ColumnWriter(column, reading, codec)
        append = { try writer.append($0, rows: $1, stride: $2) }
        bufferedBytes = { writer.bufferedBytes }
        holdsLargeValue = { writer.holdsLargeValue }
        finish = { try writer.finish(into: $0) }
    }
}

/// The metadata of a column chunk.
struct ColumnChunk {
    /// Including nulls and empty lists.
    var values: Int64 = 0
    var nulls: Int64 = 0
    var dictionaryBytes: Int64 = 0
    var bytes: Int64 = 0
    var bytesUncompressed: Int64 = 0
    var hasPlainPages = false
    var bounds: Bounds?
}

/// Collects values of one type. See docs/parquet.md for when pages and dictionaries end.
private final class ColumnWriter<Reading: ValueReading> {
    /// A page ends with the row that reaches either limit.
    private static var pageBytesMax: Int { 1 << 20 }
    private static var pageValuesMax: Int { 1 << 17 }
    /// A value of this many bytes is a separate page, and the last of its row group.
    private static var largeBytes: Int { ParquetEncoder.largeValueBytes }

    private let column: ParquetColumn
    private let reading: Reading
    private var extremes: Reading.Extremes
    private let scratch = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)
    private let pages: PageWriter
    private let hasLengths: Bool
    private let dictionary: ValueDictionary
    /// Whether values are still added to the dictionary.
    private var usesDictionary: Bool
    /// A column whose dictionary was not worthwhile never gets one again.
    private var mayUseDictionary: Bool
    /// The values of the page: plain, or dictionary indices.
    private let values = GrowingBytes()
    private let definitions = GrowingBytes()
    private let repetitions = GrowingBytes()
    /// The value of the page, if it is large.
    private var large: UnsafeRawBufferPointer?
    private var pageValues = 0
    private var nulls: Int64 = 0

    init(_ column: ParquetColumn, _ reading: Reading, _ codec: PageCodec) {
        self.column = column
        self.reading = reading
        extremes = reading.makeExtremes()
        pages = PageWriter(column, codec)
        hasLengths = column.type.fixedBytes == nil
        dictionary = ValueDictionary(hasLengths: hasLengths)
        mayUseDictionary = column.type != .bool
        usesDictionary = mayUseDictionary
    }

    deinit { scratch.deallocate() }

    var bufferedBytes: Int {
        pages.bytes.count + values.count + definitions.count + repetitions.count
            + dictionary.bytes
    }

    var holdsLargeValue: Bool { large != nil }

    func append(_ fields: UnsafePointer<BinaryField>, rows: Int, stride: Int) throws {
        do {
            if column.isList {
                for row in 0..<rows { try appendList(fields[row * stride]) }
            } else if column.isNullable {
                for row in 0..<rows { try appendNullable(fields[row * stride]) }
            } else {
                for row in 0..<rows { try appendRequired(fields[row * stride]) }
            }
        } catch let fault as Unrepresentable {
            throw UnrepresentableValue(
                column: column.name, value: fault.value, target: fault.target ?? column.type.name,
                wayOut: column.type.wayOut)
        }
    }

    @inline(__always)
    private func appendRequired(_ field: BinaryField) throws {
        guard !field.isNull else {
            throw BinaryFormatError("a null in the column \"\(column.name)\", which is not null")
        }
        try store(field)
        pageValues += 1
        try endRow()
    }

    @inline(__always)
    private func appendNullable(_ field: BinaryField) throws {
        if field.isNull {
            nulls += 1
            definitions.append(UInt8(0))
        } else {
            try store(field)
            definitions.append(UInt8(1))
        }
        pageValues += 1
        try endRow()
    }

    private func appendList(_ field: BinaryField) throws {
        // If lists themselves can be null, all definition levels are one higher.
        let present: UInt8 = column.isNullable ? 1 : 0
        if field.isNull {
            guard column.isNullable else { return try appendRequired(field) }
            appendLevels(0, first: true, isNull: true)
            return try endRow()
        }
        let array = try BinaryArray(field)
        guard array.dimensions <= 1 else {
            throw Unrepresentable(
                value: "an array of \(array.dimensions) dimensions", target: "a Parquet LIST")
        }
        if array.count == 0 {
            appendLevels(present, first: true, isNull: true)
            return try endRow()
        }
        guard array.lowerBound(of: 0) == 1 else {
            throw Unrepresentable(
                value: "an array that begins at \(array.lowerBound(of: 0))",
                target: "a Parquet LIST")
        }
        var isFirst = true
        try array.forEach { element in
            if !element.isNull { try store(element) }
            appendLevels(
                present + (element.isNull ? 1 : 2), first: isFirst, isNull: element.isNull)
            isFirst = false
        }
        try endRow()
    }

    private func appendLevels(_ definition: UInt8, first: Bool, isNull: Bool) {
        definitions.append(definition)
        repetitions.append(first ? UInt8(0) : 1)
        pageValues += 1
        if isNull { nulls += 1 }
    }

    @inline(__always)
    private func store(_ field: BinaryField) throws {
        let value = try reading.page(field, scratch)
        if value.count >= Self.largeBytes, !column.isList { return try hold(value) }
        if usesDictionary {
            let found = dictionary.index(of: value)
            if found.isNew { extremes.add(value) }
            values.append(number: found.index)
            return
        }
        extremes.add(value)
        if hasLengths {
            values.append(number: UInt32(truncatingIfNeeded: value.count).littleEndian)
        }
        values.append(value)
    }

    @inline(never)
    private func hold(_ value: UnsafeRawBufferPointer) throws {
        if usesDictionary { try leaveDictionary() }
        try endPage()
        extremes.add(value)
        large = value
    }

    @inline(__always)
    private func endRow() throws {
        if usesDictionary, dictionary.isFull { try leaveDictionary() }
        if values.count >= Self.pageBytesMax || pageValues >= Self.pageValuesMax {
            try endPage()
        }
    }

    /// Continues with plain values: earlier pages keep the dictionary, and if there are none, it is
    /// dropped.
    private func leaveDictionary() throws {
        if pages.bytes.count > 0 {
            try endPage()
        } else {
            let numbers = Array(values.bytes.bindMemory(to: UInt32.self))
            values.removeAll()
            for number in numbers { values.append(dictionary.plain(Int(number))) }
            dictionary.giveBack()
        }
        usesDictionary = false
        mayUseDictionary = false
    }

    private func endPage() throws {
        guard pageValues > 0 else { return }
        // If there were only nulls so far, there is no dictionary to refer to.
        let refersToDictionary = usesDictionary && dictionary.count > 0
        let page = PageWriter.Page(
            count: pageValues, definitions: definitions.bytes, repetitions: repetitions.bytes,
            values: values.bytes, dictionaryCount: refersToDictionary ? dictionary.count : nil)
        if let large {
            try pages.hold(large, in: page)
        } else {
            try pages.append(page)
        }
        large = nil
        pageValues = 0
        values.removeAll()
        definitions.removeAll()
        repetitions.removeAll()
    }

    func finish(into output: (UnsafeRawBufferPointer) throws -> Void) throws -> ColumnChunk {
        try endPage()
        var chunk = try pages.finish(
            dictionary.count > 0 ? (dictionary.page.bytes, dictionary.count) : nil, into: output)
        chunk.nulls = nulls
        chunk.bounds = extremes.bounds
        extremes.removeAll()
        if mayUseDictionary { dictionary.removeAll() } else { dictionary.giveBack() }
        usesDictionary = mayUseDictionary
        nulls = 0
        return chunk
    }
}

extension ParquetColumn {
    func makeWriter(_ codec: PageCodec) -> ParquetColumnWriter {
        switch type {
        case .bool: return .init(self, BoolReading(), codec)
        case .int16: return .init(self, IntegerReading<Int16, Int32>(), codec)
        case .int32: return .init(self, IntegerReading<Int32, Int32>(), codec)
        case .int64: return .init(self, IntegerReading<Int64, Int64>(), codec)
        case .oid: return .init(self, IntegerReading<UInt32, Int64>(), codec)
        case .float: return .init(self, FloatReading(), codec)
        case .double: return .init(self, DoubleReading(), codec)
        case .decimal(let precision, let scale):
            switch type.physical {
            case .int32:
                return .init(self, DecimalReading<Int32>(precision: precision, scale: scale), codec)
            case .int64:
                return .init(self, DecimalReading<Int64>(precision: precision, scale: scale), codec)
            default:
                return .init(self, WideDecimalReading(precision: precision, scale: scale), codec)
            }
        case .numericText: return .init(self, NumericTextReading(), codec)
        case .date: return .init(self, DateReading(), codec)
        case .time: return .init(self, TimeReading(), codec)
        case .timestamp, .timestamptz: return .init(self, TimestampReading(), codec)
        case .uuid: return .init(self, BytesReading(order: .unsigned, count: 16), codec)
        case .bytes: return .init(self, BytesReading(order: .unsigned), codec)
        case .text, .json: return .init(self, BytesReading(order: .text), codec)
        case .jsonb: return .init(self, JSONBReading(), codec)
        }
    }
}
