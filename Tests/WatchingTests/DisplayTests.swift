import Foundation
import Testing
import Values

@testable import Watching

@Suite("A text on a terminal", .timeLimit(.minutes(15)))
struct DisplayTests {
    @Test(arguments: [
        ("abc", 3), ("日本", 4), ("e\u{301}", 1), ("🚢", 2), ("❤\u{fe0f}", 2), ("한국", 4), ("ﾊﾝ", 2),
        ("█▌…", 3), ("🇩🇪", 2),
    ])
    func `has the width that it takes there`(text: String, width: Int) {
        #expect(Display.width(text) == width)
    }

    @Test func `is cut to fit`() {
        #expect(Display.cut("Daily customers", to: 8) == "Daily c…")
        #expect(Display.cut("日本語", to: 4) == "日…")
        #expect(Display.cut("日本語", to: 5) == "日本…")
        #expect(Display.cut("abc", to: 3) == "abc")
        #expect(Display.cut("abc", to: 0) == "")
        #expect(Display.left("日本", 5) == "日本 ")
    }

    @Test func `gives numbers with their units`() {
        #expect(
            [0, 950, 1_200, 9_960, 88_000_000, 999_600_000].map(Quantity.bytes)
                == ["0 B", "950 B", "1.2 kB", "10 kB", "88 MB", "1.0 GB"])
        #expect(
            [0, 11.2, 99, 100, 5999, 6001, 400_000].map(Quantity.seconds)
                == ["0 s", "12 s", "99 s", "2 m", "100 m", "2 h", "5 d"])
        #expect(
            [0, 999, 1000, -1_234_567].map(Quantity.count) == ["0", "999", "1,000", "-1,234,567"])
    }
}

@Suite("A line of the feed", .timeLimit(.minutes(15)))
struct LineTests {
    private let event = WatchedEvent(
        id: 3, at: Date(timeIntervalSince1970: 1_769_861_024.5), environment: "sand\u{1b}box",
        event: "tables_added", objectKind: "data_export", objectID: 9,
        objectName: "a\"b\\\u{202e}", commandID: 4, actor: "alice",
        login: "bo\u{1b}b",
        details: #"{"tables": ["public.a", {"schema": "s", "name": "b\#u{202e}"}, "c", "d"]}"#)

    @Test func `is JSON that a program reads back`() throws {
        let text = JSONLines.event(
            FeedEvent(event: event, cursor: try Cursor("2-ab~10:12:10~10:14:~3")))

        #expect(
            text == #"""
                {"type":"event","cursor":"2-ab~10:12:10~10:14:~3","epoch":2,"id":3,\#
                "at":"2026-01-31T12:03:44.500000Z","environment":"sand\u001bbox",\#
                "event":"tables_added","object_kind":"data_export","object_id":9,\#
                "object_name":"a\"b\\\u202e","run_id":null,"command_id":4,"actor":"alice",\#
                "login":"bo\u001bb",\#
                "details":{"tables": ["public.a", {"schema": "s", "name": "b\u202e"}, "c", "d"]}}
                """#)
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        #expect(object?["object_name"] as? String == "a\"b\\\u{202e}")
    }

    @Test func `is a sentence that a person reads`() throws {
        let writer = EventLine(timeZone: try #require(TimeZone(identifier: "UTC")))

        #expect(
            writer.text(event)
                == "12:03:44  data export 9 a\"b\\\\u{202e} (sand\\u{1b}box)  tables_added  "
                + "public.a, s.b\\u{202e}, c and 1 more")
    }

    @Test func `shows the effect of a schedule`() throws {
        let writer = EventLine(timeZone: try #require(TimeZone(identifier: "UTC")))
        func text(_ name: String, _ details: String) -> String {
            writer.text(
                WatchedEvent(
                    id: 1, at: event.at, event: name, objectKind: "orchestration_group",
                    objectID: 7, objectName: "Nightly", actor: "w", details: details))
        }

        #expect(
            text(
                "orchestration_group_created",
                """
                {"orchestrations": ["A", "B"], "schedule": "0 3 * * *", "time_zone": "UTC",
                 "next_times": ["2026-02-01T03:00:00+00:00", "2026-02-02T03:00:00+00:00"]}
                """)
                == "12:03:44  orchestration group 7 Nightly  orchestration_group_created  "
                + "A, B, at 0 3 * * *, UTC, "
                + "next 2026-02-01T03:00:00+00:00, 2026-02-02T03:00:00+00:00")
        #expect(
            text("schedule_fired", #"{"for": "2026-02-01T03:00:00+00:00", "missed": 2}"#)
                == "12:03:44  orchestration group 7 Nightly  schedule_fired  "
                + "for 2026-02-01T03:00:00+00:00, 2 times missed")
        #expect(
            text("group_run_queued", #"{"runs": [8, 9]}"#)
                == "12:03:44  orchestration group 7 Nightly  group_run_queued  2 runs")
        #expect(
            text("group_run_succeeded", #"{"group_run": 5}"#)
                == "12:03:44  orchestration group 7 Nightly  group_run_succeeded  group run 5")
    }

    @Test func `names when a run is retried`() throws {
        let writer = EventLine(timeZone: try #require(TimeZone(identifier: "UTC")))
        let retrying = WatchedEvent(
            id: 1, at: event.at, event: "run_retrying", objectKind: "run", objectID: 7,
            objectName: "x", runID: 7, actor: "w",
            details: #"{"message": "gone", "retry_at": "2026-01-31T13:04:44.25+01:00"}"#)

        #expect(
            writer.text(retrying) == "12:03:44  run 7 x  run_retrying  gone, retry at 12:04:44")
    }

    @Test func `says which version came back`() throws {
        let writer = EventLine(timeZone: try #require(TimeZone(identifier: "UTC")))
        let rolledBack = WatchedEvent(
            id: 1, at: event.at, event: "data_export_rolled_back", objectKind: "data_export",
            objectID: 7, objectName: "x", actor: "alice",
            details: #"{"version": 5, "replaced": 4, "restored": 2}"#)

        #expect(
            writer.text(rolledBack) == "12:03:44  data export 7 x  data_export_rolled_back  "
                + "version 5, replaces version 4, back to version 2")
    }

    @Test(arguments: [
        ("source", "origin: source"), ("internal", "bug in Ferry, or an error of the worker"),
    ])
    func `shows the origin of an error`(origin: String, words: String) throws {
        let writer = EventLine(timeZone: try #require(TimeZone(identifier: "UTC")))
        let failed = WatchedEvent(
            id: 1, at: event.at, event: "run_failed", objectKind: "run", objectID: 7,
            objectName: "x", runID: 7, actor: "w",
            details: "{\"message\": \"gone\", \"origin\": \"\(origin)\"}")

        #expect(writer.text(failed) == "12:03:44  run 7 x  run_failed  \(words), gone")
    }

    @Test func `says which run resolves which, how, and without which tables`() throws {
        let writer = EventLine(timeZone: try #require(TimeZone(identifier: "UTC")))
        func line(_ kind: String, _ details: String) -> String {
            writer.text(
                WatchedEvent(
                    id: 1, at: event.at, event: kind, objectKind: "run", objectID: 9,
                    objectName: "x", runID: 9, actor: "w", details: details))
        }

        let queued = line(
            "run_queued",
            #"{"resolves": 7, "resolution": "skip_task", "skipped_tables": ["public.a"]}"#)
        let resolved = line("run_resolved", #"{"by": 9, "resolution": "retry"}"#)

        #expect(
            queued
                == "12:03:44  run 9 x  run_queued  resolves run 7, skip_task, without public.a")
        #expect(resolved == "12:03:44  run 9 x  run_resolved  by run 9, retry")
    }
}
