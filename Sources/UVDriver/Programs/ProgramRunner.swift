import Glibc
import MeshBase
import Nodes
import Topology

/// The programs of the user's own of one cell: carries out what the node orders, and keeps the file that tells of them.
package final class ProgramRunner {
    private let hosts: [Int: ProgramHost]
    private let directory: String
    private var node: UnsafeMutablePointer<CellNode>!
    private var io: UnsafeMutablePointer<CellIO>!
    private let loop: EventLoop
    private var written: ProgramsFile?
    private var isEnding = false
    private var hasChanged = true

    /// Nil where the cell has none.
    init?(loop: EventLoop, settings: HostSettings, cell: CellIndex) {
        let topology = settings.topology
        let services = topology.blueprint(of: cell).services
        guard services.contains(where: { $0.program != nil }) else { return nil }
        let folder = settings.dataDirectory + "/programs"
        mkdir(folder, 0o700)
        var hosts: [Int: ProgramHost] = [:]
        for (index, service) in services.enumerated() {
            guard let program = service.program else { continue }
            hosts[index] = ProgramHost(
                loop: loop, service: index, service, program,
                ProgramHost.Place(
                    cell: settings.name, region: topology.regions[topology.cells[cell.position].region].name,
                    directory: "\(folder)/\(service.name)", wrapper: settings.programWrapper,
                    bodyLimit: min(topology.recordLimit, 1 << 20)))
        }
        self.hosts = hosts
        self.loop = loop
        directory = settings.dataDirectory
    }

    /// Whom it reports to.
    func connect(_ node: UnsafeMutablePointer<CellNode>, _ io: UnsafeMutablePointer<CellIO>) {
        (self.node, self.io) = (node, io)
        let loop = loop
        for (service, host) in hosts {
            host.onProbed = { [unowned self] number, isReady in
                hasChanged = true
                node.pointee.programProbed(
                    service, number: number, isReady: isReady, now: loop.now(), into: &io.pointee)
            }
            host.onEnded = { [unowned self] number, how in
                hasChanged = true
                node.pointee.programEnded(service, number: number, how: how, now: loop.now(), into: &io.pointee)
            }
            host.onAnswered = { ticket, end in
                node.pointee.programAnswered(ticket, service: service, end, now: loop.now(), into: &io.pointee)
            }
        }
    }

    func take(_ order: ProgramOrder) {
        switch order {
        case .start(let service, let number):
            hasChanged = true
            hosts[service]?.start(number)
        case .ask(let service, let number, let patience): hosts[service]?.ask(number, patience: patience)
        case .kill(let service, let number): hosts[service]?.kill(number)
        case .call(let call, let service, let number): hosts[service]?.call(call, number)
        case .drop(let ticket, let service): hosts[service]?.drop(ticket)
        }
    }

    var hasMore: Bool { hosts.values.contains(where: \.hasMore) }

    func endTurn() {
        for host in hosts.values { host.endTurn() }
        if hasChanged { keepFile() }
    }

    /// Lines of each program: kept and dropped.
    func lines() -> [(service: String, kept: UInt64, dropped: UInt64)] {
        hosts.values.forEach { $0.settleSkipped() }
        return hosts.sorted { $0.key < $1.key }.map { ($0.value.name, $0.value.log.lines, $0.value.log.dropped) }
    }

    // MARK: The file

    private func keepFile() {
        hasChanged = false
        let file = ProgramsFile(
            programs: node.pointee.programs().map { view in
                var program = ProgramsFile.Program(service: view.service, state: view.phase.name)
                program.restarts = Int(view.restarts)
                if let host = hosts.values.first(where: { $0.name == view.service }) {
                    program.pid = host.identity?.pid
                    program.startTime = host.identity?.startTime
                    program.port = host.port
                }
                return program
            })
        guard file != written, file.write(in: directory) else { return }
        written = file
    }

    // MARK: The end

    /// Every program is ready, or has failed once.
    var isSettled: Bool {
        node.pointee.programs().allSatisfy { $0.phase.name == "ready" || $0.counters.ends > 0 }
    }

    /// Some process runs.
    var isRunning: Bool { hosts.values.contains { $0.identity != nil } }

    /// Asks all of them to end, once; they are not started again.
    func terminate() {
        guard !isEnding else { return }
        isEnding = true
        node.pointee.stopPrograms()
        hosts.values.forEach { $0.terminate() }
    }

    func kill() { hosts.values.forEach { $0.kill() } }

    /// Lets go of everything, so that the loop can end.
    func close() { hosts.values.forEach { $0.close() } }
}

extension ProgramLife.Phase {
    /// As `programs.json` has it.
    package var name: String {
        switch self {
        case .down, .stopped: "down"
        case .starting: "starting"
        case .ready: "ready"
        case .unready: "unready"
        }
    }
}
