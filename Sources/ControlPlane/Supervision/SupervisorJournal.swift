import Chaos
import MeshBase
import Reports
import Store
import Telemetry
import Topology
import UVDriver

/// What the supervisor writes down, so that a successor can go on: which processes run, what was done to them on purpose
/// and until when, and what happened.
///
/// A kill and a pause are intents named `kill/ROLE/NAME` and `pause/ROLE/NAME`, written before the signal is sent and
/// removed when the process is restarted or resumed; `expiresAt` is when that happens by itself (`.max`: never).
package struct SupervisorJournal {
    private let journal: Journal
    /// Entries that could not be written where the supervisor goes on all the same.
    package private(set) var failures = 0

    package init(_ journal: Journal) { self.journal = journal }

    private static func id(_ action: ProcessIntent.Action, _ name: ProcessName) -> String {
        "\(action.rawValue)/\(name.role.name)/\(name.name)"
    }

    /// Of a process of another host its own machine alone knows the pid.
    private static func pid(_ identity: ProcessIdentity?) -> [TelemetryEvent.Attribute] {
        identity?.host == nil ? [.init("pid", .integer(Int64(identity?.pid ?? 0)))] : []
    }

    static func event(
        _ time: Int64, _ action: String, _ name: ProcessName, _ attributes: [TelemetryEvent.Attribute] = [],
        type: String = "process"
    ) -> JournalEvent {
        JournalEvent(
            TelemetryEvent(
                time: time, type: type, action: action, id: name.name,
                attributes: [.init("role", .string(name.role.name))] + attributes))
    }

    static func process(_ name: ProcessName, _ identity: ProcessIdentity, _ addresses: ProcessAddresses)
        -> JournalProcess
    {
        let purposes = [("mesh", addresses.data), ("admin", addresses.admin), ("gossip", addresses.gossip)]
        return JournalProcess(
            pid: identity.pid, startTime: identity.startTime, name: name.name, role: name.role,
            addresses: purposes.compactMap { purpose, endpoint in
                endpoint.map { JournalProcess.Address(purpose: purpose, endpoint: $0) }
            })
    }

    // MARK: Before

    func write<Result>(_ body: (JournalTransaction) throws -> Result) throws(StoreError) -> Result {
        try journal.write(body)
    }

    /// About to start these; the journal's failure keeps them from being started.
    ///
    /// - Parameter isRelief: one of the same name runs, and stays what it is should the new one fail.
    /// - Returns: what cells are told of their stores.
    package func willStart(
        _ names: [ProcessName], at time: Int64, isRelief: Bool = false, hasRun: (ProcessName) -> Bool = { _ in true }
    ) throws(StoreError) -> [ProcessName: StoreWord] {
        try journal.write { transaction in
            var words: [ProcessName: StoreWord] = [:]
            for name in names {
                words[name] = try Self.word(name, in: transaction, hasRun: hasRun)
                if isRelief { continue }
                try transaction.addIntent(
                    ProcessIntent(
                        id: Self.id(.start, name), action: .start, name: name.name, createdAt: time, expiresAt: time))
                try transaction.removeIntent(Self.id(.kill, name))
                try transaction.removeIntent(Self.id(.pause, name))
            }
            return words
        }
    }

    package func will(
        _ action: ProcessIntent.Action, _ name: ProcessName, _ identity: ProcessIdentity?, at clock: ClockReading,
        until: Int64
    ) throws(StoreError) {
        let time = clock.wall
        let asked = until == .max ? nil : TimeAmount(nanoseconds: until.subtractingReportingOverflow(time).partialValue)
        let term = String(decoding: ReportJSON.encode(LeaseTerm(asked: asked, from: clock)), as: UTF8.self)
        let lease: TelemetryEvent.Attribute? =
            until == .max ? nil : .init("until", .string(Timestamp.string(until)))
        try journal.write { transaction in
            try transaction.addIntent(
                ProcessIntent(
                    id: Self.id(action, name), action: action, name: name.name, pid: identity?.pid ?? 0,
                    startTime: identity?.startTime ?? 0, createdAt: time, expiresAt: until))
            try transaction.setMeta(Self.termKey(Self.id(action, name)), term)
            try transaction.append(
                Self.event(
                    time, action.rawValue, name,
                    Self.pid(identity) + (lease.map { [$0] } ?? [])))
        }
    }

    // MARK: After

    package mutating func started(
        _ processes: [(ProcessName, ProcessIdentity)], failed: [(ProcessName, String)], at time: Int64
    ) {
        attempt { transaction in
            for (name, identity) in processes {
                try transaction.upsertProcess(Self.process(name, identity, ProcessAddresses()))
                try transaction.removeIntent(Self.id(.start, name))
                try transaction.append(Self.event(time, "started", name, Self.pid(identity)))
            }
            for (name, reason) in failed {
                try transaction.removeIntent(Self.id(.start, name))
                try transaction.append(Self.event(time, "start-failed", name, [.init("reason", .string(reason))]))
            }
        }
    }

    package mutating func ready(
        _ name: ProcessName, _ identity: ProcessIdentity, _ addresses: ProcessAddresses, store: String? = nil,
        at time: Int64
    ) {
        attempt { transaction in
            try transaction.upsertProcess(Self.process(name, identity, addresses))
            if let store { try Self.keep(store: store, of: name, in: transaction) }
            try transaction.append(Self.event(time, "ready", name, Self.pid(identity)))
            if name.role == .router, let listen = addresses.data {
                try transaction.setMeta("listen/\(name.name)", listen.description)
            }
        }
    }

    package mutating func adopted(
        _ name: ProcessName, _ identity: ProcessIdentity, _ addresses: ProcessAddresses, isSilent: Bool,
        at time: Int64
    ) {
        attempt { transaction in
            try transaction.upsertProcess(Self.process(name, identity, addresses))
            try transaction.append(
                Self.event(
                    time, isSilent ? "adopted-unreachable" : "adopted", name,
                    Self.pid(identity)))
        }
    }

    package mutating func exited(
        _ name: ProcessName, _ identity: ProcessIdentity, how: String, wasExpected: Bool, at time: Int64
    ) {
        attempt { transaction in
            try transaction.removeProcess(pid: identity.pid, startTime: identity.startTime)
            try transaction.append(
                Self.event(
                    time, "exited", name,
                    Self.pid(identity) + [.init("how", .string(how)), .init("expected", .boolean(wasExpected))]))
        }
    }

    package mutating func cleared(_ action: ProcessIntent.Action, _ name: ProcessName, event: String?, at time: Int64) {
        attempt { transaction in
            try transaction.removeIntent(Self.id(action, name))
            if let event { try transaction.append(Self.event(time, event, name)) }
        }
    }

    package mutating func note(
        _ action: String, _ name: ProcessName, _ detail: String, type: String = "process", at time: Int64
    ) {
        attempt { try $0.append(Self.event(time, action, name, [.init("detail", .string(detail))], type: type)) }
    }

    /// Ledger rows of processes that are gone.
    package mutating func forget(_ identities: [ProcessIdentity]) {
        guard !identities.isEmpty else { return }
        attempt { for gone in identities { try $0.removeProcess(pid: gone.pid, startTime: gone.startTime) } }
    }

    /// The mesh is stopped: nothing is held down or paused any more, and no port is kept.
    package mutating func clearIntents(routers: [String]) {
        attempt { transaction in
            for intent in try transaction.intents() { try transaction.removeIntent(intent.id) }
            for router in routers { try transaction.setMeta("listen/\(router)", "") }
            try transaction.setMeta(Self.shareKey, "")
        }
    }

    // MARK: What a predecessor has written

    package struct Inheritance: Sendable {
        package var processes: [JournalProcess] = []
        package var killed: [ProcessName: Int64] = [:]
        package var paused: [ProcessName: (identity: ProcessIdentity, until: Int64)] = [:]
        package var listen: [String: Endpoint] = [:]
        package var share: Endpoint?
    }

    private static let shareKey = "share"

    /// Routers share a port, also under the next control plane.
    package mutating func shares(_ endpoint: Endpoint) {
        attempt { try $0.setMeta(Self.shareKey, endpoint.description) }
    }

    /// Where the term of an intent stands: its expiry by the wall clock alone would move with that clock.
    private static func termKey(_ intent: String) -> String { "lease/\(intent)" }

    /// When an intent ends by the wall clock of now: what is left of it, and never more than was asked.
    private static func end(
        of intent: ProcessIntent, _ transaction: JournalTransaction, _ clock: ClockReading
    ) throws -> Int64 {
        guard intent.expiresAt != .max else { return .max }
        let written = try transaction.meta(termKey(intent.id)).flatMap {
            ReportJSON.decode(LeaseTerm.self, Array($0.utf8))
        }
        let asked = TimeAmount(
            nanoseconds: intent.expiresAt.subtractingReportingOverflow(intent.createdAt).partialValue)
        var term = LeaseTerm(asked: asked, from: .wall(intent.createdAt))
        if let written, written.wall == intent.createdAt { term = written }
        return clock.wall + (term.remaining(at: clock) ?? .zero).nanoseconds
    }

    /// - Parameter clock: of now. Times in the answer are by its wall clock.
    package func inheritance(routers: [String], at clock: ClockReading) throws(StoreError) -> Inheritance {
        try journal.read { transaction in
            var found = Inheritance()
            found.processes = try transaction.processes()
            for intent in try transaction.intents() {
                let parts = intent.id.split(separator: "/")
                guard parts.count == 3, let role = NodeRole.allCases.first(where: { $0.name == parts[1] }) else {
                    continue
                }
                let name = ProcessName(role, intent.name)
                switch intent.action {
                case .kill: found.killed[name] = try Self.end(of: intent, transaction, clock)
                case .pause:
                    let identity = ProcessIdentity(pid: intent.pid, startTime: intent.startTime)
                    found.paused[name] = (identity, try Self.end(of: intent, transaction, clock))
                case .start, .stop: break
                }
            }
            for router in routers {
                if let text = try transaction.meta("listen/\(router)") { found.listen[router] = Endpoint(text) }
            }
            found.share = try transaction.meta(Self.shareKey).flatMap { Endpoint($0) }
            return found
        }
    }

    private mutating func attempt(_ body: (JournalTransaction) throws -> Void) {
        do { try journal.write(body) } catch { failures += 1 }
    }
}
