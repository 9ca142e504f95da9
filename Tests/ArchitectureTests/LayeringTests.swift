import Foundation
import Testing

/// The arrows of ARCHITECTURE.md: what each target may import. Swift builds undeclared imports of targets that happen
/// to be built already, so the compiler alone does not hold them.
@Suite struct LayeringTests {
    static let standard: Set<String> = ["Swift", "Synchronization"]
    static let system: Set<String> = ["Foundation", "FoundationEssentials", "Glibc", "Darwin", "Dispatch"]
    static let pure: Set<String> = [
        "MeshBase", "Topology", "Sharding", "Membership", "Resilience", "Replication", "Consensus", "Evacuation",
        "Chaos", "Checkers", "Drills", "Reports", "Scenarios", "Feed", "Alerts", "Exports", "Pages", "Terminal",
        "Laboratories", "Wire",
        "Nodes", "Ciphers",
    ]
    /// Of the pure targets these read and write JSON, with coders that know neither clock nor disk.
    static let coding: Set<String> = ["Reports"]
    static let collections: Set<String> = ["Collections", "DequeModule", "HeapModule", "OrderedCollections"]

    /// Targets of this package and modules of others.
    static let allowed: [String: Set<String>] = [
        "MeshBase": [],
        "Ciphers": ["MeshBase", "COpenSSL"],
        "Topology": ["MeshBase"],
        "Sharding": ["MeshBase", "Topology"],
        "Membership": ["MeshBase"],
        "Resilience": ["MeshBase"],
        "Replication": ["MeshBase", "Topology", "Sharding", "Consensus"],
        "Consensus": ["MeshBase"],
        "Evacuation": ["MeshBase", "Topology", "Sharding"],
        "Chaos": ["MeshBase", "Topology"],
        "Drills": ["MeshBase"],
        "Reports": ["MeshBase", "Drills", "Evacuation", "Sharding"],
        "Scenarios": ["MeshBase", "Topology", "Chaos", "Evacuation", "Drills", "Reports"],
        "Feed": [
            "MeshBase", "Topology", "Sharding", "Membership", "Evacuation", "Chaos", "Resilience", "Reports",
        ],
        "Alerts": ["MeshBase", "Evacuation", "Reports"],
        "Exports": ["MeshBase", "Topology"],
        "Pages": ["MeshBase", "CPages", "Ciphers"],
        // Of telemetry the text alone.
        "Terminal": ["MeshBase", "Reports", "Feed", "Evacuation", "Telemetry"],
        "Laboratories": ["MeshBase", "Topology", "Resilience"],
        "Checkers": ["MeshBase", "Topology", "Sharding", "Membership", "Replication"],
        "Wire": ["MeshBase", "Membership", "Sharding", "Replication", "Ciphers"],
        "Nodes": pure.subtracting([
            "Nodes", "Checkers", "Drills", "Scenarios", "Feed", "Alerts", "Exports", "Pages", "Terminal",
            "Laboratories",
        ]),
        "Blueprints": [
            "MeshBase", "Topology", "Sharding", "Resilience", "Chaos", "Drills", "Reports", "Scenarios", "Yams",
        ],
        "Store": ["MeshBase", "Topology", "Sharding", "Replication", "Consensus", "GRDB", "GRDBSQLite"],
        "Telemetry": ["MeshBase", "Logging", "Histogram"],
        "TLS": ["MeshBase", "Ciphers", "COpenSSL"],
        "UVDriver": pure.subtracting([
            "Checkers", "Drills", "Scenarios", "Feed", "Alerts", "Exports", "Pages", "Terminal", "Laboratories",
        ]).union(["CLibUV", "TLS", "Store", "Telemetry"]),
        "SimDriver": pure.subtracting(["Exports", "Pages", "Terminal", "Laboratories"]).union([
            "Telemetry"
        ]),
        "ControlPlane": pure.subtracting(["Checkers", "Exports", "Terminal", "Laboratories"]).union([
            "UVDriver", "Blueprints", "Store", "Telemetry", "CLibUV",
        ]
        ),
        "LoadGenerator": [
            "MeshBase", "Topology", "Sharding", "Replication", "Wire", "Checkers", "UVDriver", "CLibUV", "Telemetry",
            "Histogram", "Resilience", "Drills", "Reports",
        ],
        "cellmesh": pure.union([
            "Blueprints", "Store", "Telemetry", "UVDriver", "SimDriver", "ControlPlane", "LoadGenerator",
            "ArgumentParser",
            "CLibUV", "Yams",
        ]),
    ]

    @Test func importsFollowTheArrows() throws {
        for file in try SourceTree.sources() where file.target != "CLibUV" && file.target != "COpenSSL" {
            let allowed = try #require(Self.allowed[file.target], "\(file.target) has no row in the table of layers")
            let isPure = Self.pure.contains(file.target)
            for line in file.lines {
                guard let module = importedModule(line) else { continue }
                let mayImport =
                    allowed.contains(module) || Self.standard.contains(module) || Self.collections.contains(module)
                    || (!isPure && Self.system.contains(module))
                    || (Self.coding.contains(file.target) && module == "FoundationEssentials")
                #expect(mayImport, "\(file.path) imports \(module)")
            }
        }
    }

    @Test func theTwoDriversDoNotKnowEachOther() {
        #expect(Self.allowed["UVDriver"]?.contains("SimDriver") == false)
        #expect(Self.allowed["SimDriver"]?.contains("UVDriver") == false)
    }

    @Test func aForbiddenImportIsSeen() {
        #expect(importedModule("import Foundation") == "Foundation")
        #expect(importedModule("@testable import Wire") == "Wire")
        #expect(importedModule("import struct Foundation.Date") == "Foundation")
        #expect(importedModule("// import Foundation") == nil)
        #expect(importedModule("    let important = 1") == nil)
    }

    private func importedModule(_ line: String) -> String? {
        let words = SourceTree.code(line).split(separator: " ").filter {
            !$0.hasPrefix("@") && $0 != "package" && $0 != "public"
        }
        guard words.first == "import", words.count >= 2 else { return nil }
        let kinds: Set<Substring> = ["struct", "class", "enum", "func", "var", "let", "typealias", "protocol"]
        let name = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
        return String(name.prefix { $0 != "." })
    }
}
