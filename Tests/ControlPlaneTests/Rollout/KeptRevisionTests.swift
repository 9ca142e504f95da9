import MeshBase
import Reports
import Testing
import Topology
import UVDriver

@testable import ControlPlane

@Suite("What was rolled out is kept with the mesh")
struct KeptRevisionTests {
    private func revisions(_ workers: Int = 7) -> BlueprintRevisions {
        let blueprint = Blueprint(name: "echo", services: [Service(name: "echo", pool: Pool(workers: workers))])
        return BlueprintRevisions(
            versions: [.init(number: 2, blueprint: blueprint, source: "new.yaml")], cells: ["eu-2": 2])
    }

    @Test("The same model keeps it, and another one drops it")
    func keptAndDropped() throws {
        let scratch = try Scratch()
        let directory = try scratch.mesh()
        #expect(try directory.revisions() == nil)
        try directory.writeRevisions(revisions())
        let model = try directory.model()
        #expect(model.version(of: CellIndex(1)) == 2 && model.blueprint(of: CellIndex(1)).services[0].pool.workers == 7)
        #expect(model.asFounded == Sample.topology && model.wireLabel == Sample.topology.wireLabel)
        // What `up` without a file hands in, and what it hands in with the file of before.
        for topology in [model, Sample.topology] {
            #expect(try MeshPreparation.prepare(directory, topology).topology == model)
        }
        var other = Sample.topology
        other.customers.count = 101
        #expect(try MeshPreparation.prepare(directory, other).topology == other)
        #expect(try directory.revisions() == nil)
    }

    @Test("A process reads the same, and says what is wrong with it")
    func processes() throws {
        let scratch = try Scratch()
        let directory = try scratch.mesh()
        let path = directory.blueprintsPath
        #expect(try BlueprintRevisionsFile.revised(Sample.topology, by: path) == Sample.topology)
        try directory.writeRevisions(revisions())
        #expect(try BlueprintRevisionsFile.revised(Sample.topology, by: path) == directory.model())
        try SystemFile.replace(path, with: Array("{".utf8))
        #expect(throws: HostFailure.self) { try BlueprintRevisionsFile.revised(Sample.topology, by: path) }
        #expect(throws: DataDirectoryError.self) { try directory.model() }
        var wrong = revisions()
        wrong.cells = ["eu-1": 9]
        try directory.writeRevisions(wrong)
        #expect(throws: HostFailure.self) { try BlueprintRevisionsFile.revised(Sample.topology, by: path) }
    }
}
