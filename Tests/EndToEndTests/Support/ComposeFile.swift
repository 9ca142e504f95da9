import Foundation
import Testing
import Yams

/// docker-compose.yml as docker-compose itself understands it.
struct ComposeFile {
    struct Service {
        var name: String
        var hostname: String
        /// The program's arguments.
        var command: [String]
        var environment: [String: String]
    }

    var services: [Service]

    /// - Throws: when docker-compose is missing or refuses the file.
    init(_ path: String = "docker-compose.yml") throws {
        let running: Program.Running
        do {
            running = try Program.Running(
                "/usr/bin/env", ["docker-compose", "--file", path, "config"], environment: [:], directory: Program.root)
        } catch { throw Missing(description: "/usr/bin/env cannot be run: \(error)") }
        let outcome = running.wait(limit: 60)
        guard outcome.code != 127 else {
            throw Missing(description: "docker-compose is missing; scripts/bootstrap installs it")
        }
        try #require(outcome.code == 0, "docker-compose config: exit \(outcome.code)\n\(outcome.err)")
        let document = try #require(try Yams.load(yaml: outcome.out) as? [String: Any])
        let services = try #require(document["services"] as? [String: [String: Any]])
        self.services = services.sorted { $0.key < $1.key }.map { name, service in
            Service(
                name: name, hostname: service["hostname"] as? String ?? "",
                command: service["command"] as? [String] ?? [],
                environment: service["environment"] as? [String: String] ?? [:])
        }
    }

    struct Missing: Error, CustomStringConvertible {
        var description: String
    }
}
