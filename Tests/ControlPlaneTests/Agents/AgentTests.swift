import MeshBase
import Testing
import Topology
import UVDriver

@testable import ControlPlane

/// What an agent does with orders, in virtual time.
@Suite struct AgentTests {
    private let driver = FakeProcessDriver()
    private let scratch: Scratch
    private let agent: Agent
    private let cell = Sample.topology.cells[0].name
    private var name: ProcessName { ProcessName(.cell, cell) }

    init() throws {
        scratch = try Scratch()
        agent = Self.agent(driver, DataDirectory(path: scratch.path + "/host"), boot: 7)
    }

    static func agent(_ driver: FakeProcessDriver, _ directory: DataDirectory, boot: UInt64) -> Agent {
        Agent(
            driver: driver, command: ProcessCommand(directory: directory, address: IPAddress("10.0.0.1")!),
            region: "us", mesh: "shop/1", boot: boot)
    }

    private func orders(_ batch: UInt64, _ orders: AgentOrder..., by controller: String = "a", life: UInt64 = 1)
        -> AgentOrders
    {
        AgentOrders(controller: controller, life: life, batch: batch, boot: 7, orders: orders)
    }

    private func start(_ token: UInt64, extra: [String] = []) -> AgentOrder {
        .start(token: token, name: cell, StartOrder(join: [.loopback(9_000)], extra: extra))
    }

    private func page(since: UInt64? = nil) -> AgentPage { agent.page(controller: "a", life: 1, since: since) }

    @Test func aBatchThatComesTwiceIsCarriedOutOnce() throws {
        try agent.take(orders(1, start(5)))
        try agent.take(orders(1, start(5)))
        #expect(driver.spawned.count == 1 && page().batch == 1)
        try agent.take(orders(2, .signal(token: 5, .stop)))
        try agent.take(orders(3, .signal(token: 5, .resume)))
        // A late copy does not stop it again.
        try agent.take(orders(2, .signal(token: 5, .stop)))
        #expect(driver.signals(name) == [.stop, .resume])
    }

    @Test func whatHasChangedIsToldAndNothingElse() throws {
        try agent.take(orders(1, start(5)))
        let first = page()
        #expect(first.processes.map(\.pid) == [driver.spawned[0].identity.pid])
        #expect(page(since: first.revision).processes.isEmpty)
        driver.ready(name)
        let second = page(since: first.revision)
        #expect(second.processes.first?.readyLine?.addresses.data == .loopback(7_000))
        try agent.take(orders(2, .signal(token: 5, .stop)))
        #expect(page(since: second.revision).processes.first?.isStopped == true)
        driver.log = ["out of memory"]
        driver.crash(name)
        let last = page(since: second.revision).processes.first
        #expect(last?.end == "signal 11" && last?.log == ["out of memory"] && last?.isStopped == false)
        try agent.take(orders(3, .forget(token: 5)))
        #expect(page().processes.isEmpty)
    }

    @Test func twoOfOneNameDoNotRunAndAReliefNamesTheOneItReplaces() throws {
        try agent.take(orders(1, start(5), start(6)))
        #expect(driver.spawned.count == 1)
        let refused = page().processes.first { $0.token == 6 }
        #expect(refused?.end?.contains("runs already on this host") == true && refused?.pid == 0)
        try agent.take(orders(2, .start(token: 7, name: cell, StartOrder(replacing: 5))))
        #expect(driver.spawned.count == 2)
        let arguments = driver.running[driver.spawned[1].identity]?.arguments ?? []
        let place = try #require(arguments.firstIndex(of: "--replace"))
        #expect(arguments[place + 1] == driver.spawned[0].identity.description)
    }

    @Test func pathsAndOptionsAreTheHostsOwn() throws {
        try agent.take(
            orders(
                1, start(5, extra: ["--defect", "drop-writes", "--data", "/etc"]),
                .start(token: 6, name: "../../etc", StartOrder())))
        let arguments = driver.running[driver.spawned[0].identity]?.arguments ?? []
        #expect(arguments.contains("drop-writes") && !arguments.contains("/etc"))
        #expect(arguments.filter { $0.hasPrefix("/") }.allSatisfy { $0.hasPrefix(scratch.path + "/host") })
        #expect(driver.spawned.count == 1)
        #expect(page().processes.first { $0.token == 6 }?.end?.contains("no cell of that name") == true)
    }

    @Test func oneControlPlaneOrdersAtATimeAndTheNextOneAfterItsSilence() throws {
        try agent.take(orders(1, start(5)))
        driver.advance(.seconds(4))
        #expect(throws: AgentRefusal.claimed(by: "a")) { try agent.take(orders(1, by: "b")) }
        // Reading keeps the claim.
        _ = page()
        driver.advance(.seconds(4))
        #expect(throws: AgentRefusal.claimed(by: "a")) { try agent.take(orders(1, by: "b")) }
        #expect(agent.refused.claimed == 2)
        driver.advance(.seconds(6))
        try agent.take(orders(1, .signal(token: 5, .kill), by: "b"))
        #expect(driver.signals(name) == [.kill])
    }

    @Test func ordersForAnEarlierLifeAreNotCarriedOutAndANewLifeOfTheSameControlPlaneIsObeyed() throws {
        try agent.take(orders(3, start(5)))
        var stale = orders(9, start(6))
        stale.boot = 6
        #expect(throws: AgentRefusal.otherLife) { try agent.take(stale) }
        try agent.take(orders(1, .signal(token: 5, .terminate), life: 2))
        driver.settle()
        #expect(driver.running.isEmpty)
    }

    @Test func filesAreWrittenWhereTheProcessesReadThem() throws {
        var order = orders(1)
        order.files = [AgentFile(.faults, "{}"), AgentFile(.settings, "{\"version\":3}")]
        try SystemFile.makeDirectory(scratch.path + "/host")
        try agent.take(order)
        let directory = DataDirectory(path: scratch.path + "/host")
        #expect(try SystemFile.read(directory.faultsPath) == Array("{}".utf8))
        order.batch = 2
        order.files = [AgentFile(.faults, nil)]
        try agent.take(order)
        #expect(!SystemFile.exists(directory.faultsPath) && SystemFile.exists(directory.settingsPath))
    }

    @Test func aPauseIsWatchedOnTheHostItself() throws {
        try agent.take(orders(1, start(5), .watchPause(token: 5, milliseconds: 4_000)))
        let lease = try #require(driver.watched.first)
        #expect(lease.pid == driver.spawned[0].identity.pid)
        driver.advance(.seconds(1))
        #expect(lease.term.remaining(at: driver.clock()) == .seconds(3))
    }

    @Test func withoutAWordOfAControlPlaneTheyEndAfterItsGrace() throws {
        var order = orders(1, start(5))
        order.grace = 20_000
        try agent.take(order)
        driver.advance(.seconds(19))
        #expect(!agent.look())
        _ = page()
        driver.advance(.seconds(19))
        #expect(!agent.look() && driver.signals(name).isEmpty)
        driver.advance(.seconds(2))
        #expect(agent.look())
        driver.settle()
        #expect(driver.running.isEmpty && !agent.look())
    }

    @Test func allEndWhenTheAgentDoes() throws {
        try agent.take(orders(1, start(5)))
        driver.ignoreTermination(name)
        var isDone = false
        agent.shutDown { isDone = true }
        driver.advance(.seconds(1))
        #expect(!isDone)
        driver.advance(.seconds(2))
        #expect(isDone && driver.running.isEmpty)
        try agent.take(orders(2, start(6)))
        #expect(driver.running.isEmpty)
    }
}
