import MeshBase
import Resilience
import Testing
import Topology
import Wire

@testable import Nodes

private typealias Edge = Topology.Edge

/// Who asks a cell without a router is followed as a router would follow them, and is told the trace.
@Suite struct CellFrontTraceTests {
    private static let parent = FrameTrace("4bf92f3577b34da6a3ce929d0e0e4736")!

    private func ask(
        _ cell: CellHarness, _ service: String, isExplained: Bool = false, parent: FrameTrace? = nil,
        now: Instant = .zero
    ) {
        withBytes(service) { service in
            withBytes("c9") { customer in
                cell.node.handle(
                    serviceCall: service, customer: customer, priority: .normal, deadline: .seconds(1),
                    parent: parent, isExplained: isExplained, connection: ConnectionID(index: 7, generation: 1),
                    now: now, into: &cell.sink)
            }
        }
    }

    private func cell(_ services: [Topology.Service], traceSample: UInt64 = 0) -> CellHarness {
        CellHarness(topology(services: services, profile: .local), traceSample: traceSample)
    }

    @Test func nobodyIsFollowedUnasked() {
        let cell = cell([waiting("front", 5)])
        ask(cell, "front")
        ask(cell, "front", parent: Self.parent)
        cell.run(until: .at(10))
        #expect(cell.sink.traces == [nil, nil])
        #expect(cell.node.traces.count == 0)
    }

    @Test func whoWantsToKnowIsToldTheTrace() throws {
        let cell = cell([waiting("front", 5, calls: [Edge(to: 1)]), waiting("back", 0)])
        ask(cell, "front", isExplained: true, parent: Self.parent)
        cell.run(until: .at(10))
        let trace = try #require(cell.sink.traces.first ?? nil)
        #expect(trace.text == Self.parent.text && trace.isExplained)
        let entry = try #require(cell.node.traces.entry(trace))
        #expect((entry.customer, entry.service, entry.status) == ("c9", "front", 200))
        #expect(entry.took == .milliseconds(5))
        #expect(entry.decisions.map { "\($0.gate) \($0.verb.name)" }.contains("r-1/front/back started"))
    }

    @Test func whoComesWithoutATraceGetsOneOfItsOwn() throws {
        let cell = cell([waiting("front", 5)])
        for _ in 0..<2 { ask(cell, "front", isExplained: true) }
        cell.run(until: .at(10))
        let traces = cell.sink.traces.compactMap { $0 }
        #expect(Set(traces).count == 2)
    }

    @Test func oneInSoManyIsFollowed() {
        let cell = cell([waiting("front", 0)], traceSample: 10)
        for _ in 0..<2_000 { ask(cell, "front") }
        #expect((170...230).contains(cell.node.traces.begun))
        #expect(cell.sink.traces.allSatisfy { $0 == nil }, "nobody asked")
    }

    @Test func aFailureIsKeptWithItsGateAndNumbers() throws {
        let cell = cell([waiting("front", 0, calls: [Edge(to: 1)]), waiting("bad", 0, errors: 1)])
        for _ in 0..<5 { cell.call("front") }
        cell.sink.client.customer = "c9"
        cell.sink.client.trace = Self.parent
        ask(cell, "front", now: .at(600))
        let trace = try #require(cell.sink.traces.last ?? nil)
        #expect(trace.text == Self.parent.text && !trace.isExplained)
        let entry = try #require(cell.node.traces.entry(trace))
        #expect((entry.customer, entry.service, entry.status, entry.policy) == ("c9", "front", 502, "breaker"))
        #expect(
            entry.decisions.map { "\($0.gate) \($0.policy) \($0.verb.name)" } == [
                "r-1/front/bad breaker refused", "r-1/front/bad breaker settled",
            ])
        #expect(entry.decisions[0].why.numbers.contains { $0.name == "failure_rate" && $0.value == 1 })
    }

    @Test func aFullPoolIsKeptWithItsNumbers() throws {
        let cell = cell([waiting("front", 50, pool: Pool(workers: 1, queue: 0))])
        for _ in 0..<2 { ask(cell, "front") }
        let trace = try #require(cell.sink.traces.last ?? nil)
        let first = try #require(cell.node.traces.entry(trace)?.decisions.first)
        #expect(first.gate == "r-1/front" && (first.verb == .refused || first.verb == .shed))
        #expect(!first.why.numbers.isEmpty)
    }

    @Test func aFloodOfFailuresIsKeptInPart() {
        let cell = cell([waiting("front", 0, errors: 1)])
        for _ in 0..<TraceSampler.most * 3 { ask(cell, "front") }
        #expect(cell.node.traces.count == TraceSampler.most)
        #expect(cell.sink.traces.compactMap { $0 }.count == TraceSampler.most)
    }

    @Test func whoIsTurnedAwayAtOnceIsToldWhy() throws {
        let cell = cell([waiting("front", 0)])
        ask(cell, "none", isExplained: true)
        let trace = try #require(cell.sink.traces.last ?? nil)
        let entry = try #require(cell.node.traces.entry(trace))
        #expect((entry.service, entry.status) == ("unknown", 404))
        cell.node.leave(now: .zero, into: &cell.sink)
        ask(cell, "front")
        let failed = try #require(cell.sink.traces.last ?? nil)
        #expect(cell.node.traces.entry(failed)?.decisions.map(\.why.detail) == ["stopping"])
    }

    // MARK: HTTP

    private func text(_ response: CellResponse, _ line: String = "GET / HTTP/1.1") -> String {
        var bytes = Array("\(line)\r\nHost: a\r\n\r\n".utf8)
        return bytes.withUnsafeMutableBytes { bytes in
            var parser = HTTPRequestParser()
            guard case .complete(let request) = parser.parse(bytes, limits: .standard) else { return "" }
            var output = ByteBuffer(capacity: 256)
            response.append(to: request, HTTPDate(wall: 0), into: &output)
            return String(decoding: output.bytes, as: UTF8.self)
        }
    }

    @Test func theAnswerNamesTheTrace() {
        var response = CellResponse(status: 200)
        #expect(!text(response).contains("X-Trace-Id"))
        response.trace = Self.parent
        #expect(text(response).contains("\r\nX-Trace-Id: 4bf92f3577b34da6a3ce929d0e0e4736\r\n"))
        #expect(!text(response).contains("\"trace\""))
    }

    @Test func aProblemNamesTheGateAndTheTraceOfWhoAsked() {
        withBytes("\nbreaker r-1/front/bad") { note in
            var response = CellResponse(status: 502)
            response.note = note
            response.trace = Self.parent
            let kept = text(response)
            #expect(kept.contains("X-Trace-Id: ") && !kept.contains("\"trace\""))
            #expect(kept.contains("\"policy\":\"breaker\"") && kept.contains("\"gate\":\"r-1/front/bad\""))
            response.trace?.isExplained = true
            #expect(text(response).contains("\"trace\":\"4bf92f3577b34da6a3ce929d0e0e4736\""))
        }
    }
}
