import Reports
import Store
import Telemetry

/// Whether faults are let in. What it says is kept in the journal, so that who takes the mesh over says the same.
package final class HaltDesk {
    /// As the journal has it.
    private struct Kept: Codable {
        /// Nanoseconds since 1970.
        var since: Int64
        var reason: String?
    }

    private static let key = "halt"

    private let journal: Journal
    private var kept: Kept?

    /// Takes over what a predecessor has said; what cannot be read is no halt.
    package init(journal: Journal) {
        self.journal = journal
        let text = (try? journal.meta(Self.key)) ?? nil
        kept = text.flatMap { ReportJSON.decode(Kept.self, Array($0.utf8)) }
    }

    /// The halt in force; nil where there is none.
    package var halt: Halt? { kept.map { Halt(since: Timestamp.string($0.since), reason: $0.reason) } }

    /// When it was called, in nanoseconds since 1970; nil where there is none.
    package var since: Int64? { kept?.since }

    /// Lets nothing in from now on, whether that can be written down or not.
    ///
    /// - Returns: whether it was so before, and whether it is written down.
    package func call(_ reason: String?, now: Int64) -> (already: Bool, isKept: Bool) {
        let already = kept != nil
        // Whoever says why says it better than who said nothing.
        kept = Kept(since: kept?.since ?? now, reason: reason ?? kept?.reason)
        return (already, write(already ? "confirmed" : "called", now))
    }

    /// Lets faults in again.
    ///
    /// - Throws: 500 where it cannot be written down: the next control plane would be halted again.
    /// - Returns: false where there was none.
    package func release(now: Int64) throws(APIFailure) -> Bool {
        guard let before = kept else { return false }
        kept = nil
        guard write("released", now) else {
            kept = before
            throw APIFailure(500, "The halt stays in force: the journal cannot be written.")
        }
        return true
    }

    /// - Throws: 409 while a halt is in force.
    package func check() throws(APIFailure) {
        if let refusal {
            throw APIFailure(409, "\(refusal). Nothing was done; 'cellmesh halt --release' ends the halt.")
        }
    }

    /// Why nothing is let in, without a full stop; nil where all is.
    package var refusal: String? {
        halt.map { halt in
            "The mesh is halted since \(halt.since)" + (halt.reason.map { " (\($0))" } ?? "") + ": it takes no faults"
        }
    }

    private func write(_ action: String, _ now: Int64) -> Bool {
        let text = kept.map { String(decoding: ReportJSON.encode($0), as: UTF8.self) } ?? ""
        let reason = kept?.reason
        let written: Void? = try? journal.write { transaction in
            try transaction.setMeta(Self.key, text)
            try transaction.append(
                JournalEvent(
                    TelemetryEvent(
                        time: now, type: "halt", action: action, id: "mesh",
                        attributes: reason.map { [.init("reason", .string($0))] } ?? [])))
        }
        return written != nil
    }
}
