import Foundation
import MeshBase
import Testing
import Topology
import Yams

@testable import Exports

/// What Compose is given, read again.
@Suite struct ComposeExportTests {
    private static func export(_ name: String, hasAgents: Bool = false) throws -> ComposeExport {
        let source = try ExportSamples.shipped(name)
        return ComposeExport(
            source,
            ComposeExport.Settings(image: "cellmesh", paths: source.files.map(\.path), hasAgents: hasAgents))
    }

    /// `cellmesh export compose topology/three-regions.yaml --output docker-compose.yml --force` makes it so.
    @Test func theProjectsFileIsTheExportOfThreeRegions() throws {
        let file = ExportSamples.root.appendingPathComponent("docker-compose.yml")
        let text = try Self.export("three-regions").text
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
    }

    @Test(arguments: ["three-regions", "flagship", "eight-cells", "hundred-cells"])
    func servicesFindEachOtherAndAreHardened(_ name: String) throws {
        let export = try Self.export(name)
        let document = Exported(try Yams.load(yaml: export.text))
        let mesh = export.source.mesh
        let services = document["services"].keys
        #expect(services == Set(mesh.regions.map(\.name) + mesh.routers.map(\.name) + ["control"]))
        #expect(document["volumes"].keys == services)
        for name in services {
            let service = document["services"].key(name)
            #expect(service["hostname"].text == name)
            #expect(service["read_only"].flag == true && service["cap_drop"].texts == ["ALL"])
            #expect(service["user"].text == "10001:${CELLMESH_GID:-0}" && service["secrets"].texts == ["mesh"])
            #expect(service["stop_signal"].text == "SIGTERM" && service["mem_limit"].text?.hasSuffix("m") == true)
            #expect(service["cpus"].number == 1)
            #expect(service["healthcheck.test"].texts.prefix(3) == ["CMD", "cellmesh", "probe"])
            let command = service["command"].texts
            #expect(command.contains("--topology=/etc/cellmesh/topology/\(mesh.name).yaml"))
            for join in command where join.hasPrefix("--join=") {
                let host = String(join.dropFirst(7).dropLast(5))
                #expect(services.contains(host) && host != name, "\(name): \(join)")
            }
            #expect(mesh.regions.count == 1 || command.contains { $0.hasPrefix("--join=") })
            // What is probed is where the process answers.
            let probed = service["healthcheck.test.3"].text ?? ""
            #expect(command.contains { $0.hasSuffix(":" + probed.split(separator: ":").last!) })
        }
    }

    @Test func withAgentsOneControlPlaneRunsTheRoutersAndNamesEachRegion() throws {
        let export = try Self.export("three-regions", hasAgents: true)
        let document = Exported(try Yams.load(yaml: export.text))
        let regions = export.source.mesh.regions.map(\.name)
        #expect(document["services"].keys == Set(regions + ["control"]))
        #expect(document["volumes"].keys == document["services"].keys)
        let control = document["services.control"]
        let command = control["command"].texts
        #expect(command.prefix(2) == ["up", "/etc/cellmesh/topology/three-regions.yaml"])
        #expect(control["depends_on"].texts == regions && control["ports"].texts == ["127.0.0.1:7000:7000"])
        for region in regions {
            #expect(command.contains("--host=\(region)=\(region):7900"))
            let agent = document["services"].key(region)
            #expect(agent["command"].texts.contains("--agent=\(region):7900"))
            #expect(agent["command"].texts.contains("--listen-address=\(region)"))
            #expect(agent["ports"].texts.isEmpty && agent["read_only"].flag == true)
        }
        #expect(!export.text.contains("--join"))
    }

    @Test func whatHasADollarStaysWhatItIs() throws {
        let mesh = ExportSamples.mesh()
        let source = ExportSource(mesh: mesh, files: [ExportedFile(path: "a$b.yaml", text: "mesh: shop\n")])
        let text = ComposeExport(source, ComposeExport.Settings(image: "x", paths: ["/t/a$b.yaml"])).text
        let service = Exported(try Yams.load(yaml: text))["services.eu"]
        #expect(service["volumes.1.source"].text == "/t/a$$b.yaml")
        #expect(service["command"].texts.contains("--topology=/etc/cellmesh/a$$b.yaml"))
    }
}
