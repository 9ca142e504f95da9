import Chaos
import FoundationEssentials
import MeshBase
import Reports
import Telemetry
import Topology

/// Follows the mesh's `faults.json`, and ends each fault when its lease does: also where nobody is left to say so.
///
/// The file is looked at twice a second (in a large mesh once in two), and at once when the control plane asks for `/v1/faults`. A process that
/// starts reads it before it sends anything. A lease ends by the time since boot, so that a jump of the system's clock
/// neither ends nor prolongs it, nor takes an ended fault back into force in a process that starts.
package final class FaultWatch {
    private let file: WatchedFile<FaultSheet>
    private let loop: EventLoop
    private let wire: WireLayer
    private let events: HostEvents?
    /// Applies the faults on services and on cells, where the process is one, and gives back the ids of those that concern it.
    private var services: (([Fault]) -> [String])?
    /// Fills the process's disk, where it has one, by these faults; none: there is room.
    private var disk: (([String]) -> Void)?
    /// What faults do to the disk and to the clock.
    private var machine = MachineRules()
    private var expiry: LoopTimer?
    private var sheet = FaultSheet()
    /// When each fault of the sheet ends.
    private var deadlines: [String: Instant] = [:]
    /// What the rules were made of last.
    private var applied: [Fault] = []
    /// The faults in force that concern this process.
    private var ids: [String] = []
    /// When which faults were in force here, for traces.
    package private(set) var history = FaultHistory()

    static let interval = TimeAmount.milliseconds(500)
    /// Bytes of the largest file that is read.
    static let largest = 1 << 20

    package init(
        path: String, loop: EventLoop, wire: WireLayer, events: HostEvents?, every interval: TimeAmount = interval
    ) {
        self.loop = loop
        self.wire = wire
        self.events = events
        file = WatchedFile(path, most: Self.largest, absent: FaultSheet()) {
            try JSONDecoder().decode(FaultSheet.self, from: Data($0.utf8))
        }
        file.follow(on: loop, every: interval) { [unowned self] sheet in
            follow(sheet)
            evaluate()
        } refuse: { error in
            events?.log(
                "faults-unreadable",
                "the file \(path) could not be understood; the rules stay as they were: \(JSONFailure.describe(error))")
        }
        refresh()
    }

    /// The faults in force in the mesh, whether or not they concern this process.
    package var faults: [Fault] { applied }
    package var revision: Int64 { sheet.revision }
    package var inForce: [String] { ids }

    /// Versions of the file that could not be understood.
    package var failures: UInt64 { file.refusals }

    /// Reads the file if it has changed, and brings the rules up to date.
    package func refresh() {
        file.refresh()
        evaluate()
    }

    /// Takes over a new sheet.
    private func follow(_ sheet: FaultSheet) {
        self.sheet = sheet
        let faults = sheet.faults.prefix(FaultSchedule.most)
        let (now, clock) = (loop.freshNow(), SystemClock.reading(on: loop))
        var deadlines: [String: Instant] = [:]
        for fault in faults {
            deadlines[fault.id] =
                self.deadlines[fault.id] ?? (now + (fault.remaining(at: clock) ?? .nanoseconds(.max)))
        }
        self.deadlines = deadlines
        for (name, address) in sheet.addresses {
            if let endpoint = Endpoint(address) { wire.learn(name, gossip: endpoint) }
        }
    }

    private func evaluate() {
        let now = loop.freshNow()
        let active = sheet.faults.prefix(FaultSchedule.most).filter { (deadlines[$0.id] ?? now) > now }
        if active != applied {
            applied = active
            history.note(active, now: now)
            reapply()
        }
        guard let next = active.compactMap({ deadlines[$0.id] }).min() else {
            expiry?.stop()
            return
        }
        if expiry == nil { expiry = try? LoopTimer(loop: loop) { [unowned self] in evaluate() } }
        // A day at a time: libuv counts in milliseconds from now, and another look costs nothing.
        expiry?.start(after: min(next - now, .hours(24)))
    }

    /// Also when the wire has other nodes now.
    func reapply() { note(wire.apply(applied) + (services?(applied) ?? []) + strikeMachine()) }

    /// - Returns: the ids of the faults on this process's disk and clock.
    private func strikeMachine() -> [String] {
        guard let node = wire.ownNode else { return [] }
        let rules = MachineRules(node, hasDisk: disk != nil, faults: applied)
        guard rules != machine else { return rules.ids }
        let wasFilled = machine.filled
        machine = rules
        loop.wallAhead = rules.ahead
        if rules.filled != wasFilled { disk?(rules.filled) }
        return rules.ids
    }

    /// The process has a disk from now on.
    package func onDisk(_ fill: @escaping ([String]) -> Void) {
        disk = fill
        reapply()
    }

    /// From now on the process has work that faults strike, or answers to those who do.
    package func onWork(_ apply: @escaping ([Fault]) -> [String]) {
        services = apply
        reapply()
    }

    private func note(_ struck: [String]) {
        guard struck != ids else { return }
        for id in struck where !ids.contains(id) { events?.fault(id, "in-force") }
        for id in ids where !struck.contains(id) { events?.fault(id, "ended") }
        ids = struck
    }

    /// `/v1/faults`: what this process does to the wire, and to its services.
    package var page: String {
        var json = JSONWriter(.compact)
        json.document { json in
            json.field("revision", revision)
            json.field("in_force", ids)
            json.field("active", wire.isActive)
        }
        return json.string + "\n"
    }

    package func close() {
        file.close()
        expiry?.close()
    }
}
