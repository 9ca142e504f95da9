import MeshBase
import Reports
import Store
import Testing
import Topology
import UVDriver

@testable import ControlPlane

/// A supervisor over invented processes and a real journal.
final class SupervisorHarness {
    let scratch: Scratch
    let directory: DataDirectory
    let journal: Journal
    let driver: FakeProcessDriver
    let supervisor: Supervisor
    private(set) var failures: [(ProcessName, String)] = []

    init(
        restart: RestartPolicy = .never, after predecessor: SupervisorHarness? = nil, seed: UInt64 = 11,
        startsAtOnce: Int = 32
    ) throws {
        scratch = try predecessor?.scratch ?? Scratch()
        directory = try predecessor?.directory ?? scratch.mesh()
        journal = try scratch.journal(directory)
        driver = predecessor?.driver ?? FakeProcessDriver()
        var settings = Supervisor.Settings(restart: restart, startTimeout: .seconds(10), seed: seed)
        settings.startsAtOnce = startsAtOnce
        supervisor = Supervisor(
            driver: driver, journal: journal, command: ProcessCommand(directory: directory),
            names: Sample.topology.processNames, settings: settings)
        supervisor.joinPoints = { [.loopback(9_000)] }
        supervisor.onStartFailure = { [unowned self] in failures.append(($0, $1)) }
    }

    /// Everything is started and serves.
    func startAll() {
        supervisor.start(supervisor.names)
        for (index, name) in supervisor.names.enumerated() { driver.ready(name, port: 7_000 + UInt16(index) * 10) }
    }

    /// Does it, and lets what follows happen.
    @discardableResult
    func perform(_ action: ProcessAction, _ name: ProcessName, lease: TimeAmount? = nil) -> ActionOutcome? {
        var outcome: ActionOutcome?
        supervisor.perform(action, on: name, lease: lease) { outcome = $0 }
        driver.settle()
        return outcome
    }

    /// The successor of a control plane that died: it takes over by the ledger.
    func successor(restart: RestartPolicy = .never) throws -> SupervisorHarness {
        let next = try SupervisorHarness(restart: restart, after: self)
        let inherited = try next.supervisor.journal.inheritance(routers: ["r1"], at: driver.clock())
        let entries = inherited.processes.map { process -> LedgerEntry in
            let identity = ProcessIdentity(pid: process.pid, startTime: process.startTime)
            return LedgerEntry(
                ProcessName(process.role, process.name), identity, isRunning: driver.running[identity] != nil,
                addresses: process.processAddresses)
        }
        let plan = StartPlan(
            wanted: next.supervisor.names, ledger: entries, killed: inherited.killed, now: driver.wallClock())
        for entry in plan.adopt {
            let pause = inherited.paused[entry.name]
            try next.supervisor.adopt(entry, pausedUntil: pause?.identity == entry.identity ? pause?.until : nil)
        }
        for held in plan.heldDown { next.supervisor.holdDown(held) }
        next.supervisor.start(plan.spawn)
        return next
    }

    func pid(_ name: ProcessName) -> Int32? { supervisor[name]?.identity?.pid }
    var ledger: [String] { ((try? journal.processes()) ?? []).map(\.name) }
    var intents: [String] { ((try? journal.intents()) ?? []).map(\.id) }
    var actions: [String] {
        ((try? journal.events()) ?? []).map { "\($0.action) \($0.subject)" }
    }
}
