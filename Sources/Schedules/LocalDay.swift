import Foundation
import Values

/// The offsets of a time zone around one day.
///
/// Times are seconds since 1970: `Int64` in UTC, and *local* ones as if the zone were UTC.
struct LocalDay {
    /// A time span with one offset from UTC.
    private struct Segment {
        let start: Int64
        var end: Int64
        let offset: Int64

        /// The moment of this local time, if it exists.
        func moment(of local: Int64) -> Int64? {
            let moment = local - offset
            return start <= moment && moment < end ? moment : nil
        }
    }

    private let segments: [Segment]

    init(_ day: CivilDay, in zone: TimeZone) {
        // Local time is at most 14 hours ahead of UTC and 12 behind.
        let start = day.start - 15 * 3600
        let end = day.start + CivilDay.seconds + 15 * 3600
        var segments = [Segment(start: start, end: end, offset: zone.offset(at: start))]
        // No zone changes twice within three hours.
        for later in stride(from: start + 3 * 3600, through: end, by: 3 * 3600) {
            let offset = zone.offset(at: later)
            guard offset != segments[segments.count - 1].offset else { continue }
            var (before, after) = (later - 3 * 3600, later)
            while after - before > 1 {
                let middle = (before + after) / 2
                if zone.offset(at: middle) == offset { after = middle } else { before = middle }
            }
            segments[segments.count - 1].end = after
            segments.append(Segment(start: after, end: end, offset: offset))
        }
        self.segments = segments
    }

    /// The first moment of this local time; if it does not exist, the next whole minute after the
    /// gap.
    func moment(of local: Int64) -> Int64? {
        for segment in segments {
            if let moment = segment.moment(of: local) { return moment }
            if segment.start + segment.offset > local { return (segment.start + 59) / 60 * 60 }
        }
        return nil
    }

    /// Every moment of this local time: none, one or two.
    func moments(of local: Int64) -> [Int64] { segments.compactMap { $0.moment(of: local) } }
}

extension TimeZone {
    /// Seconds ahead of UTC.
    func offset(at moment: Int64) -> Int64 {
        Int64(secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment))))
    }
}
