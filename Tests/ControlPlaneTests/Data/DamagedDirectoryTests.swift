import Sharding
import Testing
import Topology
import UVDriver

@testable import ControlPlane

/// What lies in a directory is neither replaced nor reinterpreted where records may depend on it.
@Suite struct DamagedDirectoryTests {
    private static let garbage = Array("garbage".utf8)

    /// A mesh in which one cell has made a store, which nobody can read.
    private func meshWithStore(_ scratch: Scratch) throws -> DataDirectory {
        let directory = try scratch.mesh()
        try SystemFile.replace(directory.directory(of: .cell, "eu-1") + "/store.sqlite", with: Self.garbage)
        return directory
    }

    private func refusal(_ directory: DataDirectory, _ topology: MeshTopology = Sample.topology) -> String? {
        do throws(ControlFailure) { _ = try MeshPreparation.prepare(directory, topology) } catch { return "\(error)" }
        return nil
    }

    @Test func customersAreNotMovedWithoutTheirRecords() throws {
        let directory = try meshWithStore(scratch)
        let changes: [(inout MeshTopology) -> Void] = [
            { $0.seed = 43 }, { $0.sharding.size = 1 }, { $0.cells.removeLast() }, { $0.cells[1].weight = 2 },
            { $0.cells.swapAt(0, 1) }, { $0.regions[1].zones.swapAt(0, 1) }, { $0.sharding.spread = .cell },
        ]
        for change in changes {
            var other = Sample.topology
            change(&other)
            #expect(refusal(directory, other)?.contains("holds records") == true)
            #expect(try directory.model() == Sample.topology)
        }
        var harmless = Sample.topology
        harmless.customers.count = 7
        #expect(refusal(directory, harmless) == nil)
    }

    @Test func aDamagedModelIsNotReplaced() throws {
        let directory = try scratchMesh(damaging: \.modelPath)
        #expect(refusal(directory)?.contains("mesh.json cannot be used") == true)
        #expect(try SystemFile.read(directory.modelPath) == Self.garbage)
    }

    @Test func aDamagedOrMissingPlacementIsNotReplacedBelowWhatStoresMayHold() throws {
        let directory = try meshWithStore(scratch)
        try SystemFile.replace(directory.placementPath, with: Self.garbage)
        #expect(refusal(directory)?.contains("placement.json cannot be used") == true)
        #expect(try SystemFile.read(directory.placementPath) == Self.garbage)
        _ = try SystemFile.remove(directory.placementPath)
        #expect(refusal(directory)?.contains("placement.json cannot be used") == true)
        #expect(!SystemFile.exists(directory.placementPath))
    }

    @Test func withoutStoresAPlacementIsMadeAnew() throws {
        let directory = try scratchMesh(damaging: \.placementPath)
        #expect(refusal(directory) == nil)
        #expect(try directory.placement() == PlacementTable())
    }

    @Test(arguments: ["version", "mesh.json", "secret", "token", "placement.json"])
    func theDoctorNamesEveryDamagedFile(_ name: String) throws {
        let directory = try scratch.mesh()
        #expect(Doctor(directory).examine().isHealthy)
        for content in [Self.garbage, [], Array(repeating: 0, count: 64)] {
            try SystemFile.replace("\(directory.path)/\(name)", with: content)
            let report = Doctor(directory).examine()
            #expect(!report.isHealthy && report.findings.contains { $0.message.contains(name) })
        }
    }

    @Test func theDoctorFindsDamagedStoresKeysAndWhatIsInTheWay() throws {
        let directory = try meshWithStore(scratch)
        let cell = Sample.topology.cells[0].name
        let log = directory.logPath(of: .cell, cell)
        try SystemFile.makeDirectory(log)
        try SystemFile.makeDirectory(directory.controlLogPath)
        try SystemFile.replace(directory.keysPath, with: Self.garbage)
        let store = try #require(directory.storePaths.first)
        try SystemFile.replace(store, with: Array(repeating: 0, count: 8_192))
        let report = Doctor(directory).examine()
        for path in [log, directory.controlLogPath, directory.keysPath, store] {
            #expect(report.findings.contains { $0.message.contains(path) }, "\(path): \(report.findings)")
        }
        #expect(!report.isReapable)
    }

    @Test func aMissingVersionIsDamageOfAMesh() throws {
        let directory = try scratch.mesh()
        _ = try SystemFile.remove(directory.versionPath)
        #expect(directory.exists)
        #expect(refusal(directory)?.contains("with the line 'cellmesh-data 1'") == true)
        #expect(try MeshHome(path: scratch.path).resolve("shop", checksVersion: false) == directory)
    }

    @Test func aGarbledTokenIsRefused() throws {
        let directory = try scratch.mesh()
        try SystemFile.replace(directory.tokenPath, with: Array(String(repeating: "?", count: 64).utf8))
        #expect(throws: DataDirectoryError.self) { try directory.token() }
    }

    @Test func withoutTheLockFileTheControlPlaneIsKnownByWhatItWrote() throws {
        let directory = try scratch.mesh()
        let own = ProcessIdentity.current
        try directory.writeControl(
            ControlFile(
                mesh: "shop", pid: own.pid, startTime: own.startTime, api: "", gossip: "", router: "", started: "",
                cells: 4, readyMilliseconds: 1, adopted: nil))
        #expect(directory.controlHolder == own.pid)
        try directory.writeControl(
            ControlFile(
                mesh: "shop", pid: own.pid, startTime: own.startTime &+ 1, api: "", gossip: "", router: "",
                started: "", cells: 4, readyMilliseconds: 1, adopted: nil))
        #expect(directory.controlHolder == nil)
    }

    private let scratch: Scratch
    init() throws { scratch = try Scratch() }

    private func scratchMesh(damaging path: KeyPath<DataDirectory, String>) throws -> DataDirectory {
        let directory = try scratch.mesh()
        try SystemFile.replace(directory[keyPath: path], with: Self.garbage)
        return directory
    }
}
