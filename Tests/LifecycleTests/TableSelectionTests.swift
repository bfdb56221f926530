import Lifecycle
import Testing

@Suite("The tables of a data export")
struct TableSelectionTests {
    @Test func `is listed once and in order`() throws {
        let selection: TableSelection = try decoded("[\"public.b\", \"a\", \"b\"]")

        #expect(try json(selection) == "[\"public.a\",\"public.b\"]")
        #expect(try decoded("\"all\"", as: TableSelection.self) == .all)
        #expect(throws: (any Error).self) { try decoded("\"some\"", as: TableSelection.self) }
    }
}
