import Blueprints
import Chaos
import FoundationEssentials
import MeshBase
import Store
import Telemetry
import Topology

/// The faults on the wire of one mesh: each is a lease in the journal before it acts, and acts by standing in
/// `faults.json`, which every process follows by itself.
package final class FaultRegister {
    private let journal: Journal
    private let path: String
    private let topology: MeshTopology
    package private(set) var schedule: FaultSchedule
    package private(set) var revision: Int64
    private var nextNumber: Int64
    private var addresses: [String: String] = [:]
    /// The file does not say what is in force: it is written again.
    package private(set) var isStale = false

    private static let kindPrefix = "wire/"

    /// Takes over what a predecessor has injected.
    ///
    /// - Parameters:
    ///   - path: of `faults.json`.
    ///   - keeps: false where no process of the mesh runs: faults of an earlier launch do not strike a new one.
    package init(
        journal: Journal, path: String, topology: MeshTopology, keeps: Bool, now: ClockReading
    ) throws(StoreError) {
        self.journal = journal
        self.path = path
        self.topology = topology
        var kept: [WireFault] = []
        var last: Int64 = 0
        var revision: Int64 = 0
        try journal.write { transaction in
            last = try transaction.meta("faults/last").flatMap { Int64($0) } ?? 0
            revision = try transaction.meta("faults/revision").flatMap { Int64($0) } ?? 0
            for lease in try transaction.leases() where lease.kind.hasPrefix(Self.kindPrefix) {
                let fault = try? JSONDecoder().decode(WireFault.self, from: Data(lease.parameters.utf8))
                if let fault, keeps, fault.isActive(at: now) {
                    kept.append(fault)
                } else {
                    try transaction.removeLease(lease.id)
                    try transaction.append(
                        Self.event(now.wall, lease.expiresAt <= now.wall ? "expired" : "removed", lease.id, [:]))
                }
            }
        }
        schedule = FaultSchedule(kept)
        nextNumber = max(last, 0) &+ 1
        self.revision = max(revision, 0)
        publish()
    }

    // MARK: Changes

    /// Injects a fault, or says why not; nothing has changed then.
    package func add(_ request: FaultRequest, now: ClockReading) throws(APIFailure) -> WireFault {
        let fault: WireFault
        do throws(FaultRequest.Refusal) {
            fault = try request.fault(id: "f\(nextNumber)", topology: topology, now: now)
        } catch {
            let hint = error.unknown.flatMap { NearestWord.hint(for: $0.word, among: $0.known, listing: "there are") }
            throw APIFailure(400, error.message + (hint.map { "; \($0)" } ?? ""))
        }
        var next = schedule
        do throws(FaultSchedule.Refusal) { try next.add(fault) } catch {
            throw APIFailure(409, "There are \(FaultSchedule.most) faults already; remove some first.")
        }
        do throws(StoreError) {
            try journal.write { transaction in
                try transaction.addLease(Self.lease(fault))
                try transaction.setMeta("faults/last", String(nextNumber))
                try transaction.append(Self.event(now.wall, "added", fault.id, Self.attributes(fault)))
            }
        } catch { throw APIFailure(500, "Nothing was done: the journal cannot be written: \(error)") }
        nextNumber += 1
        schedule = next
        publish()
        guard !isStale else {
            _ = schedule.remove(fault.id)
            forget([fault], "failed", now)
            throw APIFailure(500, "Nothing was done: \(path) cannot be written.")
        }
        return fault
    }

    /// Ends faults before their time.
    /// - Parameter ids: nil for all. One that is unknown refuses all of them.
    package func remove(_ ids: [String]?, now: ClockReading) throws(APIFailure) -> [WireFault] {
        var removed: [WireFault] = []
        if let ids {
            for id in ids where schedule[id] == nil {
                let known = schedule.faults.map(\.id)
                throw APIFailure(
                    404,
                    "There is no fault '\(id.prefix(64))'"
                        + (known.isEmpty ? "; there is none at all." : "; there are \(known.joined(separator: ", "))."))
            }
            for id in ids { if let fault = schedule.remove(id) { removed.append(fault) } }
        } else {
            removed = schedule.removeAll()
        }
        forget(removed, "removed", now)
        if !removed.isEmpty { publish() }
        return removed
    }

    /// Takes out what has ended by itself. The processes do not wait for it.
    @discardableResult
    package func expire(now: ClockReading) -> [WireFault] {
        let ended = schedule.expire(now: now)
        forget(ended, "expired", now)
        if !ended.isEmpty || isStale { publish() }
        return ended
    }

    private func forget(_ faults: [WireFault], _ action: String, _ now: ClockReading) {
        guard !faults.isEmpty else { return }
        // A lease that cannot be removed ends by its expiry all the same.
        _ = try? journal.write { transaction in
            for fault in faults {
                try transaction.removeLease(fault.id)
                try transaction.append(Self.event(now.wall, action, fault.id, Self.attributes(fault)))
            }
        }
    }

    /// Tells where nodes take gossip, so that a process that starts in a partition knows whom it must not reach.
    package func setAddresses(_ addresses: [String: String]) {
        guard addresses != self.addresses else { return }
        self.addresses = addresses
        if !schedule.faults.isEmpty { publish() }
    }

    private func publish() {
        revision += 1
        let sheet = FaultSheet(revision: revision, faults: schedule.faults, addresses: addresses)
        do throws(FileFailure) {
            try SystemFile.replace(path, with: ReportJSON.encode(sheet))
            isStale = false
        } catch {
            isStale = true
        }
        _ = try? journal.setMeta("faults/revision", String(revision))
    }

    // MARK: Journal

    private static func lease(_ fault: WireFault) -> FaultLease {
        FaultLease(
            id: fault.id, kind: kindPrefix + fault.kind.rawValue,
            target: fault.targets.map(\.text).joined(separator: " "),
            parameters: String(decoding: ReportJSON.encode(fault), as: UTF8.self), createdAt: fault.created,
            expiresAt: fault.expires)
    }

    private static func attributes(_ fault: WireFault) -> KeyValuePairs<String, String> {
        [
            "kind": fault.kind.rawValue, "targets": fault.targets.map(\.text).joined(separator: " "),
            "expires": Timestamp.string(fault.expires),
        ]
    }

    private static func event(
        _ time: Int64, _ action: String, _ id: String, _ attributes: KeyValuePairs<String, String>
    ) -> JournalEvent {
        JournalEvent(
            TelemetryEvent(
                time: time, type: "fault", action: action, id: id,
                attributes: attributes.map { .init($0.key, .string($0.value)) }))
    }
}
