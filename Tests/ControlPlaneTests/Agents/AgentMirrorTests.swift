import MeshBase
import Testing
import Topology
import UVDriver

@testable import ControlPlane

/// A control plane's sight of a host, over a network that loses, doubles and delays, in virtual time.
@Suite struct AgentMirrorTests {
    /// A mirror, an agent and the network between them.
    private final class Rig {
        let driver = FakeProcessDriver()
        let scratch: Scratch
        var agent: Agent
        var mirror: AgentMirror
        var boots: UInt64 = 1
        var lives: UInt64 = 1
        var inventories: [[AgentProcess]] = []
        var goneCount = 0
        /// Nothing passes.
        var isCut = false
        private var generator: Generator
        /// Requests and answers that are still to arrive.
        private var late: [(due: Int, deliver: () -> Void)] = []
        private var turnCount = 0
        var trouble: Double

        init(seed: UInt64 = 1, trouble: Double = 0) throws {
            scratch = try Scratch()
            generator = Generator(seed: seed, concern: "network")
            self.trouble = trouble
            agent = AgentTests.agent(driver, DataDirectory(path: scratch.path + "/host"), boot: 1)
            mirror = AgentMirror(host: 2, controller: "a", life: 1, now: driver.now())
            follow()
        }

        private func follow() {
            mirror.onInventory = { [unowned self] in inventories.append($0) }
            mirror.onGone = { [unowned self] in goneCount += 1 }
        }

        /// Another control plane takes over.
        func succeed() {
            lives += 1
            late = []
            mirror = AgentMirror(host: 2, controller: "a", life: lives, now: driver.now())
            follow()
        }

        /// The agent dies with all that it ran, and is there again.
        func restartAgent() {
            boots += 1
            for name in Set(driver.running.values.map(\.name)) { driver.crash(name, "its parent died") }
            agent = AgentTests.agent(driver, DataDirectory(path: scratch.path + "/host"), boot: boots)
        }

        func turn() {
            driver.advance(.milliseconds(100))
            mirror.look(now: driver.now())
            turnCount += 1
            let due = late.filter { $0.due <= turnCount }
            late.removeAll { $0.due <= turnCount }
            for one in due { one.deliver() }
            let (mirror, agent) = (mirror, agent)
            let orders = mirror.next()
            let seen = mirror.seen
            let exchange = { [self] in
                guard !isCut, mirror === self.mirror, agent === self.agent else { return }
                if let orders { try? agent.take(orders) }
                let since = orders == nil && seen.boot == agent.boot ? seen.revision : nil
                let page = agent.page(controller: "a", life: mirror.life, since: since)
                let answer = { [self] in
                    if !isCut, mirror === self.mirror { mirror.take(page, now: driver.now()) }
                }
                if generator.chance(trouble) { return }
                answer()
                // And once more, late.
                if generator.chance(trouble) { delay(exchangeAgain(orders, agent)) }
            }
            if !generator.chance(trouble) { exchange() } else { delay(exchangeAgain(orders, agent)) }
            driver.settle()
        }

        private func delay(_ body: @escaping () -> Void) {
            if generator.chance(0.5) { late.append((turnCount + 1 + Int(generator.below(60)), body)) }
        }

        private func exchangeAgain(_ orders: AgentOrders?, _ agent: Agent) -> () -> Void {
            { [self] in if !isCut, agent === self.agent, let orders { try? agent.take(orders) } }
        }

        func turns(_ count: Int) { for _ in 0..<count { turn() } }
    }

    private let cells = Sample.topology.cells.map { ProcessName(.cell, $0.name) }

    @Test func aProcessIsStartedSeenAndItsEndToldOnce() throws {
        let rig = try Rig()
        rig.turns(2)
        #expect(rig.inventories.count == 1 && rig.mirror.isReachable)
        var lines = 0
        var ends: [String] = []
        let identity = try rig.mirror.start(
            cells[0], StartOrder(), onLine: { _ in lines += 1 }, onExit: { ends.append($0) })
        #expect(identity.host == 2 && !identity.isRunning)
        rig.turns(2)
        rig.driver.ready(cells[0])
        rig.turns(1)
        #expect(lines == 1 && rig.mirror.process(identity.startTime)?.pid == rig.driver.spawned[0].identity.pid)
        rig.driver.crash(cells[0])
        rig.turns(3)
        #expect(lines == 1 && ends == ["signal 11"])
        #expect(!rig.mirror.signal(identity.startTime, .kill))
        // The agent was told that it is known.
        #expect(rig.agent.page(controller: "a", life: 1, since: nil).processes.isEmpty)
    }

    @Test func aSilentHostIsGoneAndWhatItRanIsFoundAgain() throws {
        let rig = try Rig()
        rig.turns(2)
        var ends: [String] = []
        let identity = try rig.mirror.start(cells[0], StartOrder(), onLine: { _ in }, onExit: { ends.append($0) })
        rig.turns(2)
        rig.driver.ready(cells[0])
        rig.turns(2)
        rig.isCut = true
        rig.turns(20)
        #expect(ends.isEmpty)
        rig.turns(20)
        #expect(rig.goneCount == 1 && ends.isEmpty && rig.mirror.isGone)
        #expect(throws: SpawnFailure.self) {
            _ = try rig.mirror.start(cells[1], StartOrder(), onLine: { _ in }, onExit: { _ in })
        }
        // A pause would come too late; an end does not.
        #expect(!rig.mirror.signal(identity.startTime, .stop) && rig.mirror.signal(identity.startTime, .kill))
        rig.isCut = false
        rig.turns(4)
        #expect(rig.inventories.last?.isEmpty == true && rig.driver.spawned.count == 1)
        #expect(ends == ["signal 9"] && !rig.mirror.isGone)
    }

    @Test func whatEndedMeanwhileIsSeenWhenTheHostIsBackAndWhatNobodyWatchesIsFound() throws {
        let rig = try Rig()
        rig.turns(2)
        var ends: [String] = []
        for cell in cells.prefix(2) {
            _ = try rig.mirror.start(cell, StartOrder(), onLine: { _ in }, onExit: { ends.append($0) })
        }
        rig.turns(2)
        rig.isCut = true
        rig.turns(40)
        rig.driver.crash(cells[0])
        rig.isCut = false
        rig.turns(3)
        #expect(ends == ["signal 11"] && rig.mirror.watched.count == 1)
        // The next control plane knows of none.
        rig.succeed()
        rig.turns(2)
        let found = try #require(rig.inventories.last?.first)
        #expect(found.name == cells[1].name && rig.inventories.last?.count == 1)
        #expect(rig.mirror.adopt(found.token) { ends.append($0) })
        #expect(rig.mirror.signal(found.token, .kill))
        rig.turns(3)
        #expect(ends.last == "signal 9")
    }

    @Test func anAgentThatWasStartedAnewHasLostEverything() throws {
        let rig = try Rig()
        rig.turns(2)
        var ends: [String] = []
        _ = try rig.mirror.start(cells[0], StartOrder(), onLine: { _ in }, onExit: { ends.append($0) })
        rig.turns(2)
        rig.restartAgent()
        rig.turns(2)
        #expect(ends.count == 1 && ends[0].contains("started anew") && rig.inventories.count == 2)
        #expect(rig.inventories.last?.isEmpty == true)
    }

    @Test func filesGoOutWhenTheyChangeAndToANewAgent() throws {
        let rig = try Rig()
        let directory = DataDirectory(path: rig.scratch.path + "/host")
        try SystemFile.makeDirectory(directory.path)
        rig.mirror.set([.faults: "one"])
        rig.turns(3)
        #expect(try SystemFile.read(directory.faultsPath) == Array("one".utf8))
        #expect(rig.mirror.next() == nil)
        rig.mirror.set([.faults: "two"])
        rig.turns(2)
        #expect(try SystemFile.read(directory.faultsPath) == Array("two".utf8))
        _ = try SystemFile.remove(directory.faultsPath)
        rig.restartAgent()
        rig.turns(3)
        #expect(try SystemFile.read(directory.faultsPath) == Array("two".utf8))
    }

    /// Whatever is lost, doubled, delayed or started anew: no name runs twice, each process that was started has one end at most,
    /// and when the network is well again the mirror knows what runs.
    @Test(arguments: Array(UInt64(1)...60)) func whateverHappensTheSightIsRightInTheEnd(seed: UInt64) throws {
        let rig = try Rig(seed: seed, trouble: 0.3)
        var random = Generator(seed: seed, concern: "deeds")
        var alive: [ProcessName: ProcessIdentity] = [:]
        var ends: [UInt64: Int] = [:]
        func adopt() {
            guard let found = rig.inventories.popLast() else { return }
            rig.inventories = []
            for process in found {
                let name = ProcessName(.cell, process.name)
                guard alive[name] == nil else {
                    rig.mirror.end(process)
                    continue
                }
                let identity = ProcessIdentity(host: 2, token: process.token)
                alive[name] = identity
                #expect(rig.mirror.adopt(process.token) { _ in if alive[name] == identity { alive[name] = nil } })
            }
        }
        for _ in 0..<300 {
            rig.turn()
            adopt()
            let name = cells[Int(random.below(UInt64(cells.count)))]
            switch random.below(20) {
            case 0...3 where alive[name] == nil && rig.mirror.isReachable:
                var token: UInt64 = 0
                let identity = try rig.mirror.start(name, StartOrder(), onLine: { _ in }) { _ in
                    ends[token, default: 0] += 1
                    if alive[name]?.startTime == token { alive[name] = nil }
                }
                token = identity.startTime
                alive[name] = identity
            case 4: alive[name].map { _ = rig.mirror.signal($0.startTime, .kill) }
            case 5: rig.driver.crash(name)
            case 6: rig.isCut.toggle()
            case 7 where random.chance(0.3): rig.restartAgent()
            case 8 where random.chance(0.3):
                rig.succeed()
                alive = [:]
                rig.inventories = []
            default: break
            }
            for (name, count) in Dictionary(grouping: rig.driver.running.values, by: \.name).mapValues(\.count) {
                #expect(count == 1, "\(name) runs \(count) times; seed \(seed)")
            }
        }
        (rig.isCut, rig.trouble) = (false, 0)
        for _ in 0..<60 {
            rig.turn()
            adopt()
        }
        #expect(ends.values.allSatisfy { $0 == 1 }, "seed \(seed)")
        let known = Set(rig.mirror.watched.values.compactMap { $0.process?.pid })
        let running = Set(rig.driver.running.keys.map(\.pid))
        #expect(known == running, "known \(known), running \(running); seed \(seed)")
        #expect(Set(alive.values.map(\.startTime)) == Set(rig.mirror.watched.keys), "seed \(seed)")
    }
}
