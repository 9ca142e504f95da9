import Foundation
import MeshBase
import Testing
import Topology

@testable import Nodes
@testable import Wire

/// Services that are programs of the user's own: what their cell gives them, and what comes of their answers.
@Suite struct CellProgramTests {
    private func cell(_ services: [Service]) -> CellHarness {
        let cell = CellHarness(topology(services: services), programs: ProgramRule())
        cell.node.graph.programs.start(now: .zero)
        return cell
    }

    private func app(_ workers: Int = 2, queue: Int = 2) -> Service {
        var service = Service(name: "app", pool: Pool(workers: workers, queue: queue))
        service.program = ProgramSettings(run: ["app"])
        return service
    }

    /// The program has started and is ready.
    private func ready(_ cell: CellHarness, service: Int = 0, now: Instant = .zero) {
        cell.node.wake(now: now, into: &cell.sink)
        let number = cell.node.graph.programs[service]!.life.number
        cell.node.programProbed(service, number: number, isReady: true, now: now, into: &cell.sink)
        cell.sink.programs = []
    }

    private func calls(_ cell: CellHarness) -> [ProgramCall] {
        defer { cell.sink.programs = [] }
        return cell.sink.programs.compactMap { if case .call(let call, _, _) = $0 { call } else { nil } }
    }

    private func answer(_ cell: CellHarness, _ call: ProgramCall, _ end: ProgramEnd, now: Instant = .at(5)) {
        cell.node.programAnswered(call.ticket, service: 0, end, now: now, into: &cell.sink)
    }

    @Test func nothingBeginsBeforeItIsReady() {
        let cell = cell([app()])
        cell.call("app")
        cell.node.wake(now: .zero, into: &cell.sink)
        guard case .start(0, 1)? = cell.sink.programs.first else { return #expect(Bool(false), "no start") }
        cell.call("app")
        let replies = cell.takeReplies()
        #expect(replies.map(\.head.kind) == [.refusal, .refusal])
        #expect(replies.allSatisfy { $0.head.status == Refusal.noProgram.rawValue && $0.head.deadline > 0 })
        #expect(calls(cell).isEmpty && cell.isIdle)
        #expect(cell.node.programs()[0].counters.unreachable == 2)
    }

    @Test func itsAnswerIsTheClients() {
        let cell = cell([app()])
        ready(cell)
        let request = cell.send(.serviceCall, "app", customer: "ann", priority: .high, deadline: 800, body: "hi")
        let call = calls(cell)[0]
        #expect(call.request.customer == Array("ann".utf8) && call.request.body == Array("hi".utf8))
        #expect(call.isEntry && call.priority == .high && call.remaining == .milliseconds(800))
        #expect(call.chain == "app:0.800")
        answer(cell, call, .answer(ProgramAnswer(status: 201, isJSON: false, body: Array("made".utf8))))
        let reply = cell.takeReplies()[0]
        #expect(reply.head.request == request && reply.head.kind == .reply && reply.head.status == 201)
        #expect(reply.body == "made" && !reply.head.flags.contains(.json))
        #expect(cell.isIdle && cell.services()[0].busy == 0)
    }

    @Test(arguments: [
        (ProgramEnd.answer(ProgramAnswer(status: 404, body: Array("no".utf8))), UInt16(404), "no"),
        (.answer(ProgramAnswer(status: 500, body: Array("secret".utf8))), 500, "program-answered-500"),
        (.answer(ProgramAnswer(status: 503)), 503, "program-answered-503"),
        (.garbage, 500, "\"failed\""), (.lost, 503, "program-lost"),
    ]) func whatIsNoSuccessHasItsStatus(_ end: ProgramEnd, _ status: UInt16, _ text: String) {
        let cell = cell([app()])
        ready(cell)
        cell.call("app")
        answer(cell, calls(cell)[0], end)
        let reply = cell.takeReplies()[0]
        #expect(reply.head.kind == .reply && reply.head.status == status && reply.body.contains(text), "\(reply)")
        #expect(!reply.body.contains("secret") && cell.isIdle)
    }

    @Test func aDeathEndsItsCallsAndTheQueueIsRefused() {
        let cell = cell([app(2, queue: 2)])
        ready(cell)
        let given = (0..<4).map { _ in cell.call("app", deadline: 1_000) }
        #expect(calls(cell).count == 2, "no more connections than workers")
        cell.node.programEnded(0, number: 1, how: "signal 9", now: .at(10), into: &cell.sink)
        let replies = cell.takeReplies()
        #expect(replies.filter { $0.head.kind == .reply }.map(\.head.request) == Array(given[..<2]))
        #expect(replies.filter { $0.head.kind == .refusal }.map(\.head.request) == Array(given[2...]))
        #expect(cell.isIdle && calls(cell).isEmpty)
        #expect(cell.sink.events.contains(.program(service: "app", .ended("signal 9", again: .milliseconds(100)))))
        // What is said of that process later is nothing to the next one.
        cell.node.wake(now: .at(110), into: &cell.sink)
        cell.node.programProbed(0, number: 1, isReady: true, now: .at(111), into: &cell.sink)
        cell.node.programEnded(0, number: 1, how: "again", now: .at(111), into: &cell.sink)
        #expect(cell.node.graph.programs[0]!.life.number == 2 && !cell.node.graph.programs[0]!.life.isReady)
        cell.node.programProbed(0, number: 2, isReady: true, now: .at(112), into: &cell.sink)
        cell.call("app", now: .at(113))
        #expect(calls(cell).count == 1)
    }

    @Test func aHangEndsAtTheDeadlineAndGivesItsWorkerBack() {
        let cell = cell([app(1, queue: 1)])
        ready(cell)
        cell.call("app", deadline: 200)
        let call = calls(cell)[0]
        cell.node.wake(now: .at(200), into: &cell.sink)
        #expect(cell.takeReplies().map(\.head.status) == [504])
        guard case .drop(call.ticket, 0)? = cell.sink.programs.last else {
            return #expect(Bool(false), "the connection stays open")
        }
        #expect(cell.services()[0].busy == 0 && cell.node.programs()[0].counters.overdue == 1)
        // What comes after all is for nobody.
        answer(cell, call, .answer(ProgramAnswer(status: 200)), now: .at(300))
        #expect(cell.takeReplies().isEmpty && cell.node.programs()[0].counters.answered == 0)
    }

    @Test func aCallerGetsItsOwnAnswerAndTheProgramTheCustomer() {
        var front = Service(name: "front", calls: [Edge(to: 1)])
        front.work = Work()
        let cell = cell([front, app()])
        ready(cell, service: 1)
        cell.send(.serviceCall, "front", customer: "ann", deadline: 900, body: "order")
        let call = calls(cell)[0]
        #expect(!call.isEntry && call.method == .get && call.request.customer == Array("ann".utf8))
        #expect(call.chain.hasPrefix("front:0.900,app:"))
        answer(cell, call, .answer(ProgramAnswer(status: 200, body: Array("mine".utf8))))
        let reply = cell.takeReplies()[0]
        #expect(
            reply.head.status == 200 && reply.body.contains("\"service\":\"front\"") && !reply.body.contains("mine"))
    }

    @Test func withoutARuleItIsItsWork() {
        let cell = CellHarness(topology(services: [app()]))
        cell.call("app")
        #expect(cell.takeReplies().map(\.head.status) == [200] && cell.sink.programs.isEmpty)
    }

    @Test func theProgramReadsAPlainRequest() {
        let request = ProgramRequest(
            customer: Array("a b\n".utf8), method: .post, path: Array("/orders?x=1".utf8), key: Array("k-1".utf8),
            trace: FrameTrace(high: 1, low: 2, isExplained: true), traceState: Array("a=1,b=2".utf8),
            body: Array("{}".utf8))
        var call = ProgramCall(
            ticket: 7, request: request, isEntry: true, priority: .critical, remaining: .milliseconds(90),
            chain: "app:0.090")
        func text() -> String {
            var output = ByteBuffer(capacity: 64)
            call.append(host: "127.0.0.1:9", into: &output)
            return String(decoding: output.bytes, as: UTF8.self)
        }
        let lines = text().components(separatedBy: "\r\n")
        #expect(lines[0] == "POST /orders?x=1 HTTP/1.1")
        for line in [
            "Host: 127.0.0.1:9", "X-Customer-ID: a%20b%0A", "X-Priority: critical", "X-Deadline-Ms: 90",
            "X-Deadline-Chain: app:0.090", "Idempotency-Key: k-1", "tracestate: a=1,b=2", "Content-Length: 2",
        ] { #expect(lines.contains(line), "\(line) in \(lines)") }
        #expect(
            lines.contains { $0.hasPrefix("traceparent: 00-00000000000000010000000000000002-") && $0.hasSuffix("-01") })
        #expect(lines.last == "{}")
        call.span = 0xAB
        #expect(text().contains("traceparent: 00-00000000000000010000000000000002-00000000000000ab-01\r\n"))
        call.isEntry = false
        #expect(text().hasPrefix("GET / HTTP/1.1\r\n") && !text().contains("Content-Length"))
    }
}
