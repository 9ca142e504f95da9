import MeshBase
import Testing

@testable import ControlPlane

/// Processes that start, so many at a time.
@Suite("Starting in turns")
struct SupervisorTurnsTests {
    @Test("The next is started when one serves, fails or ends")
    func turns() throws {
        let harness = try SupervisorHarness(startsAtOnce: 2)
        harness.driver.unstartable = [Sample.us1]
        harness.supervisor.start(harness.supervisor.names)
        let names = harness.supervisor.names
        #expect(harness.driver.spawned.map(\.name) == Array(names.prefix(2)))
        // Whoever waits is not asked for twice.
        harness.supervisor.start(names)
        #expect(harness.driver.spawned.count == 2)
        harness.driver.ready(names[0])
        harness.driver.crash(names[1])
        // One of those that follow cannot be started, and keeps nobody waiting.
        for name in names.dropFirst(2) where name != Sample.us1 { harness.driver.ready(name) }
        #expect(Set(harness.failures.map(\.0)) == [names[1], Sample.us1])
        #expect(harness.supervisor.servingCount == names.count - 2)
        #expect(harness.driver.spawned.count == names.count - 1)
    }

    @Test("What is killed while it waits is not started, and a mesh that ends starts nothing more")
    func withdrawn() throws {
        let harness = try SupervisorHarness(startsAtOnce: 1)
        let names = harness.supervisor.names
        harness.supervisor.start(names)
        harness.perform(.kill, names[1])
        harness.driver.ready(names[0])
        #expect(harness.driver.spawned.map(\.name) == [names[0], names[2]])
        harness.supervisor.shutDown {}
        harness.driver.settle()
        #expect(harness.driver.spawned.count == 2)
    }

    @Test("A restart is asked for while the process waits for its turn")
    func again() throws {
        let harness = try SupervisorHarness(startsAtOnce: 1)
        let names = harness.supervisor.names
        harness.supervisor.start(names)
        for name in names { harness.driver.ready(name) }
        #expect(harness.supervisor.servingCount == names.count)
        #expect(harness.driver.spawned.map(\.name) == names)
    }
}
