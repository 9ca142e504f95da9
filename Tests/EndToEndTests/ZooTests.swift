import Foundation
import Testing

extension EndToEndFaults {
    /// Cells of real processes that fail without being down: injected, named, and served around.
    @Suite struct ZooTests {
        /// Who was called what: `us-east-1 zombie`.
        private func names(_ mesh: TestMesh) throws -> [String] {
            try mesh.run(["events", "--type", "zoo"]).out.split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ").map(String.init)
                guard words.count > 3, words[2] == "named" else { return nil }
                return "\(words[3]) " + (words.first { $0.hasPrefix("animal=") }?.dropFirst(7) ?? "")
            }
        }

        @Test func aZombieIsNamedAndAnAmnesiacIsFilledAgain() throws {
            let mesh = try TestMesh()
            try mesh.up(Program.root.appendingPathComponent("topology/nine-cells.yaml").path)
            let added = try mesh.json(["fault", "add", "zombie", "us-east-1", "--for", "40s"])
            // It reads what the control plane asks about faults, and that is answered.
            #expect(
                (added["of"] as? Int).map { $0 > 0 && added["applied"] as? Int == $0 } == true
                    && added["text"] as? String == "zombie cell/us-east-1")
            let isNamed = TestMesh.eventually {
                (try? names(mesh))?.contains("us-east-1 zombie") ?? false
            }
            let first = try names(mesh)
            #expect(isNamed, "\(first)")
            #expect(try mesh.json(["heal"])["faults"] is [Any])

            let store = mesh.dataDirectory + "/cells/us-east-2/"
            try mesh.json(["fault", "add", "amnesia", "us-east-2", "--for", "60s"])
            #expect(try mesh.run(["restart", "us-east-2"]).code == 0)
            let hasForgotten = TestMesh.eventually {
                (try? names(mesh))?.contains("us-east-2 amnesiac") ?? false
            }
            let second = try names(mesh)
            #expect(hasForgotten, "\(second)")
            #expect(FileManager.default.fileExists(atPath: store + "store-aside.sqlite"))
            // Once for each fault: what it has by now stays.
            #expect(try mesh.run(["restart", "us-east-2"]).code == 0)
            let log = try mesh.run(["events", "--since", "10m"]).out
            #expect(log.components(separatedBy: "store-set-aside").count == 2)
            let wrong = try names(mesh).filter { $0 != "us-east-1 zombie" && $0 != "us-east-2 amnesiac" }
            #expect(wrong.isEmpty, "\(wrong)")
            try mesh.down()
        }
    }
}
