import MeshBase
import Reports

/// The predictions that were given out and may still stand for their action.
///
/// An action that carries one is begun if nothing that it stood on has changed since. So nobody does what another screen
/// has shown, or what has come true meanwhile.
package struct PredictionLedger: Sendable {
    /// So many are remembered; older ones are stale.
    package static let most = 64

    /// What there is to say of an action.
    package enum Verdict: Sendable, Equatable {
        /// It is what was predicted.
        case holds
        /// `409 stale-prediction`, and why, in one sentence without a full stop.
        case stale(String)
    }

    private struct Entry {
        var id: String
        var request: PredictionRequest
        var basis: PredictionReport.Basis
        var at: Instant
    }
    private var entries: [Entry] = []
    private var generator: Generator

    /// - Parameter seed: of the ids; another one for each life of the control plane.
    package init(seed: UInt64) { generator = Generator(seed: seed, concern: "predictions") }

    /// Gives a prediction its id.
    package mutating func issue(
        _ report: PredictionReport, for request: PredictionRequest, now: Instant
    ) -> PredictionReport {
        var report = report
        report.prediction = String(generator.next(), radix: 36)
        if entries.count >= Self.most { entries.removeFirst() }
        entries.append(Entry(id: report.prediction, request: request, basis: report.basis, at: now))
        return report
    }

    /// Whether a prediction stands for an action on the mesh as it is now; it does so once.
    package mutating func redeem(
        _ id: String, for request: PredictionRequest, basis: PredictionReport.Basis, now: Instant
    ) -> Verdict {
        guard let place = entries.firstIndex(where: { $0.id == id }) else {
            return .stale(
                "there is no prediction '\(id.prefix(64))': it was used, is too old, or of another control plane")
        }
        let entry = entries[place]
        guard now - entry.at <= .milliseconds(Int64(PredictionReport.validMilliseconds)) else {
            entries.remove(at: place)
            return .stale("the prediction is older than \(PredictionReport.validMilliseconds / 1_000) s")
        }
        guard entry.request == request else { return .stale("the prediction is of another action") }
        entries.remove(at: place)
        guard entry.basis == basis else { return .stale(Self.difference(entry.basis, basis)) }
        return .holds
    }

    private static func difference(_ old: PredictionReport.Basis, _ new: PredictionReport.Basis) -> String {
        if old.down != new.down {
            let list = new.down.isEmpty ? "nothing" : new.down.prefix(4).joined(separator: ", ")
            return "the mesh has changed since: \(list) is down now"
        }
        if old.faults != new.faults { return "the faults in force have changed since" }
        return "customers have moved since (epoch \(new.epoch))"
    }
}
