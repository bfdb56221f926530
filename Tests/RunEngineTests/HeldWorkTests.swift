import Foundation
import Postgres
import Testing

@testable import RunEngine

@Suite("What a worker holds without knowing", .timeLimit(.minutes(15)))
struct HeldWorkTests {
    @Test func `is what it does not know at two looks`() {
        let held = HeldWork()
        held.loseClaim(held.beginClaim())

        #expect(held.isInDoubt)
        #expect(held.orphans(among: [7]) == [])
        #expect(held.orphans(among: [7]) == [7])
    }

    @Test func `is not its current work`() {
        let held = HeldWork()
        held.endClaim(held.beginClaim(), token: 7)

        #expect(held.orphans(among: [7]) == [])
        #expect(held.orphans(among: [7]) == [])
        held.drop(7)
        #expect(!held.isInDoubt)
    }

    @Test func `is not what a claim that is under way may have taken`() {
        let held = HeldWork()
        let claim = held.beginClaim()

        #expect(held.orphans(among: [7]) == [])
        #expect(held.orphans(among: [7]) == [], "the answer may be on its way")

        held.endClaim(claim, token: 7)
        #expect(held.orphans(among: [7]) == [])
    }

    @Test func `is also what could not be released`() {
        let held = HeldWork()
        held.endClaim(held.beginClaim(), token: 7)
        held.lose(7)

        #expect(held.isInDoubt)
        #expect(held.orphans(among: [7]) == [])
        #expect(held.orphans(among: [7]) == [7])
    }
}

@Suite("A document of another release", .timeLimit(.minutes(15)))
struct UnreadableDocumentTests {
    private struct Inner: Decodable { let name: String }
    private struct Outer: Decodable { let inner: [Inner] }

    @Test(arguments: [
        (#"{"inner": [{}]}"#, #""inner.0.name" is missing"#),
        (#"{"inner": [{"name": null}]}"#, #""inner.0.name" is missing"#),
        (#"{"inner": [{"name": 7}]}"#, #""inner.0.name" has another type"#),
        ("{", "The given data was not valid JSON."),
    ])
    func `is reported with the unreadable path`(json: String, expected: String) {
        let error = #expect(throws: UnreadableDocument.self) {
            let _: Outer = try RunStore.decoded(json)
        }

        #expect(error?.reason == expected)
    }
}
