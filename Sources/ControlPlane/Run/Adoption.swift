import MeshBase
import Store
import Topology
import UVDriver

/// Decides, before the control plane's loop turns, what becomes of the processes that a predecessor has left.
struct Adoption {
    var plan: StartPlan
    /// Processes that a predecessor paused, and until when.
    var paused: [ProcessName: Int64]
    /// Where routers took customers.
    var listen: [String: Endpoint]
    /// Where they took them together.
    var share: Endpoint?
    /// What was killed on purpose among the processes of other hosts, and until when.
    var heldElsewhere: [StartPlan.HeldDown]
    /// What was paused there, and until when.
    var pausedElsewhere: [ProcessIdentity: Int64]

    /// How long a process may take to answer that it lives.
    static let patience = TimeAmount.seconds(2)

    /// - Parameters:
    ///   - idle: cells that hold no customer; those of them that do not run are not started.
    ///   - elsewhere: processes of other hosts, which their agents tell of.
    ///
    /// Asks those that run whether they answer (those that do not are taken over all the same), ends those that must, and forgets those that are gone.
    init(
        _ directory: DataDirectory, _ topology: MeshTopology, _ journal: Journal, idle: Set<ProcessName>,
        elsewhere: Set<ProcessName> = [], now: Int64
    ) throws(StoreError) {
        var ledger = SupervisorJournal(journal)
        let inherited = try ledger.inheritance(
            routers: topology.routers.map(\.name), at: SystemClock.reading())
        var entries = ProcessLedger.entries(directory, topology, journal: journal)
        for index in Self.unresponsive(entries) { entries[index].isSilent = true }
        let here = topology.processNames.filter { !elsewhere.contains($0) }
        plan = StartPlan(wanted: here, ledger: entries, killed: inherited.killed, now: now)
        // What ends before its host can have answered is over.
        let soon = now.addingReportingOverflow(TimeAmount.seconds(1).nanoseconds).partialValue
        heldElsewhere = inherited.killed.filter { elsewhere.contains($0.key) && $0.value > soon }
            .map { StartPlan.HeldDown(name: $0.key, until: $0.value) }
        pausedElsewhere = [:]
        for (name, pause) in inherited.paused where elsewhere.contains(name) {
            pausedElsewhere[pause.identity] = pause.until
        }
        plan.spawn.removeAll { idle.contains($0) }
        Reaper.end(plan.end.map(\.identity), with: .terminate)
        Reaper.end(Self.orphans(directory), with: .kill)
        ledger.forget(plan.forget + plan.end.map(\.identity))
        listen = inherited.listen
        share = inherited.share
        paused = [:]
        for entry in plan.adopt {
            if let pause = inherited.paused[entry.name], pause.identity == entry.identity {
                paused[entry.name] = pause.until
            }
        }
    }

    /// - Throws: what is to be taken over gossips where this control plane's socket cannot send to.
    func checkReach(of gossip: UDPSocket) throws(ControlFailure) {
        for entry in plan.adopt {
            guard let address = entry.addresses.gossip, !gossip.reaches(address) else { continue }
            throw .system(
                "\(entry.name) still runs and gossips at \(address), which cannot be reached from \(gossip.local): give "
                    + "--listen-address \(address.address), or stop the mesh with 'cellmesh down' first")
        }
    }

    /// What cells that died without a control plane have left of their programs.
    private static func orphans(_ directory: DataDirectory) -> [ProcessIdentity] {
        let cells = directory.path + "/cells"
        guard SystemFile.names(in: cells).contains(where: { SystemFile.exists("\(cells)/\($0)/\(ProgramsFile.name)") })
        else { return [] }
        return ProgramProcess.within(cells).filter(\.isOrphan).map(\.identity)
    }

    /// Positions of processes that run, are not stopped, and do not say that they live.
    private static func unresponsive(_ entries: [LedgerEntry]) -> [Int] {
        var asked: [Int] = []
        var requests: [HTTPOutgoing] = []
        var silent: [Int] = []
        for (index, entry) in entries.enumerated() where entry.isRunning {
            guard !entry.identity.isStopped, let admin = entry.addresses.admin else { continue }
            asked.append(index)
            requests.append(HTTPOutgoing(.get, admin, "/livez"))
        }
        let answers = BlockingHTTPClient.send(requests, timeout: patience)
        for (index, answer) in zip(asked, answers) {
            if case .success(let answer) = answer, answer.isSuccess { continue }
            silent.append(index)
        }
        return silent
    }
}
