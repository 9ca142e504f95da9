import MeshBase
import Testing
import Topology
import Wire

@testable import Nodes

private typealias Edge = Topology.Edge

/// Who asks a cell without a router is told of failures as a router would tell: why, and when to come back.
@Suite struct CellFrontFailureTests {
    private func ask(
        _ cell: CellHarness, _ service: String, isSafe: Bool = true, deadline: TimeAmount = .seconds(1),
        now: Instant = .zero
    ) {
        withBytes(service) { service in
            withBytes("c9") { customer in
                cell.node.handle(
                    serviceCall: service, customer: customer, priority: .normal, isSafe: isSafe, isRead: isSafe,
                    deadline: deadline,
                    program: { _ in
                        ProgramRequest(customer: Array("c9".utf8))
                    },
                    connection: ConnectionID(index: 7, generation: 1), now: now, into: &cell.sink)
            }
        }
    }

    private func told(_ cell: CellHarness) -> [String] {
        cell.sink.problems.enumerated().map { index, problem in
            "\(cell.sink.responses[index].1) \(problem.map { "\($0.type) \($0.policy)" } ?? "-") "
                + "\(Int64(cell.sink.waits[index].milliseconds))"
        }
    }

    @Test func aServiceThatNeedsWhatIsCutOffSaysWhenToComeBack() {
        var mesh = topology(
            services: [waiting("front", 0, calls: [Edge(to: 1)]), waiting("bad", 0, errors: 1)], profile: .local)
        mesh.policies?.off = [.retry, .throttle]
        mesh.policies?.breaker?.jitter = 0
        let cell = CellHarness(mesh)
        for _ in 0..<5 { ask(cell, "front") }
        ask(cell, "front", now: .at(600))
        // What failed by itself may be well in a second; what is cut off is so for 1.4 s more.
        #expect(told(cell).dropLast().allSatisfy { $0 == "502 service-failed service 1000" }, "\(told(cell))")
        #expect(told(cell).last == "502 service-failed breaker 1400")
    }

    @Test func aLimitIsNamedAndAnswersItsOwnClientWithoutAnInvitation() {
        let cell = CellHarness(
            topology(
                services: [
                    waiting("slow", 300), waiting("front", 0, calls: [Edge(to: 0, timeout: .milliseconds(100))]),
                ], profile: .local))
        ask(cell, "slow", deadline: .milliseconds(200))
        ask(cell, "front")
        cell.run(until: .at(900))
        // Whose own time was too short need not come back as it is; the limit of a call inside may hold the next time.
        #expect(
            told(cell) == [
                "504 service-failed attempt-timeout 1000", "504 service-failed deadline 0",
            ])
        #expect(cell.sink.problems.map { $0?.gate } == ["r-1/front/slow", nil])
    }

    /// Twice is not as once, and it may have been carried out.
    @Test func whoMayHaveBeenServedIsNotInvited() {
        let services = [waiting("front", 0, calls: [Edge(to: 1)]), waiting("bad", 0, errors: 1)]
        var mesh = topology(services: services, profile: .local)
        mesh.policies?.off = [.failure, .retry]
        let cell = CellHarness(mesh)
        ask(cell, "front", isSafe: false)
        ask(cell, "front")
        #expect(cell.sink.responses.map(\.1) == [502, 502])
        #expect(cell.sink.waits == [.zero, .seconds(1)])
    }

    @Test func whatWasNotBegunIsToldAsARefusal() {
        let cell = CellHarness(topology(services: [waiting("slow", 100, pool: Pool(workers: 1, queue: 0))]))
        ask(cell, "slow")
        ask(cell, "slow")
        ask(cell, "none")
        cell.node.leave(now: .zero, into: &cell.sink)
        ask(cell, "slow")
        #expect(
            told(cell) == [
                "503 cell-refused bulkhead 1000", "404 unknown-service routing 0", "503 cell-refused bulkhead 1000",
            ])
    }

    /// Whatever a program that failed has said or not said: its service has failed, and no cell has refused.
    @Test(arguments: [
        (ProgramEnd.lost, "503 service-failed service 1000"), (.garbage, "500 service-failed service 0"),
        (.answer(ProgramAnswer(status: 503)), "503 service-failed service 1000"),
        (.answer(ProgramAnswer(status: 404)), "404 - 0"),
    ]) func aProgramThatFailsIsAServiceThatFails(_ end: ProgramEnd, _ expected: String) {
        var app = Service(name: "app", pool: Pool(workers: 1, queue: 0))
        app.program = ProgramSettings(run: ["app"])
        let cell = CellHarness(topology(services: [app]), programs: ProgramRule())
        cell.node.graph.programs.start(now: .zero)
        ask(cell, "app")
        cell.node.wake(now: .zero, into: &cell.sink)
        let number = cell.node.graph.programs[0]!.life.number
        cell.node.programProbed(0, number: number, isReady: true, now: .zero, into: &cell.sink)
        cell.sink.programs = []
        ask(cell, "app")
        let calls = cell.sink.programs.compactMap { if case .call(let call, _, _) = $0 { call } else { nil } }
        cell.node.programAnswered(calls[0].ticket, service: 0, end, now: .at(5), into: &cell.sink)
        #expect(told(cell) == ["503 program-not-ready health 100", expected])
    }

    @Test func theHeaderAndTheBodySayTheSame() {
        var response = CellResponse(status: 503)
        response.refusal = .noProgram
        response.wait = .milliseconds(1_400)
        var bytes = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        let text = bytes.withUnsafeMutableBytes { bytes in
            var parser = HTTPRequestParser()
            guard case .complete(let request) = parser.parse(bytes, limits: .standard) else { return "" }
            var output = ByteBuffer(capacity: 256)
            response.append(to: request, HTTPDate(wall: 0), into: &output)
            return String(decoding: output.bytes, as: UTF8.self)
        }
        #expect(text.contains("\r\nRetry-After: 2\r\n") && text.contains("\"retry_after_ms\":1400"))
    }
}
