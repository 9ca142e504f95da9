import Reports
import Testing

@testable import cellmesh

/// What is put together of the parts that processes keep of a trace.
@Suite struct TraceViewTests {
    private func parsed(_ text: String) throws -> TracePage { try ReportJSON.read(TracePage.self, Array(text.utf8)) }

    private func gathered() throws -> GatheredTrace {
        let router = try parsed(
            #"""
            {"trace":"ab","node":"r1","at_ms":1000,"customer":"c7","service":"checkout","status":502,"policy":"breaker",
            "duration_ms":4.5,"explained":true,"dropped":1,"decisions":[
            {"at_ms":1000,"gate":"r1/a/checkout","attempt":1,"policy":"placement","decision":"started","detail":"first",
            "numbers":{"cells":2},"remaining_ms":2000},
            {"at_ms":1004.5,"gate":"","policy":"breaker","decision":"settled","detail":"1 attempt","numbers":{},
            "remaining_ms":1995}]}
            """#)
        let cell = try parsed(
            #"""
            {"trace":"ab","node":"a","at_ms":1001,"customer":"","service":"checkout","status":502,"policy":"breaker",
            "explained":true,"dropped":0,"decisions":[{"at_ms":1002,"gate":"a/checkout/pay","attempt":1,"policy":"breaker",
            "decision":"refused","detail":"open for 1.4 s more","numbers":{"failure_rate":0.62},"remaining_ms":1900}]}
            """#)
        return GatheredTrace(
            id: "ab",
            pages: [("a", cell), ("r1", router)], missing: ["b"])
    }

    @Test func partsStandInOrderOfTimeAndWhoIsMissingIsNamed() throws {
        let trace = try gathered()
        #expect(trace.isKnown && trace.missing == ["b"] && trace.dropped == 1)
        let report = TraceView.make(trace)
        let decisions = report.fields["decisions"].elements
        #expect(decisions.map { $0["node"].text } == ["r1", "a", "r1"])
        #expect(decisions.map { $0["seq"].int } == [1, 2, 3])
        #expect(decisions[1]["at_ms"].double == 2 && decisions[1]["numbers"]["failure_rate"].double == 0.62)
        #expect(report.fields["missing"].elements.map(\.text) == ["b"])
        let text = report.table(TableStyle(isWide: false, hasColors: false))
        #expect(text.hasPrefix("trace ab: customer c7, checkout, 502 by breaker after 4.50 ms\nno answer from: b\n"))
        #expect(text.contains("a/checkout/pay"))
        #expect(text.contains("open for 1.4 s more"))
    }

    @Test func aPictureHasABarForEachSpan() throws {
        let text = TraceView.make(try gathered()).table(TableStyle(isWide: false, hasColors: false))
        #expect(
            text.contains(
                """
                                                          |0                            4.50 ms|
                router r1                                 |====================================|
                  attempt 1 a                             |====================================|
                    cell a                                |        ========                    |
                      checkout > pay  refused by breaker  |                x                   |  breaker refused: open for 1.4 s more
                """), "\(text)")
    }

    @Test func whatNobodyKeepsIsUnknown() {
        #expect(!GatheredTrace(id: "ab", pages: [], missing: ["r1"]).isKnown)
    }

    @Test func aListSaysWhatIsLeftOut() throws {
        let head =
            #"{"trace":"4bf92f3577b34da6a3ce929d0e0e4736","node":"r1","at_ms":1.5,"customer":"c7","service":"s","status":503,"#
            + #""policy":"","explained":false}"#
        let row = try ReportJSON.read(TraceHead.self, Array(head.utf8))
        let report = TraceView.list([row], of: 3)
        #expect(report.names == ["4bf92f3577b34da6a3ce929d0e0e4736"])
        let text = report.table(TableStyle(isWide: false, hasColors: false))
        #expect(text.contains("4bf92f3577b3") && text.contains("2 more: --last 3"))
        #expect(TraceView.list([], of: 0).table(TableStyle(isWide: false, hasColors: false)).hasPrefix("no trace"))
    }
}
