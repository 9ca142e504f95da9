import MeshBase
import Reports
import Resilience
import Testing
import Wire

@testable import Nodes

@Suite struct TraceLogTests {
    private static let at = Instant.zero + .seconds(1)
    private static func trace(_ low: UInt64, isExplained: Bool = true) -> FrameTrace {
        FrameTrace(high: 7, low: low, isExplained: isExplained, isSampled: !isExplained)
    }
    private static func decision(_ text: String) -> TraceDecision {
        TraceDecision(at: at, gate: "r1/a/b", attempt: 0, .breaker, .refused, Explanation(text, [.init("rate", 0.5)]))
    }

    @Test func whatWasNotBegunIsNotKept() {
        var log = TraceLog()
        log.note(Self.trace(1), Self.decision("before"))
        log.end(Self.trace(1), status: 200, now: Self.at)
        #expect(log.entry(Self.trace(1)) == nil)
        log.begin(Self.trace(1), TraceClient(customer: "c7"), service: "checkout", now: Self.at)
        log.note(Self.trace(1), Self.decision("after"))
        #expect(log.entry(Self.trace(1))?.decisions == [Self.decision("after")])
    }

    @Test func theOldestLeavesAndTheOthersAreFoundStill() {
        var log = TraceLog()
        let all = UInt64(TraceLog.traces)
        for low in 1...all + 10 {
            log.begin(Self.trace(low), service: "s\(low)", now: Self.at + .milliseconds(Int64(low)))
        }
        #expect(log.entry(Self.trace(10)) == nil)
        #expect(log.entry(Self.trace(11))?.service == "s11")
        #expect(log.entry(Self.trace(all + 10))?.service == "s\(all + 10)")
        #expect((log.begun, log.forgotten, log.count) == (all + 10, 10, TraceLog.traces))
        #expect(log.latest(2).map(\.service) == ["s\(all + 10)", "s\(all + 9)"])
        #expect(log.latest(Int.max).count == TraceLog.traces)
        #expect(log.latest(-1).isEmpty)
    }

    @Test func aFloodOfOthersLeavesWhatWasAskedFor() {
        var log = TraceLog()
        log.begin(Self.trace(1), service: "asked", now: Self.at)
        log.note(Self.trace(1), Self.decision("kept"))
        for low in 2...UInt64(TraceLog.traces) * 3 {
            log.begin(Self.trace(low, isExplained: false), service: "s", now: Self.at)
        }
        log.note(Self.trace(1), Self.decision("and more"))
        #expect(log.entry(Self.trace(1))?.decisions.map(\.why.detail) == ["kept", "and more"])
        #expect(log.count == TraceLog.traces)
        #expect(log.entry(Self.trace(UInt64(TraceLog.traces) * 3, isExplained: false)) != nil)
    }

    /// What ended unlike the others stays longer than the sample, also where that was not known when it began.
    @Test func outcomesOutliveTheSample() {
        var log = TraceLog()
        log.begin(Self.trace(1, isExplained: false), service: "failed", reason: .failed, now: Self.at)
        log.begin(Self.trace(2, isExplained: false), service: "sampled", now: Self.at)
        log.mark(Self.trace(2), .slow)
        for low in 3...UInt64(TraceLog.traces) * 2 {
            log.begin(Self.trace(low, isExplained: false), service: "s", now: Self.at)
        }
        #expect(log.entry(Self.trace(1))?.reason == .failed && log.entry(Self.trace(2))?.reason == .slow)
        #expect(log.entry(Self.trace(3)) == nil && log.count == TraceLog.traces)
        log.note(Self.trace(2), Self.decision("after"))
        #expect(log.entry(Self.trace(2))?.decisions.count == 1)
        log.begin(Self.trace(9_999), service: "asked", now: Self.at)
        log.mark(Self.trace(9_999), .failed)
        #expect(log.entry(Self.trace(9_999))?.reason == .explained)
    }

    /// Whichever came first and fills the log: the other has its half of it, by its newest, and the sample has what is left.
    @Test(arguments: [true, false], [("", 9), (String(repeating: "x", count: 4_000), 1)])
    func neitherOutcomesNorWhatWasAskedForCrowdsTheOtherOut(
        isExplainedFirst: Bool, _ decision: (text: String, count: Int)
    ) {
        var log = TraceLog()
        let all = UInt64(TraceLog.traces)
        for low in 1...2 * all {
            let isExplained = (low <= all) == isExplainedFirst
            let trace = Self.trace(low, isExplained: isExplained)
            log.begin(trace, service: "s", reason: isExplained ? nil : .failedOver, now: Self.at)
            for _ in 0..<decision.count {
                log.note(trace, TraceDecision(at: Self.at, named: "retry", .retried, Explanation(decision.text)))
            }
            #expect(log.entry(trace)?.decisions.count == decision.count, "\(low) has left at once")
        }
        func kept(_ range: ClosedRange<UInt64>) -> [UInt64] { range.filter { log.entry(Self.trace($0)) != nil } }
        let (first, second) = (kept(1...all), kept(all + 1...2 * all))
        #expect(abs(first.count - second.count) <= 2 && first.count > 100, "\(first.count) and \(second.count)")
        #expect(first.last == all && second.last == 2 * all, "the oldest leave")
        log.begin(Self.trace(9_999, isExplained: false), service: "sampled", now: Self.at)
        for low in all * 3...all * 3 + 20 { log.begin(Self.trace(low), service: "s", now: Self.at) }
        #expect(log.entry(Self.trace(9_999)) == nil && kept(1...all).isEmpty == false)
    }

    @Test func allTakeNoMoreThanTheirBytesAndSpans() {
        var log = TraceLog()
        let long = String(repeating: "x", count: 4_000)
        for low in 1...UInt64(TraceLog.traces) {
            log.begin(Self.trace(low), service: "s", now: Self.at)
            log.note(Self.trace(low), Self.decision(long))
        }
        #expect((200...262).contains(log.count), "\(log.count) of 4 000 bytes each")
        #expect(log.entry(Self.trace(UInt64(TraceLog.traces)))?.decisions.count == 1)
        var spans = TraceLog()
        for low in 1...UInt64(TraceLog.traces) {
            spans.begin(Self.trace(low), service: "s", now: Self.at)
            for attempt in UInt8(0)..<9 {
                spans.note(
                    Self.trace(low),
                    TraceDecision(at: Self.at, gate: "g", attempt: attempt, named: "retry", .retried, Explanation("")))
            }
        }
        #expect(spans.count <= TraceLog.spans / 10 && spans.count > 350, "\(spans.count)")
    }

    @Test func aTraceHasSoManyDecisions() {
        var log = TraceLog()
        log.begin(Self.trace(1), service: "s", now: Self.at)
        for number in 0..<TraceLog.decisions + 3 { log.note(Self.trace(1), Self.decision("\(number)")) }
        let entry = log.entry(Self.trace(1))
        #expect(entry?.decisions.count == TraceLog.decisions)
        #expect(entry?.decisions.last?.why.detail == "\(TraceLog.decisions - 1)")
        #expect(entry?.dropped == 3)
    }

    /// The same trace with and without the wish to explain is one.
    @Test func aSecondBeginGoesOn() {
        var log = TraceLog()
        log.begin(Self.trace(1), TraceClient(customer: "c7"), service: "s", now: Self.at)
        log.begin(FrameTrace(high: 7, low: 1, isExplained: false), service: "t", now: Self.at + .seconds(1))
        #expect(log.begun == 1)
        log.end(Self.trace(1), status: 503, policy: "breaker", now: Self.at + .seconds(2))
        let entry = log.entry(Self.trace(1))
        #expect(entry?.service == "s")
        #expect(entry?.status == 503)
        #expect(entry?.policy == "breaker")
        #expect(entry?.took == .seconds(2))
    }

    @Test(arguments: [
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true),
        ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", false),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false),
        ("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false),
        ("00-4BF92F3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false),
        ("00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false),
        ("00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g", false),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-", false), ("", false),
    ])
    func parentsAreReadOrNotAtAll(_ text: String, isRead: Bool) {
        let trace = Array(text.utf8).withUnsafeBytes { FrameTrace(traceparent: $0, isExplained: true) }
        #expect((trace != nil) == isRead, "\(text)")
        if let trace { #expect(trace.text == "4bf92f3577b34da6a3ce929d0e0e4736") }
    }

    @Test(arguments: [("00", false), ("01", true), ("0a", false), ("0b", true), ("fe", false), ("ff", true)])
    func theCallersFlagIsRead(_ flags: String, isKept: Bool) {
        let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-\(flags)"
        Array(text.utf8).withUnsafeBytes {
            #expect(FrameTrace(traceparent: $0, isExplained: false)?.isSampled == isKept)
            #expect(FrameTrace.span(traceparent: $0) == 0x00f0_67aa_0ba9_02b7)
        }
    }

    @Test(arguments: [
        ("4bf92f3577b34da6a3ce929d0e0e4736", true), ("0000000000000000000000000000000a", true),
        ("00000000000000000000000000000000", false), ("+bf92f3577b34da6+3ce929d0e0e4736", false),
        ("4bf92f3577b34da6a3ce929d0e0e473", false), ("x", false),
    ])
    func idsAreReadAsTheyAreWritten(_ text: String, isRead: Bool) {
        #expect(FrameTrace(text)?.text == (isRead ? text : nil))
    }

    /// Each end has a number, and what is added later a new one; who asks has what he lacks, failures before the sample.
    @Test func endsAreToldOnceAndAgainWhenSomethingIsAdded() {
        var log = TraceLog()
        for low in 1...3 as ClosedRange<UInt64> {
            log.begin(Self.trace(low, isExplained: false), service: "s\(low)", now: Self.at)
        }
        log.note(Self.trace(1), Self.decision("goes on"))
        #expect(log.last == TraceCursor() && log.ended(after: TraceCursor()).isEmpty)
        for low in 1...3 as ClosedRange<UInt64> {
            if low == 2 { log.mark(Self.trace(low), .failed) }
            log.end(Self.trace(low), status: 200, now: Self.at)
        }
        #expect(log.last == TraceCursor(outcome: 2, plain: 3))
        #expect(log.ended(after: TraceCursor()).map(\.service) == ["s2", "s1", "s3"])
        #expect(log.ended(after: TraceCursor(outcome: 2, plain: 1)).map(\.service) == ["s3"])
        #expect(log.ended(after: log.last).isEmpty)
        let before = log.last
        log.note(Self.trace(1), Self.decision("late"))
        #expect(log.ended(after: before).map(\.service) == ["s1"])
        log.mark(Self.trace(3), .slow)
        #expect(log.ended(after: before).map(\.service) == ["s3", "s1"], "it is no plain one any more")
    }

    /// What leaves before a control plane had it is counted apart.
    @Test func spansThatLeaveAreCountedByWhetherTheyWereTold() {
        var log = TraceLog()
        log.begin(Self.trace(1, isExplained: false), service: "told", now: Self.at)
        log.note(Self.trace(1), TraceDecision(at: Self.at, named: "placement", .started, Explanation("")))
        log.end(Self.trace(1), status: 200, now: Self.at)
        log.tell(upTo: log.last)
        log.begin(Self.trace(2, isExplained: false), service: "untold", now: Self.at)
        log.end(Self.trace(2), status: 200, now: Self.at)
        log.begin(Self.trace(3, isExplained: false), service: "goes on", now: Self.at)
        for low in 10..<UInt64(TraceLog.traces) + 10 { log.begin(Self.trace(low), service: "s", now: Self.at) }
        #expect(log.spansForgotten == (told: 2, untold: 2))
        #expect(log.spansKept == UInt64(TraceLog.traces) + 4)
    }
}
