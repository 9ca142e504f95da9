import Blueprints
import Chaos
import FoundationEssentials
import MeshBase
import Reports
import Store
import Telemetry
import Topology

/// The faults of one mesh, each a lease in the journal before it acts. Those on the wire, services, disks and clocks act by
/// standing in `faults.json`, which every process follows by itself; kills and pauses are carried out by the supervisor.
package final class FaultRegister {
    private let journal: Journal
    private let path: String
    private var topology: MeshTopology
    package private(set) var schedule: FaultSchedule
    package private(set) var revision: Int64
    private var nextNumber: Int64
    private var addresses: [String: String] = [:]
    /// The file does not say what is in force: it is written again.
    package private(set) var isStale = false

    /// Some fault has come into force, or has ended.
    package var onChange: (_ hasEnded: Bool) -> Void = { _ in }

    /// Faults that have ended and whose leases the journal still has, for it could not be written. As many as there were
    /// leases, which the schedule bounds.
    private var unforgotten: [(fault: Fault, action: String, time: Int64)] = []

    /// What the kinds of their leases begin with; leases of other kinds are not its own.
    private static let prefixes = FaultKind.Layer.allCases.map { $0.rawValue + "/" }

    private static func isOwn(_ lease: FaultLease) -> Bool { prefixes.contains { lease.kind.hasPrefix($0) } }

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
        // What the file does not have, though it is no older than the journal, was taken out of force when the journal
        // could not be written, or never came into it.
        var inForce: Set<String>?
        let written = (try? SystemFile.read(path)) ?? nil
        let sheet = written.flatMap { try? JSONDecoder().decode(FaultSheet.self, from: Data($0)) }
        var kept: [Fault] = []
        var last: Int64 = 0
        var revision: Int64 = 0
        try journal.write { transaction in
            last = try transaction.meta("faults/last").flatMap { Int64($0) } ?? 0
            revision = try transaction.meta("faults/revision").flatMap { Int64($0) } ?? 0
            if let sheet, sheet.revision >= revision {
                revision = sheet.revision
                inForce = Set(sheet.faults.map(\.id))
            }
            for lease in try transaction.leases() where Self.isOwn(lease) {
                let fault = try? JSONDecoder().decode(Fault.self, from: Data(lease.parameters.utf8))
                if let fault, keeps, fault.isActive(at: now), !fault.isFollowed || inForce?.contains(lease.id) ?? true {
                    kept.append(fault)
                } else {
                    try transaction.removeLease(lease.id)
                    // Of processes their own events tell.
                    if let fault, !fault.isFollowed { continue }
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

    /// Faults may name the mesh's further cells from now on.
    func grow(_ topology: MeshTopology) { self.topology = topology }

    // MARK: Changes

    /// Injects a fault, or says why not; nothing has changed then.
    package func add(_ request: FaultRequest, now: ClockReading) throws(APIFailure) -> Fault {
        let fault: Fault
        do throws(FaultRequest.Refusal) {
            fault = try request.fault(id: "f\(nextNumber)", topology: topology, now: now)
        } catch { throw APIFailure(400, error.message) }
        return try admit(fault, now: now)
    }

    /// Enters what is about to be done to processes: a kill, or a pause. Earlier ones on the same processes are over: the latest
    /// word counts.
    ///
    /// - Parameter lease: nil for one that lasts until somebody ends it.
    package func hold(
        _ action: FaultAction.Process, on processes: [ProcessName], lease: TimeAmount?, now: ClockReading
    ) throws(APIFailure) -> Fault {
        let targets = processes.map(\.selector)
        let fault = Fault(
            id: "f\(nextNumber)", FaultSpec(.process(action), on: targets), lease: lease, from: now)
        let named = Set(processes)
        try release { action == .kill || $1 == .pause ? !named.contains($0) : true }
        return try admit(fault, now: now)
    }

    /// Lets go of processes that are no more as their fault says: they were started or resumed, or ended.
    ///
    /// - Parameter isHeld: whether a process is still down, or stopped, by a kill or a pause.
    package func release(where isHeld: (ProcessName, FaultAction.Process) -> Bool) throws(APIFailure) {
        var changed: [(old: Fault, new: Fault?)] = []
        for fault in schedule.faults {
            guard case .process(let action) = fault.action else { continue }
            let left = fault.targets.filter { $0.process.map { isHeld($0, action) } ?? false }
            if left.count == fault.targets.count { continue }
            var new = fault
            new.spec.targets = left
            changed.append((fault, left.isEmpty ? nil : new))
        }
        guard !changed.isEmpty else { return }
        do throws(StoreError) {
            try journal.write { transaction in
                for (old, new) in changed {
                    try transaction.removeLease(old.id)
                    if let new { try transaction.addLease(Self.lease(new)) }
                }
            }
        } catch { throw APIFailure(500, "The journal cannot be written: \(error)") }
        for (old, new) in changed {
            _ = schedule.remove(old.id)
            if let new { try? schedule.add(new) }
        }
        onChange(true)
    }

    private func admit(_ fault: Fault, now: ClockReading) throws(APIFailure) -> Fault {
        var next = schedule
        do throws(FaultSchedule.Refusal) { try next.add(fault) } catch {
            throw APIFailure(409, "There are \(FaultSchedule.most) faults already; remove some first.")
        }
        do throws(StoreError) {
            try journal.write { transaction in
                try transaction.addLease(Self.lease(fault))
                try transaction.setMeta("faults/last", String(nextNumber))
                guard fault.isFollowed else { return }
                try transaction.append(Self.event(now.wall, "added", fault.id, Self.attributes(fault)))
            }
        } catch { throw APIFailure(500, "Nothing was done: the journal cannot be written: \(error)") }
        nextNumber += 1
        schedule = next
        onChange(false)
        guard fault.isFollowed else { return fault }
        publish()
        guard !isStale else {
            _ = schedule.remove(fault.id)
            forget([fault], "failed", now)
            throw APIFailure(500, "Nothing was done: \(path) cannot be written.")
        }
        return fault
    }

    /// Ends faults before their time.
    ///
    /// On a full disk too: a list that has become shorter fits where the longer one was.
    /// - Parameter ids: nil for all. One that is unknown refuses all of them.
    /// - Throws: `APIFailure` where they stay in force, all of them.
    package func remove(_ ids: [String]?, now: ClockReading) throws(APIFailure) -> [Fault] {
        let before = schedule
        var removed: [Fault] = []
        if let ids {
            for id in ids where schedule[id] == nil {
                let known = schedule.faults.map(\.id)
                throw APIFailure(
                    404,
                    "There is no fault '\(id.prefix(64))'"
                        + (known.isEmpty ? "; no fault is in force." : "; there are \(known.joined(separator: ", "))."))
            }
            for id in ids { if let fault = schedule.remove(id) { removed.append(fault) } }
        } else {
            removed = schedule.removeAll()
        }
        guard !removed.isEmpty else { return [] }
        if removed.contains(where: \.isFollowed), let failure = publish(mayOverwrite: true) {
            schedule = before
            throw APIFailure(
                500,
                "Nothing was ended, \(removed.count == 1 ? "the fault stays" : "the faults stay") in force: \(failure)")
        }
        forget(removed, "removed", now)
        onChange(true)
        return removed
    }

    /// Takes out what has ended by itself. The processes do not wait for it.
    @discardableResult
    package func expire(now: ClockReading) -> [Fault] {
        let ended = schedule.expire(now: now)
        forget(ended, "expired", now)
        if ended.contains(where: \.isFollowed) || isStale { publish(mayOverwrite: true) }
        if !ended.isEmpty { onChange(true) }
        return ended
    }

    private func forget(_ faults: [Fault], _ action: String, _ now: ClockReading) {
        unforgotten += faults.map { ($0, action, now.wall) }
        guard !unforgotten.isEmpty else { return }
        // What cannot be written down now is with the next change; the file says what is in force meanwhile.
        let written: Void? = try? journal.write { transaction in
            for (fault, action, time) in unforgotten {
                try transaction.removeLease(fault.id)
                guard fault.isFollowed else { continue }
                try transaction.append(Self.event(time, action, fault.id, Self.attributes(fault)))
            }
        }
        if written != nil { unforgotten = [] }
    }

    /// Tells where nodes take gossip, so that a process that starts in a partition knows whom it must not reach.
    package func setAddresses(_ addresses: [String: String]) {
        guard addresses != self.addresses else { return }
        self.addresses = addresses
        if !schedule.faults.isEmpty { publish() }
    }

    /// - Parameter mayOverwrite: what has ended must not stay in force for want of room: the file is written where it
    ///   stands. Who reads it meanwhile sees that it is damaged, keeps to what was, and looks again.
    /// - Returns: why the file does not say what is in force.
    @discardableResult
    private func publish(mayOverwrite: Bool = false) -> FileFailure? {
        revision += 1
        let content = ReportJSON.encode(
            FaultSheet(revision: revision, faults: schedule.faults.filter(\.isFollowed), addresses: addresses))
        var failure: FileFailure?
        do throws(FileFailure) { try SystemFile.replace(path, with: content) } catch {
            failure = error
            if mayOverwrite {
                do throws(FileFailure) {
                    try SystemFile.overwrite(path, with: content)
                    failure = nil
                } catch { failure = error }
            }
        }
        isStale = failure != nil
        _ = try? journal.setMeta("faults/revision", String(revision))
        return failure
    }

    // MARK: Journal

    private static func lease(_ fault: Fault) -> FaultLease {
        FaultLease(
            id: fault.id,
            kind: "\(fault.action.layer.rawValue)/\(fault.kind.rawValue)",
            target: fault.targets.map(\.text).joined(separator: " "),
            parameters: String(decoding: ReportJSON.encode(fault), as: UTF8.self), createdAt: fault.created,
            expiresAt: fault.expires)
    }

    private static func attributes(_ fault: Fault) -> KeyValuePairs<String, String> {
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
