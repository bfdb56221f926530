@testable import Formats

extension FileStage {
    /// The result of the bytes in chunks of these sizes.
    ///
    /// - Parameter chunk: Gives the size of the chunk that starts here.
    func output(of bytes: [UInt8], chunk: (Int) -> Int) throws -> [UInt8] {
        var result: [UInt8] = []
        var start = 0
        while start < bytes.count {
            let end = min(start + chunk(start), bytes.count)
            try bytes[start..<end].withUnsafeBytes { piece in
                try process(piece) { result += $0 }
            }
            start = end
        }
        try finish { result += $0 }
        return result
    }
}

extension Decompressor {
    /// What the bytes hold, when they come in chunks of this size.
    func output(of bytes: [UInt8], chunk: Int) throws -> [UInt8] {
        var result: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            try bytes[start..<min(start + chunk, bytes.count)].withUnsafeBytes { piece in
                try decompress(piece) { result += $0 }
            }
        }
        try finish()
        return result
    }
}
