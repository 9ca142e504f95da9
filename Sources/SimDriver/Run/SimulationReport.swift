import Checkers
import MeshBase

/// What came of a run, in the shape of `sim run -o json`.
package struct SimulationReport: Sendable, Encodable {
    /// What a run may have found wrong.
    package enum Finding: UInt8, Sendable, CaseIterable {
        case safety, liveness, nondeterminism, outOfTime
    }

    /// How the requests of the load ended.
    package struct Requests: Sendable, Equatable, Encodable {
        package var sent = 0
        package var ok = 0
        package var refused = 0
        package var unknown = 0
        package var dropped = 0

        init() {}
        init(_ ledger: ClientLedger) {
            sent = ledger.requests
            ok = ledger.ok
            refused = ledger.refused
            unknown = ledger.unknown
            dropped = ledger.dropped
        }
    }

    package let schema = "cellmesh/1"
    package var scenario: String
    package var seed: UInt64
    /// 16 hexadecimal digits; equal for equal seeds.
    package var traceHash: String
    /// Virtual milliseconds from the start of the mesh to the end of the checks.
    package var simulatedMilliseconds: Double
    /// Set by the caller, who has a clock.
    package var wallMilliseconds = 0.0
    package var events: UInt64
    package var faultsFired: Int
    package var requests = Requests()
    package var membership = MembershipFigures()
    /// What calls of services were answered with; not part of the document.
    package var answers = SimAnswers()
    /// What the coordinator came to, in order; not part of the document.
    package var steps: [SimStep] = []
    /// The placement at the end: what each cohort leaves out, and who is pinned; not part of the document.
    package var placement: [SimEnd] = []
    package private(set) var verdicts: [Verdict] = []
    package private(set) var findings: [Finding] = []

    init(
        scenario: String, seed: UInt64, traceHash: UInt64, simulated: TimeAmount, events: UInt64, faultsFired: Int
    ) {
        self.scenario = scenario
        self.seed = seed
        self.traceHash = HexText.text(traceHash)
        simulatedMilliseconds = simulated.milliseconds
        self.events = events
        self.faultsFired = faultsFired
    }

    mutating func add(_ verdict: Verdict, otherwise finding: Finding) {
        verdicts.append(verdict)
        if !verdict.ok, !findings.contains(finding) { findings.append(finding) }
    }

    package var isOk: Bool { findings.isEmpty }

    /// 0, or the code of the gravest finding: 13 nondeterminism, 11 safety, 14 out of time, 12 liveness.
    package var exitCode: Int32 {
        if findings.contains(.nondeterminism) { return 13 }
        if findings.contains(.safety) { return 11 }
        if findings.contains(.outOfTime) { return 14 }
        return findings.contains(.liveness) ? 12 : 0
    }

    package func verdict(_ oracle: String) -> Verdict? { verdicts.first { $0.oracle == oracle } }

    private enum CodingKeys: String, CodingKey {
        case schema, scenario, seed
        case traceHash = "trace_hash"
        case simulatedMilliseconds = "simulated_ms"
        case wallMilliseconds = "wall_ms"
        case events
        case faultsFired = "faults_fired"
        case requests, membership, verdicts
    }
}
