/// Parquet's hybrid of run lengths and bit packing, for levels and for indices into dictionaries.
enum HybridRuns {
    /// Appends the numbers, each of at most `width` bits.
    static func append<Number: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ numbers: UnsafeBufferPointer<Number>, width: Int, to output: GrowingBytes
    ) {
        var packedFrom = 0
        var position = 0
        while position < numbers.count {
            let number = numbers[position]
            var end = position + 1
            while end < numbers.count, numbers[end] == number { end += 1 }
            // Numbers are packed in groups of eight, so a partial group is completed first.
            let filling = (8 - (position - packedFrom) % 8) % 8
            let run = end - position - filling
            if run >= 8 {
                pack(numbers[packedFrom..<(position + filling)], width: width, to: output)
                output.append(variable: UInt64(run) << 1)
                let size = (width + 7) / 8
                for byte in 0..<size {
                    output.append(UInt8(truncatingIfNeeded: number >> (8 * byte)))
                }
                packedFrom = end
            }
            position = end
        }
        pack(numbers[packedFrom...], width: width, to: output)
    }

    /// The number of bits of the number; at least 1.
    static func width(of number: Int) -> Int { max(1, Int.bitWidth - number.leadingZeroBitCount) }

    private static func pack<Number: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ numbers: Slice<UnsafeBufferPointer<Number>>, width: Int, to output: GrowingBytes
    ) {
        guard !numbers.isEmpty else { return }
        let groups = (numbers.count + 7) / 8
        output.append(variable: UInt64(groups) << 1 | 1)
        let size = groups * width
        output.append(room: size) { target in
            var bits: UInt64 = 0
            var count = 0
            var written = 0
            for number in numbers {
                bits |= UInt64(number) << count
                count += width
                while count >= 8 {
                    target[written] = UInt8(truncatingIfNeeded: bits)
                    written += 1
                    bits >>= 8
                    count -= 8
                }
            }
            while written < size {
                target[written] = UInt8(truncatingIfNeeded: bits)
                written += 1
                bits >>= 8
            }
            return size
        }
    }
}
