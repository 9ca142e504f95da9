import MeshBase
import Testing
import Topology

@testable import UVDriver

@Suite struct HostRhythmTests {
    @Test(arguments: [(3, 1), (100, 1), (199, 1), (200, 2), (399, 3), (400, 4), (10_000, 4)] as [(Int, Int64)])
    func processesOfALargeMeshLookLessOften(cells: Int, rhythm: Int64) {
        var topology = FaultBench.topology
        topology.cells = (0..<cells).map { Cell(name: "c-\($0)", region: 0, zone: 0) }
        let settings = HostSettings(
            name: "c-0", topology: topology, placement: .init(), dataDirectory: "/", secret: [], boot: 1, storeID: 1)
        #expect(settings.rhythm == rhythm)
    }
}
