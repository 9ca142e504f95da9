import MeshBase
import Testing
import Topology

@testable import Exports

/// What targets cannot hold is said of the part that it is about.
@Suite struct ExportFaultTests {
    private static func kubernetes(
        _ mesh: MeshTopology, _ change: (inout KubernetesSettings) -> Void = { _ in }
    ) -> [ExportFault] {
        var settings = ExportSamples.settings(mesh)
        change(&settings)
        return KubernetesExport(ExportSamples.source(mesh), settings).faults
    }

    private static func compose(_ mesh: MeshTopology) -> [ExportFault] {
        ComposeExport(ExportSamples.source(mesh), ComposeExport.Settings(image: "cellmesh", paths: ["mesh.yaml"]))
            .faults
    }

    private static func podman(_ mesh: MeshTopology) -> [ExportFault] {
        PodmanExport(ExportSamples.source(mesh), ExportSamples.settings(mesh)).faults
    }

    @Test func aSoundMeshHasNone() {
        let mesh = ExportSamples.mesh()
        #expect(Self.kubernetes(mesh).isEmpty && Self.compose(mesh).isEmpty && Self.podman(mesh).isEmpty)
    }

    @Test func shippedTopologiesHaveNoneButWhatTheyShow() throws {
        for name in ["three-regions", "eight-cells", "flagship", "hundred-cells", "monolith", "tiers", "walled"] {
            let source = try ExportSamples.shipped(name)
            #expect(KubernetesExport(source, ExportSamples.settings(source.mesh)).faults.isEmpty, "\(name)")
        }
        let leaky = try ExportSamples.shipped("leaky")
        #expect(KubernetesExport(leaky, ExportSamples.settings(leaky.mesh)).faults.map(\.part) == [.shared])
    }

    /// Sound in a topology: a letter first, then letters, digits and dashes.
    @Test func namesThatAreNoLabelsAreNamed() {
        let cell = ExportSamples.mesh(cells: [Cell(name: "eu-", region: 0, zone: 0)])
        #expect(Self.kubernetes(cell).map(\.part) == [.cell(0)])
        #expect(Self.podman(cell).map(\.part) == [.cell(0)])
        let router = ExportSamples.mesh(routers: [Router(name: "r-", region: 0)])
        #expect(Self.kubernetes(router).map(\.part) == [.router(0)] && Self.compose(router).map(\.part) == [.router(0)])
        let zone = ExportSamples.mesh(regions: [Region(name: "eu", zones: ["a", "b-"])])
        #expect(Self.kubernetes(zone).map(\.part) == [.zone(1, region: 0)])
        let mesh = ExportSamples.mesh(name: "shop-")
        #expect(Self.kubernetes(mesh).map(\.part) == [.mesh])
        let region = ExportSamples.mesh(regions: [Region(name: "eu-", zones: ["a", "b"])])
        #expect(Self.compose(region).map(\.part) == [.region(0)])
    }

    @Test func namesThatAPrefixMakesTooLongAreNamed() {
        let long = String(repeating: "c", count: 60)
        let mesh = ExportSamples.mesh(cells: [
            Cell(name: "eu-1", region: 0, zone: 0), Cell(name: long, region: 0, zone: 1),
        ])
        let faults = Self.kubernetes(mesh)
        #expect(faults.map(\.part) == [.cell(1)] && faults[0].message.contains("65 characters"))
        #expect(Self.kubernetes(mesh) { $0.prefix = "s-" }.isEmpty)
        let zones = ExportSamples.mesh(regions: [Region(name: "eu", zones: ["a", long + "bbb"])])
        #expect(Self.kubernetes(zones).map(\.part) == [.zone(1, region: 0)])
    }

    @Test func twoPartsOfOneNameAreNamed() {
        let cell = ExportSamples.mesh(cells: [Cell(name: "routers", region: 0, zone: 0)])
        #expect(Self.kubernetes(cell).map(\.part) == [.cell(0)])
        let zones = ExportSamples.mesh(regions: [
            Region(name: "us", zones: ["east-a", "b"]), Region(name: "us-east", zones: ["a"]),
        ])
        let faults = Self.kubernetes(zones)
        #expect(faults.map(\.part) == [.zone(0, region: 1)])
        #expect(faults.first?.message.contains("the zone 'east-a' of 'us' and the zone 'a' of 'us-east'") == true)
        let region = ExportSamples.mesh(regions: [Region(name: "control", zones: ["a", "b"])])
        #expect(Self.compose(region).map(\.part) == [.region(0)])
        let router = ExportSamples.mesh(routers: [Router(name: "eu", region: 0)])
        #expect(Self.compose(router).map(\.part) == [.router(0)])
    }

    @Test func whatAWallDoesNotLetPassIsNamed() {
        var mesh = ExportSamples.mesh(routers: (1...4).map { Router(name: "r\($0)", region: 0) })
        #expect(Self.kubernetes(mesh) { $0.quota.claims = 0 }.map(\.part) == [.cell(0), .cell(1), .mesh])
        let routers = Self.kubernetes(mesh) { $0.quota.processors = 750 }
        #expect(routers.map(\.part) == [.mesh] && routers[0].message.contains("4 routers would ask for 1"))
        #expect(
            Self.kubernetes(mesh) {
                $0.quota.loadBalancers = 0
                $0.service = .loadBalancer
            }.count == 1)
        mesh.blueprints[0].memory = 9 << 30
        let faults = Self.kubernetes(mesh)
        #expect(faults.map(\.part) == [.cell(0), .cell(1)] && faults[0].message.contains("a container may have 8Gi"))
        #expect(Self.kubernetes(mesh) { $0.limits.most.memory = 16 << 30 }.isEmpty)
    }

    @Test func programsNeedAnImageOfTheTeamsOwn() {
        var mesh = ExportSamples.mesh()
        mesh.blueprints[0].services[0].program = ProgramSettings(run: ["python3", "app.py"])
        #expect(
            Self.kubernetes(mesh).map(\.part) == [.blueprint(0)] && Self.compose(mesh).map(\.part) == [.blueprint(0)])
        #expect(Self.podman(mesh).map(\.part) == [.blueprint(0)])
        #expect(Self.kubernetes(mesh) { $0.isOwnImage = true }.isEmpty)
    }

    @Test func aTopologyAboveAConfigMapIsNamed() {
        let mesh = ExportSamples.mesh()
        let file = ExportedFile(path: "mesh.yaml", text: String(repeating: "#\n", count: 1 << 20))
        let export = KubernetesExport(ExportSource(mesh: mesh, files: [file]), ExportSamples.settings(mesh))
        #expect(export.faults.map(\.part) == [.mesh])
    }
}
