import MeshBase
import Resilience
import Testing
import Wire

@testable import Nodes

/// What came over the wire, and what policies make of it: a row for each line of the table of outcomes.
@Suite struct OutcomeWireTests {
    struct Row: Sendable {
        var outcome: Outcome
        var kind = FailureKind.none
        var began = true
        /// Where slow attempts are counted, as everywhere by default.
        var mark: Mark
        var isRetried: Bool

        func expect(_ end: AttemptEnd, _ what: some CustomStringConvertible) {
            let isFree = end.kind == .elsewhere
            #expect(end.outcome == outcome && end.kind == kind && end.began == began, "\(what): \(end)")
            #expect(end.mark(countsSlow: true) == mark, "\(what)")
            #expect((FailureKinds.transient.contains(end.kind) || isFree) == isRetried, "\(what)")
        }
    }

    static let ok = Row(outcome: .ok, mark: .success, isRetried: false)
    static let failed = Row(outcome: .failed, kind: .failed, mark: .failure, isRetried: false)
    static let clients = Row(outcome: .ignored, mark: .nothing, isRetried: false)
    static let unavailable = Row(outcome: .ignored, kind: .unavailable, mark: .nothing, isRetried: true)

    static let statuses: [(UInt16, Row)] = [
        (200, ok), (202, ok), (204, ok), (304, ok),
        (400, clients), (401, clients), (404, clients), (409, clients), (422, clients), (499, clients),
        // Counted as slow when it was overdue.
        (408, Row(outcome: .failed, kind: .timeout, mark: .nothing, isRetried: true)),
        (429, Row(outcome: .refused, kind: .limited, began: false, mark: .nothing, isRetried: true)),
        (500, failed), (505, failed), (507, failed), (599, failed), (501, clients),
        (502, unavailable), (504, unavailable),
        (503, Row(outcome: .refused, kind: .unavailable, mark: .failure, isRetried: true)),
        // No statuses of an answer.
        (0, failed), (100, failed), (700, failed), (.max, failed),
    ]

    @Test func everyStatusHasItsOutcome() {
        for (status, row) in Self.statuses { row.expect(AttemptEnd(status: status), status) }
    }

    @Test func thatARecordIsNotThereIsAnAnswer() {
        Self.ok.expect(AttemptEnd(status: 404, isRecord: true), "404")
        Self.clients.expect(AttemptEnd(status: 409, isRecord: true), "409")
    }

    /// Where slow attempts count as nothing, one that ran out of time is a failure.
    @Test func aTimeoutFailsWhereSlowIsNotCounted() {
        #expect(AttemptEnd(status: 408).mark(countsSlow: false) == .failure)
    }

    static func row(_ refusal: Refusal) -> Row {
        let elsewhere = Row(outcome: .ignored, kind: .elsewhere, began: false, mark: .nothing, isRetried: true)
        return switch refusal {
        case .overloaded:
            Row(outcome: .refused, kind: .overloaded, began: false, mark: .nothing, isRetried: true)
        case .storeFull, .storeBroken:
            Row(outcome: .failed, kind: .overloaded, began: false, mark: .failure, isRetried: true)
        case .noProgram: Row(outcome: .failed, kind: .connect, began: false, mark: .failure, isRetried: true)
        case .shed: Row(outcome: .refused, kind: .shed, began: false, mark: .nothing, isRetried: true)
        case .stopping, .otherEpoch, .refilling, .notMember, .moving, .keyUndecided, .givenUp, .notReady: elsewhere
        case .keyClaimed, .keyUnsettled, .keyAnswerCut: clients
        case .unknownService, .noStore, .deadline, .malformed, .tooLarge, .keyReused, .keyRequired, .keyUnkept:
            Row(outcome: .ignored, began: false, mark: .nothing, isRetried: false)
        }
    }

    @Test func everyRefusalHasItsOutcome() {
        for refusal in Refusal.allCases { Self.row(refusal).expect(AttemptEnd(refusal: refusal), "\(refusal)") }
        Self.row(.stopping).expect(AttemptEnd(refusal: nil), "a reason of newer cells")
    }

    @Test func retryAfterIsWhatTheWireSays() {
        for end in [
            AttemptEnd(status: 503, retryAfterMilliseconds: 1500),
            AttemptEnd(status: 429, retryAfterMilliseconds: 1500),
            AttemptEnd(refusal: .shed, retryAfterMilliseconds: 1500),
            AttemptEnd(refusal: .overloaded, retryAfterMilliseconds: 1500),
            AttemptEnd(refusal: .keyClaimed, retryAfterMilliseconds: 1500),
        ] { #expect(end.retryAfter == .milliseconds(1500)) }
        #expect(AttemptEnd(status: 503).retryAfter == .zero)
        #expect(AttemptEnd(refusal: .shed, retryAfterMilliseconds: .max).retryAfter == .milliseconds(4_294_967_295))
    }

    @Test func linksHaveTheirOutcomes() {
        Row(outcome: .failed, kind: .reset, mark: .failure, isRetried: true).expect(.linkLost, "lost")
        Row(outcome: .failed, kind: .connect, began: false, mark: .failure, isRetried: true).expect(.unsent, "unsent")
        Row(outcome: .cancelled, began: false, mark: .nothing, isRetried: false).expect(.withdrawn, "withdrawn")
    }
}
