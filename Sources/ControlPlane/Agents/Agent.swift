import Chaos
import MeshBase
import Topology
import UVDriver

/// Carries out on its host what a control plane elsewhere orders, and tells what becomes of the processes.
///
/// It decides nothing: which cells run, and what is done to them, the one supervisor of the mesh does, which sees this host through
/// `HostsDriver`. Everything here can be asked twice. Confined to its driver's thread.
package final class Agent {
    /// So long a control plane is the only one that may order, after it was heard last.
    package static let claim = TimeAmount.seconds(5)
    /// Ended processes that are kept until the control plane has seen it; the oldest go first.
    static let mostEnded = 256
    /// Between SIGTERM and SIGKILL when the host's processes are to end.
    static let stopTimeout = TimeAmount.seconds(2)

    package let region: String
    package let boot: UInt64
    private let mesh: String
    private let driver: any ProcessDriver
    private let command: ProcessCommand
    private var records: [UInt64: Record] = [:]
    private var revision: UInt64 = 0
    private var claimed: Claim?
    private var onEmpty: (() -> Void)?
    /// Requests that were refused, by why.
    package private(set) var refused = (claimed: UInt64(0), otherLife: UInt64(0), unproved: UInt64(0))

    private struct Record {
        var process: AgentProcess
        var identity: ProcessIdentity?
        var revision: UInt64
        var isRunning: Bool { identity != nil && process.end == nil }
    }

    private struct Claim {
        var controller: String
        var life: UInt64
        var heard: Instant
        var batch: UInt64 = 0
        var grace = TimeAmount.minutes(10)
    }

    /// - Parameter boot: unique to this life.
    package init(
        driver: any ProcessDriver, command: ProcessCommand, region: String, mesh: String, boot: UInt64
    ) {
        self.driver = driver
        self.command = command
        self.region = region
        self.mesh = mesh
        self.boot = boot
    }

    package var runningCount: Int { records.values.count(where: \.isRunning) }
    package func countUnproved() { refused.unproved += 1 }

    // MARK: Told

    /// - Parameters:
    ///   - since: the revision that the asker has seen, of this life of the agent; nil: none.
    ///   - usage: whether memory and processor time are told as well, of every process that runs.
    package func page(controller: String, life: UInt64, since: UInt64?, usage: Bool = false) -> AgentPage {
        let isOrdering = claimed?.controller == controller && claimed?.life == life
        if isOrdering { claimed?.heard = driver.now() }
        for (token, record) in records where record.isRunning {
            let isStopped = record.identity.map(driver.isStopped) ?? false
            if isStopped != record.process.isStopped { change(token) { $0.isStopped = isStopped } }
        }
        var told = records.values.filter { $0.revision > since ?? 0 || usage && $0.isRunning }.map(\.process)
        told.sort { $0.token < $1.token }
        if usage {
            for index in told.indices where told[index].end == nil {
                let memory = ProcessUsage.memory(pid: told[index].pid)
                (told[index].resident, told[index].proportional) = (memory?.resident, memory?.proportional)
                told[index].processor = ProcessUsage.processor(pid: told[index].pid)?.milliseconds
            }
        }
        return AgentPage(
            region: region, mesh: mesh, boot: boot, revision: revision, batch: isOrdering ? claimed?.batch ?? 0 : 0,
            isWhole: (since ?? 0) == 0, processes: told)
    }

    private func change(_ token: UInt64, _ body: (inout AgentProcess) -> Void) {
        guard var record = records[token] else { return }
        body(&record.process)
        revision += 1
        record.revision = revision
        records[token] = record
    }

    // MARK: Orders

    /// Carries out a batch, or nothing where it was carried out already.
    package func take(_ orders: AgentOrders) throws(AgentRefusal) {
        let now = driver.now()
        if let claimed, claimed.controller != orders.controller, now - claimed.heard < Self.claim {
            refused.claimed += 1
            throw .claimed(by: claimed.controller)
        }
        guard orders.boot == boot else {
            refused.otherLife += 1
            throw .otherLife
        }
        if claimed?.controller != orders.controller || claimed?.life != orders.life {
            claimed = Claim(controller: orders.controller, life: orders.life, heard: now)
        }
        claimed?.heard = now
        claimed?.grace = Self.time(milliseconds: orders.grace)
        guard let done = claimed?.batch, orders.batch > done, onEmpty == nil else { return }
        claimed?.batch = orders.batch
        for file in orders.files { write(file) }
        for order in orders.orders.prefix(AgentOrders.most) { carryOut(order) }
    }

    private func carryOut(_ order: AgentOrder) {
        switch order {
        case .start(let token, let name, let how): start(token, name, how)
        case .signal(let token, let signal):
            if let identity = records[token]?.identity, records[token]?.isRunning == true {
                driver.signal(identity, signal)
            }
        case .watchPause(let token, let milliseconds): watchPause(token, milliseconds)
        case .forget(let token): if records[token]?.isRunning == false { records[token] = nil }
        }
    }

    private func start(_ token: UInt64, _ name: String, _ how: StartOrder) {
        guard records[token] == nil else { return }
        revision += 1
        let process = AgentProcess(token: token, name: name, pid: 0, started: driver.wallClock())
        records[token] = Record(process: process, identity: nil, revision: revision)
        let predecessor = how.replacing.flatMap { records[$0] }
        if let other = records.values.first(where: {
            $0.isRunning && $0.process.name == name && $0.process.token != how.replacing
        }) {
            return notStarted(token, "\(name) runs already on this host, with pid \(other.process.pid)")
        }
        // Cells may have been added since this agent was started: what is no path is a cell.
        guard TopologyName.isValid(name) else {
            return notStarted(token, "the region \(region) has no cell of that name")
        }
        let cell = ProcessName(.cell, name)
        do throws(SpawnFailure) {
            do throws(FileFailure) { try SystemFile.makeDirectory(command.directory.directory(of: .cell, name)) } catch
            {
                throw SpawnFailure(error.description)
            }
            var command = command
            command.extra += how.passed
            let request = command.request(
                cell, join: how.join, listen: how.listen, store: store(how.store, of: name),
                replacing: predecessor?.identity)
            let identity = try driver.spawn(request) { [weak self] line in
                self?.change(token) {
                    $0.lines = ($0.lines + [line]).suffix(AgentProcess.mostLines)
                    $0.told += 1
                }
            } onExit: { [weak self] how in
                self?.exited(token, how)
            }
            records[token]?.identity = identity
            change(token) { $0.pid = identity.pid }
        } catch { notStarted(token, error.description) }
    }

    /// What has run here although nobody was there to hear that it served has to ask the others for its records.
    private func store(_ word: StoreWord?, of name: String) -> StoreWord? {
        guard case .founding = word else { return word }
        return SystemFile.exists(command.directory.processPath(of: .cell, name)) ? nil : word
    }

    private func notStarted(_ token: UInt64, _ reason: String) {
        change(token) { $0.end = "it could not be started: \(reason)" }
        trim()
    }

    private func exited(_ token: UInt64, _ how: String) {
        guard let name = records[token]?.process.name else { return }
        driver.endPrograms(of: ProcessName(.cell, name), in: command.directory)
        let log = driver.tail(command.directory.logPath(of: .cell, name), lines: 5).map { String($0.prefix(400)) }
        change(token) {
            $0.end = how
            $0.isStopped = false
            $0.log = log
        }
        trim()
        if runningCount == 0 { onEmpty?() }
    }

    private func trim() {
        let ended = records.filter { !$0.value.isRunning }.sorted { $0.value.revision < $1.value.revision }
        for (token, _) in ended.dropLast(Self.mostEnded) { records[token] = nil }
    }

    private func watchPause(_ token: UInt64, _ milliseconds: Int64?) {
        guard let record = records[token], record.isRunning, let identity = record.identity else { return }
        let name = ProcessName(.cell, record.process.name)
        let term = LeaseTerm(asked: milliseconds.map { Self.time(milliseconds: $0) }, from: driver.clock())
        do throws(SpawnFailure) {
            try driver.watchPause(
                PauseLease(pid: identity.pid, startTime: identity.startTime, term: term),
                at: command.directory.pausePath(of: .cell, name.name), by: command.pauseWatch(name))
        } catch { unwatched += 1 }
    }

    /// As long as a lease may be, whatever number comes.
    private static func time(milliseconds: Int64) -> TimeAmount {
        .milliseconds(min(max(milliseconds, 0), Supervisor.longestLease.millisecondsRoundedUp))
    }

    /// Pauses that nobody ends here should the control plane not.
    package private(set) var unwatched: UInt64 = 0
    /// Files that could not be written.
    package private(set) var unwritten: UInt64 = 0

    private func write(_ file: AgentFile) {
        let path = command.directory.path(of: file.kind)
        do throws(FileFailure) {
            if let text = file.text {
                try SystemFile.replace(path, with: Array(text.utf8))
            } else {
                _ = try SystemFile.remove(path)
            }
        } catch { unwritten += 1 }
    }

    // MARK: Ending

    /// Time has passed. Where no control plane was heard for its grace, the processes end, as they do on its own machine.
    ///
    /// - Returns: whether that has come about now.
    package func look() -> Bool {
        guard let claimed, driver.now() - claimed.heard > claimed.grace else { return false }
        self.claimed = nil
        guard runningCount > 0 else { return false }
        // Unless somebody has come meanwhile and started others.
        endAll(killing: { [weak self] in self?.claimed == nil })
        return true
    }

    /// Ends all processes of the host, in order; those that take too long are killed.
    package func shutDown(completion: @escaping () -> Void) {
        guard runningCount > 0 else { return completion() }
        onEmpty = completion
        endAll(killing: { true })
    }

    /// - Parameter isDue: asked before those that have not ended are killed.
    private func endAll(killing isDue: @escaping () -> Bool) {
        for identity in running {
            driver.signal(identity, .terminate)
            driver.signal(identity, .resume)
        }
        _ = driver.schedule(after: Self.stopTimeout) { [weak self] in if isDue() { self?.killAll() } }
    }

    private var running: [ProcessIdentity] { records.values.compactMap { $0.isRunning ? $0.identity : nil } }

    /// Does not wait any longer.
    package func killAll() { for identity in running { driver.signal(identity, .kill) } }
}
