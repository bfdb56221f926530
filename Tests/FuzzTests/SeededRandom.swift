/// Random numbers that are the same each time for the same seed (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func number<Number: FixedWidthInteger>(_ range: ClosedRange<Number>) -> Number {
        Number.random(in: range, using: &self)
    }

    /// True once in so many times.
    mutating func once(in times: Int) -> Bool { number(1...times) == 1 }

    /// One of these, of which there must be some.
    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[number(0...elements.count - 1)]
    }

    /// So many, each newly created.
    mutating func list<Element>(
        _ count: ClosedRange<Int>, _ make: (inout SeededRandom) -> Element
    ) -> [Element] {
        (0..<number(count)).map { _ in make(&self) }
    }

    mutating func bytes(_ count: ClosedRange<Int>) -> [UInt8] {
        list(count) { $0.number(0...UInt8.max) }
    }

    /// Scalars that programs treat in ways of their own, among others that they do not.
    private static let scalars = Array(
        ("aZ09 _-./\\:;,'\"`|?*<>(){}[]#$%&@!~^=+\t\n\r\u{0}\u{1}\u{7f}\u{85}\u{a0}\u{ad}"
            + "éß\u{301}\u{345}İıſK\u{200b}\u{200d}\u{202e}\u{2028}\u{2029}\u{3000}\u{feff}"
            + "\u{fffd}\u{fffe}\u{e000}日本½²٣अ\u{1f6a2}\u{1f1e8}\u{1f1ed}\u{e0001}\u{10ffff}")
            .unicodeScalars)

    mutating func text(_ count: ClosedRange<Int>) -> String {
        var result = String.UnicodeScalarView()
        for _ in 0..<number(count) {
            let isAny = once(in: 8)
            let scalar = isAny ? Unicode.Scalar(number(0...UInt32(0x10ffff))) : pick(Self.scalars)
            result.append(scalar ?? "x")
        }
        return String(result)
    }

    /// The sizes of pieces that so many bytes are cut into.
    mutating func pieces(of count: Int) -> [Int] {
        let size = pick([1, 2, 7, 64, 513, 4_096, max(1, count)])
        var sizes: [Int] = []
        var left = count
        while left > 0 {
            let piece = min(left, count > 20_000 ? max(512, size) : number(1...size))
            sizes.append(piece)
            left -= piece
        }
        return sizes
    }
}

extension SeededRandom {
    /// The bytes with a few changes.
    ///
    /// - Parameter tokens: What means something in this format.
    mutating func mutated(_ bytes: [UInt8], tokens: [String] = []) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<pick([1, 1, 1, 2, 3, 8]) { mutate(&bytes, tokens) }
        return bytes
    }

    mutating func mutated(_ text: String, tokens: [String] = []) -> String {
        String(decoding: mutated(Array(text.utf8), tokens: tokens), as: UTF8.self)
    }

    private mutating func mutate(_ bytes: inout [UInt8], _ tokens: [String]) {
        let place = number(0...bytes.count)
        let end = min(bytes.count, place + number(0...16))
        switch number(0...9) {
        case 0 where place < bytes.count: bytes[place] ^= 1 << number(0...UInt8(7))
        case 1 where place < bytes.count: bytes[place] = number(0...UInt8.max)
        case 2 where place < bytes.count: bytes[place] &+= pick([1, 0xff])
        case 3: bytes.removeSubrange(place..<end)
        case 4: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 5: bytes.insert(contentsOf: self.bytes(1...8), at: place)
        case 6 where once(in: 3): bytes.removeSubrange(place...)
        case 7:
            // Sizes, counts and offsets at the limits of their types.
            let edge = pick(
                [[0, 0], [0xff, 0xff], [0x7f, 0xff], [0x80, 0], [0, 1]] as [[UInt8]])
            let edges = Array(repeatElement(edge, count: pick([1, 2, 4])).joined())
            bytes.replaceSubrange(place..<min(bytes.count, place + edges.count), with: edges)
        case 8:
            let other = number(0...bytes.count)
            let moved = Array(bytes[place..<end])
            bytes.insert(contentsOf: moved, at: other)
        default:
            let token = tokens.isEmpty ? text(1...3) : pick(tokens)
            bytes.insert(contentsOf: token.utf8, at: place)
        }
    }
}
