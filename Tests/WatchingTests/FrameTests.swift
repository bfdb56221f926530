import Foundation
import Testing

@testable import Watching

@Suite("A frame of watch", .timeLimit(.minutes(15)))
struct FrameTests {
    static let noon = Date(timeIntervalSince1970: 1_769_860_800)  // 2026-01-31 12:00 UTC

    private func frame(width: Int = 80, height: Int = 24, colour: Bool = false) throws -> Frame {
        Frame(
            width: width, height: height, colour: colour,
            timeZone: try #require(TimeZone(identifier: "UTC")))
    }

    private func draw(_ state: WatchState, width: Int = 80, height: Int = 24) throws -> String {
        try frame(width: width, height: height).lines(state, now: Self.noon)
            .joined(separator: "\n")
    }

    private static let running = WatchedRun(
        id: 7, export: "Daily customers", state: "running", tables: 5, tablesDone: 3,
        rows: 64, percent: 64.2, bytesPerSecond: 88_000_000, secondsLeft: 12)

    @Test func `looks as in the README`() throws {
        #expect(
            try draw(WatchState(runs: [Self.running])) == """
                RUN  EXPORT            STATE       TABLES   ROWS                 RATE       LEFT
                  7  Daily customers   running     3/5      ██████▌    64 %      88 MB/s    12 s
                """)
    }

    @Test func `shows each state of a run and the last events`() throws {
        let runs = [
            Self.running,
            WatchedRun(id: 8, export: "Orders", state: "queued"),
            WatchedRun(
                id: 9, export: "Invoices", state: "queued",
                retryAt: Self.noon.addingTimeInterval(30), errorMessage: "crm is not reachable"),
            WatchedRun(
                id: 10, environment: "sandbox-1", export: "Orders", state: "publishing",
                tables: 2, tablesDone: 2, percent: 100, bytesPerSecond: 950),
            WatchedRun(
                id: 4, export: "Orders", state: "succeeded", tables: 2, tablesDone: 2,
                rows: 4_000_000, bytes: 1_240_000_000, percent: 100, bytesPerSecond: 1),
            WatchedRun(
                id: 5, export: "Parts", state: "failed", tables: 1,
                errorMessage: "table public.parts does not exist any more"),
            WatchedRun(id: 6, export: "Parts", state: "stopped", tables: 1),
        ]
        let events = [
            WatchedEvent(
                id: 1, at: Self.noon.addingTimeInterval(224), event: "snapshot_taken",
                objectKind: "run", objectID: 7, objectName: "Daily customers", runID: 7,
                actor: "ferry", details: #"{"tables": 5, "snapshot_at": "x"}"#)
        ]

        #expect(
            try draw(WatchState(runs: runs, events: events)) == """
                RUN  EXPORT            STATE       TABLES   ROWS                 RATE       LEFT
                  7  Daily customers   running     3/5      ██████▌    64 %      88 MB/s    12 s
                  8  Orders            queued
                  9  Invoices          retrying             in 30 s: crm is not reachable
                 10  Orders (sandbox…  publishing  2/2      ██████████ 100 %     950 B/s
                  4  Orders            succeeded   2/2      4,000,000 rows       1.2 GB
                  5  Parts             failed      0/1      table public.parts does not exist a…
                  6  Parts             stopped     0/1

                12:03:44  run 7 Daily customers  snapshot_taken  5 tables
                """)
    }

    @Test func `keeps its columns with wide and hostile names`() throws {
        let runs = [
            WatchedRun(id: 1, export: "日本語の顧客データ一覧", state: "running", percent: 5),
            WatchedRun(id: 2, export: "a\u{1b}[2J\u{202e}b", state: "running", percent: 10),
        ]

        #expect(
            try draw(WatchState(runs: runs), width: 70) == """
                RUN  EXPORT    STATE       TABLES   ROWS                 RATE       L…
                  1  日本語…   running              ▌          5 %
                  2  a\\u{1b}…  running              █          10 %
                """)
    }

    @Test func `is never wider or higher than the terminal`() throws {
        let runs = (1...50).map { WatchedRun(id: $0, export: "export \($0)", state: "running") }
        let events = (1...50).map {
            WatchedEvent(
                id: $0, at: Self.noon, event: String(repeating: "e", count: 300),
                objectKind: "worker", actor: "ferry")
        }
        let state = WatchState(runs: runs, events: events, connectionError: "server gone")

        for (width, height) in [(20, 4), (33, 10), (80, 24), (200, 60)] {
            let lines = try frame(width: width, height: height).lines(state, now: Self.noon)
            #expect(lines.count <= height - 1)
            #expect(lines.allSatisfy { Display.width($0) <= width })
            #expect(lines[0].hasPrefix("connection lost"))
        }
    }

    @Test func `paints only when colours are wanted`() throws {
        let state = WatchState(
            runs: [Self.running],
            command: WatchedCommand(
                id: 42, command: "run_orchestration", state: "rejected", message: "no",
                hint: "ask"))

        let painted = try frame(colour: true).lines(state, now: Self.noon)
        let plain = try frame().lines(state, now: Self.noon)

        #expect(
            plain.prefix(3) == [
                "command 42 run_orchestration  rejected", "  no", "  hint: ask",
            ])
        #expect(painted[0] == "command 42 run_orchestration  \u{1b}[31mrejected\u{1b}[0m")
        #expect(painted[4].contains("\u{1b}[36mrunning   \u{1b}[0m  3/5 "))
        #expect(!plain.joined().contains("\u{1b}"))
    }

    @Test func `says what it waits for when there is nothing`() throws {
        #expect(try draw(WatchState()) == "no runs yet; waiting for events")
    }

    @Test func `leaves out what the terminal has no room for`() {
        var screen = Screen()

        let drawn = screen.redraw(["abcdef", "two", "three"], width: 4, height: 3)
        #expect(drawn == "\rabc…\u{1b}[K\ntwo\u{1b}[K\n\u{1b}[J")
        #expect(screen.redraw(["one"], width: 4, height: 1) == "\r\u{1b}[2A\u{1b}[J")
    }

    @Test func `replaces the last one in place`() {
        var screen = Screen()

        #expect(screen.redraw(["one", "two"], width: 80) == "\rone\u{1b}[K\ntwo\u{1b}[K\n\u{1b}[J")
        #expect(
            screen.redraw(["\u{1b}[31mabc\u{1b}[0m"], width: 80)
                == "\r\u{1b}[2A\u{1b}[31mabc\u{1b}[0m\u{1b}[K\n\u{1b}[J")
        // A terminal of two columns has broken the three letters into two lines.
        #expect(screen.redraw([], width: 2) == "\r\u{1b}[2A\u{1b}[J")
    }
}
