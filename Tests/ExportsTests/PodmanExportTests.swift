import MeshBase
import Testing

@testable import Exports

/// What podman is given, read again.
@Suite struct PodmanExportTests {
    private static func objects() throws -> [Exported] {
        let source = try ExportSamples.shipped("three-regions")
        return try ExportSamples.objects(PodmanExport(source, ExportSamples.settings(source.mesh)).files)
    }

    @Test func threeRegionsAreFourteenPodsWithTheirVolumes() throws {
        let objects = try Self.objects()
        let counts = Dictionary(grouping: objects, by: \.kind).mapValues(\.count)
        #expect(counts == ["Secret": 1, "ConfigMap": 1, "PersistentVolumeClaim": 13, "Pod": 14])
        let claims = Set(objects.filter { $0.kind == "PersistentVolumeClaim" }.map(\.name))
        let pods = Set(objects.filter { $0.kind == "Pod" }.map(\.name))
        for object in objects {
            #expect(object.namespace.isEmpty)
            guard let pod = object.pod else { continue }
            for volume in pod["volumes"].items {
                if let claim = volume["persistentVolumeClaim.claimName"].text { #expect(claims.contains(claim)) }
                // Podman 4.3 falls over a Secret that does not say whether it may be missing, and makes no folders.
                if volume["secret"].value != nil { #expect(volume["secret.optional"].flag == false) }
                for item in volume["configMap.items"].items { #expect(item["path"].text?.contains("/") == false) }
            }
            let joins = pod["containers.0.args"].texts.filter { $0.hasPrefix("--join=") }
            #expect(!joins.isEmpty)
            for join in joins { #expect(pods.contains(String(join.dropFirst(7).dropLast(5))), "\(join)") }
        }
        let mounts = objects.compactMap(\.pod).flatMap { $0["containers.0.volumeMounts"].items }
        #expect(
            Set(mounts.compactMap { $0["mountPath"].text }) == [
                "/etc/cellmesh/topology", "/etc/cellmesh/cells", "/run/secrets/cellmesh", "/var/lib/cellmesh", "/tmp",
            ])
    }

    @Test func customersReachARouterAtTheLoopback() throws {
        let ports = try Self.objects().compactMap(\.pod).flatMap { $0["containers.0.ports"].items }
        #expect(ports.count == 1)
        let port = try #require(ports.first)
        #expect(port["hostIP"].text == "127.0.0.1" && port["hostPort"].number == 7_000)
    }
}
