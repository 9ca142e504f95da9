import Foundation
import Testing

extension EndToEnd {
    /// `export kubernetes` and `export compose`, as a team runs them: all of it, or nothing.
    @Suite struct ContainerExportTests {
        private let home = FileManager.default.temporaryDirectory.appendingPathComponent(
            "cellmesh-export-\(UUID().uuidString.prefix(8))")

        init() throws { try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true) }

        private func export(_ arguments: String...) throws -> Program.Outcome { try export(arguments) }

        private func export(_ arguments: [String]) throws -> Program.Outcome {
            let running = try Program.Running(
                Program.path, ["export"] + arguments, environment: ["CELLMESH_HOME": home.path, "NO_COLOR": "1"],
                directory: home)
            return running.wait(limit: 30)
        }

        private func write(_ name: String, _ text: String) throws {
            let file = home.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }

        private func read(_ name: String) -> String? {
            try? String(contentsOf: home.appendingPathComponent(name), encoding: .utf8)
        }

        private func mode(_ name: String) -> Int {
            let facts = try? FileManager.default.attributesOfItem(atPath: home.appendingPathComponent(name).path)
            return facts?[.posixPermissions] as? Int ?? -1
        }

        private func names(_ folder: String = "") -> [String] {
            let path = home.appendingPathComponent(folder).path
            return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
        }

        private static let blueprint = "cell: plain\nservices:\n  - name: echo\n"
        private static func mesh(_ cells: String = "2", regions: String = "", more: String = "") -> String {
            """
            mesh: shop
            blueprint: plain.yaml
            regions:
              - {name: eu, zones: [a, b], cells: \(cells)}
            \(regions)customers: {count: 10}
            sharding: {size: 1, spread: cell}
            \(more)
            """
        }

        @Test func anExportIsWholeKeepsItsSecretAndTakesNothingOfOthers() throws {
            defer { try? FileManager.default.removeItem(at: home) }
            try write("in/mesh.yaml", Self.mesh())
            try write("in/plain.yaml", Self.blueprint)
            let first = try export("kubernetes", "in/mesh.yaml", "--output", "shop", "-o", "json")
            #expect(first.code == 0, "\(first.err)")
            #expect((first.json["files"] as? [String])?.contains("kustomization.yaml") == true)
            #expect(
                names("shop") == [".cellmesh-export", ".gitignore", "kustomization.yaml", "manifests", "mesh.secret"])
            #expect(
                names("shop/manifests") == [
                    "00-namespaces.yaml", "10-secrets.yaml", "20-topology.yaml", "30-cell-eu-1.yaml",
                    "30-cell-eu-2.yaml", "40-routers.yaml", "41-router-r1.yaml", "50-control.yaml",
                ])
            #expect(mode("shop/mesh.secret") == 0o600 && mode("shop/manifests/10-secrets.yaml") == 0o600)
            #expect(mode("shop/kustomization.yaml") & 0o044 == 0o044)
            #expect(read("shop/.gitignore") == "/mesh.secret\n/manifests/10-secrets.yaml\n")
            let secret = try #require(read("shop/mesh.secret"))
            #expect(secret.count == 65 && !(first.out + first.err).contains(secret.dropLast()))

            let refused = try export("kubernetes", "in/mesh.yaml", "--output", "shop", "--image", "other:2")
            #expect(refused.code == 1 && refused.err.contains("--force"), "\(refused.err)")
            #expect(read("shop/manifests/41-router-r1.yaml")?.contains("other:2") == false)

            try write("in/mesh.yaml", Self.mesh("1"))
            let again = try export("kubernetes", "in/mesh.yaml", "--output", "shop", "--image", "other:2", "--force")
            #expect(again.code == 0, "\(again.err)")
            #expect(read("shop/manifests/41-router-r1.yaml")?.contains("other:2") == true)
            #expect(!names("shop/manifests").contains("30-cell-eu-2.yaml"))
            #expect(read("shop/mesh.secret") == secret)

            // The only copy of it is not thrown away.
            let lost = try export("kubernetes", "in/mesh.yaml", "--output", "shop", "--force", "--secret", "vault")
            #expect(lost.code == 1 && lost.err.contains("would be lost") && read("shop/mesh.secret") == secret)

            try write("shop/manifests/own.yaml", "mine\n")
            let foreign = try export("kubernetes", "in/mesh.yaml", "--output", "shop", "--force")
            #expect(foreign.code == 1 && foreign.err.contains("manifests/own.yaml"), "\(foreign.err)")
            #expect(read("shop/manifests/own.yaml") == "mine\n")
            // Nothing lies about beside it.
            #expect(names() == ["in", "shop"])
        }

        @Test func aLinkIsFollowedWhereItIsTheDirectoryAndNowhereElse() throws {
            defer { try? FileManager.default.removeItem(at: home) }
            let manager = FileManager.default
            try write("in/mesh.yaml", Self.mesh())
            try write("in/plain.yaml", Self.blueprint)
            #expect(try export("kubernetes", "in/mesh.yaml", "--output", "far/shop").code == 0)
            let files = names("far/shop/manifests")
            try manager.createSymbolicLink(
                atPath: home.appendingPathComponent("near").path, withDestinationPath: "far/shop")
            let again = try export(
                "kubernetes", "in/mesh.yaml", "--output", "near", "--image", "other:2", "--force")
            #expect(again.code == 0, "\(again.err)")
            #expect(
                names() == ["far", "in", "near"] && names("far") == ["shop"] && names("far/shop/manifests") == files)
            #expect(read("far/shop/manifests/41-router-r1.yaml")?.contains("other:2") == true)

            // Where a part of it lies elsewhere, that is nobody's export.
            let parts = home.appendingPathComponent("parts")
            try manager.moveItem(at: home.appendingPathComponent("far/shop/manifests"), to: parts)
            try manager.createSymbolicLink(
                atPath: home.appendingPathComponent("far/shop/manifests").path, withDestinationPath: parts.path)
            let refused = try export("kubernetes", "in/mesh.yaml", "--output", "far/shop", "--force")
            #expect(refused.code == 1 && refused.err.contains("nothing was written"), "\(refused.err)")
            #expect(names("parts") == files)
        }

        @Test(arguments: [
            (mesh("[eu-1, eu-]"), "in/mesh.yaml:4:45:"),
            (mesh("[eu-1, {name: routers, zone: b}]"), "in/mesh.yaml:4:52:"),
            (mesh(more: "shared: {connections: {db: 3}}"), "in/mesh.yaml:7:9:"),
            (mesh(more: "routers: [{name: r1}, {name: r-}]"), "in/mesh.yaml:7:30:"),
            (mesh(regions: "  - {name: eu-a, zones: [c, d-], cells: 1}\n"), "in/mesh.yaml:5:29:"),
        ])
        func whatTheTargetCannotHoldIsRefusedWithItsPlace(_ text: String, _ place: String) throws {
            defer { try? FileManager.default.removeItem(at: home) }
            try write("in/mesh.yaml", text)
            try write("in/plain.yaml", Self.blueprint + "connections: {db: {max: 3}}\n")
            let outcome = try export("kubernetes", "in/mesh.yaml", "--output", "shop")
            #expect(outcome.code == 1 && outcome.err.contains(place), "\(outcome.err)")
            #expect(outcome.err.contains("[unexportable]"), "\(outcome.err)")
            #expect(names() == ["in"])
        }

        @Test func blueprintsAreRefusedThatLieElsewhereInAContainer() throws {
            defer { try? FileManager.default.removeItem(at: home) }
            try write("plain.yaml", Self.blueprint)
            let text = Self.mesh().replacingOccurrences(of: "plain.yaml", with: home.path + "/plain.yaml")
            try write("mesh.yaml", text)
            let outcome = try export("kubernetes", "mesh.yaml", "--output", "shop")
            #expect(outcome.code == 1 && outcome.err.contains("mesh.yaml:2:12:"), "\(outcome.err)")
            #expect(names() == ["mesh.yaml", "plain.yaml"])
        }

        @Test func aComposeFileIsWrittenOnceAndAnotherTimeByForce() throws {
            defer { try? FileManager.default.removeItem(at: home) }
            try write("in/mesh.yaml", Self.mesh())
            try write("in/plain.yaml", Self.blueprint)
            #expect(try export("compose", "in/mesh.yaml", "--output", "out/compose.yml").code == 0)
            let text = try #require(read("out/compose.yml"))
            #expect(text.contains("source: ../in/mesh.yaml") && text.contains("../in/plain.yaml"), "\(text)")
            let refused = try export("compose", "in/mesh.yaml", "--output", "out/compose.yml", "--image", "x:1")
            #expect(refused.code == 1 && read("out/compose.yml") == text)
            #expect(
                try export("compose", "in/mesh.yaml", "--output", "out/compose.yml", "--image", "x:1", "--force").code
                    == 0)
            #expect(read("out/compose.yml")?.contains("image: x:1") == true)
            let services = try ComposeFile(home.appendingPathComponent("out/compose.yml").path).services
            #expect(services.map(\.name) == ["control", "eu", "r1"])
        }

        @Test func whatNoOptionMeansIsAWrongUse() throws {
            defer { try? FileManager.default.removeItem(at: home) }
            try write("mesh.yaml", Self.mesh())
            try write("plain.yaml", Self.blueprint)
            for wrong in [
                ["--quota", "cpu=0"], ["--limits", "max-cpu=1m"], ["--placement", "here"], ["--secret", "No_Name"],
                ["--storage", "1G"], ["--secret", "a", "--secret-file", "b"], ["--port", "0"],
            ] {
                let outcome = try export(["kubernetes", "mesh.yaml", "--output", "shop"] + wrong)
                #expect(outcome.code == 64, "\(wrong): \(outcome.err)")
            }
            #expect(names() == ["mesh.yaml", "plain.yaml"])
        }
    }
}
