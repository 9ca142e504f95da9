import Glibc
import MeshBase
import Store
import Testing
import Topology

@testable import ControlPlane

/// An empty store is taken for a new one once only.
@Suite struct StoreWordTests {
    private static var topology: MeshTopology {
        var topology = Sample.topology
        topology.blueprints[0].store = StoreSettings()
        return topology
    }

    private func arguments(_ name: ProcessName, in harness: SupervisorHarness) -> [String] {
        harness.driver.identity(name).flatMap { harness.driver.running[$0]?.arguments } ?? []
    }
    private func word(_ arguments: [String]) -> (id: String?, isFounding: Bool) {
        let id = arguments.firstIndex(of: "--store-id").map { arguments[$0 + 1] }
        return (id, arguments.contains("--founding"))
    }

    @Test func aNewMeshIsFoundedOnce() throws {
        let harness = try SupervisorHarness()
        try harness.supervisor.journal.found(Self.topology.cells.indices.map { CellIndex($0) }, of: Self.topology)
        harness.supervisor.start(harness.supervisor.names)
        let first = word(arguments(Sample.eu1, in: harness))
        #expect(first.isFounding && first.id != nil)
        #expect(word(arguments(Sample.r1, in: harness)).id == nil)
        let id = try #require(first.id)
        harness.driver.report(Sample.eu1, #"{"ready":true,"name":"eu-1","store_id":"\#(id)"}"#)
        harness.perform(.restart, Sample.eu1)
        let second = word(arguments(Sample.eu1, in: harness))
        #expect(second.id == id && !second.isFounding)
        // It came up with another store: from then on that one is known, and a third would be lost again.
        harness.driver.report(Sample.eu1, #"{"ready":true,"name":"eu-1","store_id":"beef"}"#)
        harness.perform(.restart, Sample.eu1)
        #expect(word(arguments(Sample.eu1, in: harness)).id == "beef")
    }

    @Test func whoDiedBeforeItSaidThatItServesIsToldOnceMore() throws {
        let harness = try SupervisorHarness()
        try harness.supervisor.journal.found(Self.topology.cells.indices.map { CellIndex($0) }, of: Self.topology)
        harness.supervisor.start([Sample.eu1])
        let first = word(arguments(Sample.eu1, in: harness))
        harness.driver.crash(Sample.eu1)
        harness.supervisor.start([Sample.eu1])
        #expect(word(arguments(Sample.eu1, in: harness)).isFounding)
        #expect(word(arguments(Sample.eu1, in: harness)).id == first.id)
        // One that has served unheard is not: it asks its peers.
        harness.driver.crash(Sample.eu1)
        let file = harness.directory.directory(of: .cell, "eu-1") + "/process.json"
        try SystemFile.replace(file, with: Array("{}".utf8))
        harness.supervisor.start([Sample.eu1])
        #expect(word(arguments(Sample.eu1, in: harness)).id == nil)
        #expect(!word(arguments(Sample.eu1, in: harness)).isFounding)
    }

    @Test func aJournalThatIsNewInAnOldMeshFoundsNothing() throws {
        let scratch = try Scratch()
        let directory = try MeshHome(path: scratch.path).directory("shop")
        _ = try MeshPreparation.prepare(directory, Self.topology)
        let founded = try scratch.journal(directory)
        #expect(try founded.meta("store/eu-1")?.hasPrefix("new ") == true)
        founded.close()
        for suffix in ["", "-wal", "-shm"] { unlink(directory.journalPath + suffix) }
        _ = try MeshPreparation.prepare(directory, Self.topology)
        #expect(try scratch.journal(directory).meta("store/eu-1") == nil)
    }
}
