// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
]

let collections = Target.Dependency.product(name: "Collections", package: "swift-collections")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

/// For what tests run millions of times, above all in simulations: optimised in debug builds too, with every check of
/// these kept. Ten times as fast.
let optimised: [SwiftSetting] = [.unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug))]

/// A library target of this package; the arrows of ARCHITECTURE.md are its `dependencies`.
func layer(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// A layer without input and output, which simulations run.
func pureLayer(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict + optimised)
}

/// A pure layer whose generic code runs once per request: its bodies are offered to the drivers for specialisation.
func hotLayer(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(
        name: name, dependencies: dependencies,
        swiftSettings: strict + optimised + [
            .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))
        ])
}

/// Addresses that are fixed when the program is linked. Otherwise each process would write 150 000 of them anew at its start,
/// into 2 MiB of pages that it then shares with nobody.
let fixedAddresses: [LinkerSetting] = [
    .unsafeFlags(["-Xclang-linker", "-no-pie"], .when(platforms: [.linux], configuration: .release))
]

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

let package = Package(
    name: "cellmesh",
    products: [
        .executable(name: "cellmesh", targets: ["cellmesh"]),
        .library(name: "Membership", targets: ["Membership"]),
        .library(name: "Resilience", targets: ["Resilience"]),
        .library(name: "Sharding", targets: ["Sharding"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(
            name: "CLibUV", pkgConfig: "libuv", providers: [.apt(["libuv1-dev"])]),
        .systemLibrary(
            name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),

        // Pure: no clock, no socket, no randomness of the system.
        .target(
            name: "MeshBase", dependencies: [collections], swiftSettings: strict + optimised,
            // `round` and `sqrt` on machines whose baseline has no instruction for them.
            linkerSettings: [.linkedLibrary("m")]),
        pureLayer("Ciphers", ["COpenSSL", "MeshBase"]),
        pureLayer("Topology", ["MeshBase"]),
        pureLayer("Sharding", ["Topology", "MeshBase"]),
        pureLayer("Membership", [collections, "MeshBase"]),
        hotLayer("Resilience", [collections, "MeshBase"]),
        pureLayer("Consensus", ["MeshBase"]),
        hotLayer("Replication", ["Consensus", "Sharding", "Topology", "MeshBase"]),
        pureLayer("Evacuation", ["Sharding", "Topology", "MeshBase"]),
        pureLayer("Drills", ["MeshBase"]),
        pureLayer("Reports", ["Drills", "Evacuation", "Sharding", "MeshBase"]),
        pureLayer("Scenarios", ["Drills", "Reports", "Evacuation", "Chaos", "Topology", "MeshBase"]),
        pureLayer(
            "Feed",
            ["Reports", "Chaos", "Evacuation", "Membership", "Resilience", "Sharding", "Topology", "MeshBase"]),
        pureLayer("Alerts", ["Reports", "Evacuation", "MeshBase"]),
        pureLayer("Exports", ["Topology", "MeshBase"]),
        // The files of the page, held in the program by `#embed`.
        .target(name: "CPages", exclude: ["Page"]),
        pureLayer("Pages", ["CPages", "Ciphers", "MeshBase"]),
        // Optimised in debug builds too: a screen is made each second.
        pureLayer("Terminal", ["Feed", "Reports", "Evacuation", "Telemetry", "MeshBase"]),
        pureLayer("Laboratories", [collections, "Resilience", "Topology", "MeshBase"]),
        pureLayer("Chaos", ["Topology", "MeshBase"]),
        pureLayer("Checkers", ["Sharding", "Topology", "Membership", "MeshBase"]),
        hotLayer("Wire", ["Ciphers", "Replication", "Sharding", "Membership", "MeshBase"]),
        hotLayer(
            "Nodes",
            [
                "Wire", "Reports", "Replication", "Consensus", "Evacuation", "Chaos", "Resilience", "Membership",
                "Sharding", "Topology", "MeshBase",
            ]),

        // Files and stores.
        layer(
            "Blueprints",
            [yams, "Scenarios", "Drills", "Reports", "Chaos", "Resilience", "Topology", "Sharding", "MeshBase"]),
        layer("Store", [grdb, sqlite, "Replication", "Consensus", "Sharding", "Topology", "MeshBase"]),
        layer("Telemetry", [logging, histogram, "MeshBase"]),

        layer("TLS", ["COpenSSL", "Ciphers", "MeshBase"]),

        // Drivers.
        layer(
            "UVDriver",
            [
                "CLibUV", "TLS", "Nodes", "Wire", "Chaos", "Store", "Telemetry", "Reports", "Resilience", "Consensus",
                "Evacuation", "Membership", "Sharding", "Topology", "MeshBase",
            ]),
        .target(
            name: "SimDriver",
            dependencies: [
                collections, "Scenarios", "Drills", "Nodes", "Wire", "Checkers", "Feed", "Alerts", "Reports",
                "Telemetry", "Replication",
                "Consensus", "Evacuation", "Chaos", "Membership", "Sharding", "Topology", "MeshBase",
            ],
            // Overlapping access is looked for in debug builds, in which the tests run the same simulations.
            swiftSettings: strict + optimised
                + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]),

        // What people use.
        layer(
            "ControlPlane",
            [
                grdb, "Ciphers", "UVDriver", "Feed", "Alerts", "Pages", "Nodes", "Wire", "Chaos", "Blueprints", "Store",
                "Telemetry", "Reports", "Scenarios", "Drills", "Resilience",
                "Consensus", "Evacuation", "Membership", "Sharding", "Topology", "MeshBase",
            ]),
        layer(
            "LoadGenerator",
            [
                "UVDriver", "Wire", "Checkers", "Telemetry", "Drills", "Reports", "Resilience", "Sharding", "Topology",
                "MeshBase",
            ]),
        .executableTarget(
            name: "cellmesh",
            dependencies: [
                arguments, "CLibUV", "ControlPlane", "LoadGenerator", "SimDriver", "UVDriver", "Nodes", "Blueprints",
                "Store", "Telemetry", "Checkers", "Scenarios", "Drills", "Reports", "Alerts", "Exports", "Feed",
                "Terminal",
                "Resilience",
                "Evacuation",
                "Laboratories", "Membership", "Sharding", "Topology", "MeshBase", "Wire", "Chaos",
            ],
            swiftSettings: strict, linkerSettings: fixedAddresses),
        .executableTarget(
            name: "store-benchmark", dependencies: [sqlite, "Store", "Replication", "MeshBase"],
            path: "Benchmarks/Store", swiftSettings: strict),
        .target(name: "CAllocations", path: "Benchmarks/Allocations"),
        .target(
            name: "BenchmarkSupport", dependencies: ["CAllocations"], path: "Benchmarks/Support",
            swiftSettings: strict),
        .executableTarget(
            name: "policies-benchmark", dependencies: ["BenchmarkSupport", "Resilience", "MeshBase"],
            path: "Benchmarks/Policies", swiftSettings: strict),
        .executableTarget(
            name: "placement-benchmark", dependencies: ["BenchmarkSupport", "Sharding", "Topology", "MeshBase"],
            path: "Benchmarks/Placement", swiftSettings: strict),
        .executableTarget(
            name: "seals-benchmark", dependencies: ["BenchmarkSupport", "Wire", "Replication", "MeshBase"],
            path: "Benchmarks/Seals", swiftSettings: strict),
        .executableTarget(
            name: "policies-examples", dependencies: ["Resilience", "MeshBase"],
            path: "Examples/Resilience", swiftSettings: strict),

        tests("MeshBaseTests", ["MeshBase"]),
        tests("CiphersTests", ["Ciphers", "MeshBase"]),
        tests("TLSTests", ["TLS", "COpenSSL", "MeshBase"]),
        tests("TopologyTests", ["Topology", "MeshBase"]),
        tests("ShardingTests", ["Sharding", "Topology", "MeshBase"]),
        tests("MembershipTests", ["Membership", "MeshBase"]),
        tests("ResilienceTests", ["Resilience", "MeshBase"]),
        tests("ReplicationTests", ["Replication", "Sharding", "Topology", "MeshBase"]),
        tests("ConsensusTests", ["Consensus", "MeshBase"]),
        tests("EvacuationTests", ["Evacuation", "Sharding", "Topology", "MeshBase"]),
        tests("DrillsTests", ["Drills", "MeshBase"]),
        tests("ScenariosTests", ["Scenarios", "Drills", "Reports", "Chaos", "Topology", "MeshBase"]),
        tests("ReportsTests", ["Reports", "Drills", "Evacuation", "MeshBase"]),
        tests(
            "FeedTests",
            ["Feed", "Reports", "Chaos", "Evacuation", "Membership", "Sharding", "Topology", "Blueprints", "MeshBase"]),
        tests("AlertsTests", ["Alerts", "Reports", "Evacuation", "MeshBase"]),
        tests("ExportsTests", [yams, "Exports", "Blueprints", "Topology", "MeshBase"]),
        tests("TerminalTests", ["Terminal", "Feed", "Reports", "Sharding", "MeshBase"]),
        .testTarget(
            name: "PagesTests", dependencies: ["Pages", "Chaos", "MeshBase"], exclude: ["Browser", "Modules"],
            swiftSettings: strict),
        tests("LaboratoriesTests", ["Laboratories", "Resilience", "Topology", "MeshBase"]),
        tests("ChaosTests", ["Chaos", "Topology", "MeshBase"]),
        tests("CheckersTests", ["Checkers", "Sharding", "Topology", "MeshBase"]),
        tests("WireTests", ["Wire", "Replication", "Sharding", "Membership", "MeshBase"]),
        tests(
            "NodesTests",
            ["Nodes", "Wire", "Replication", "Resilience", "Membership", "Chaos", "Sharding", "Topology", "MeshBase"]),
        tests(
            "BlueprintsTests",
            ["Blueprints", "Scenarios", "Drills", "Reports", "Resilience", "Sharding", "Topology", "MeshBase"]),
        tests("StoreTests", [sqlite, "Store", "Replication", "Sharding", "Topology", "MeshBase"]),
        tests("TelemetryTests", [logging, "Telemetry", "MeshBase"]),
        tests(
            "UVDriverTests",
            [
                "UVDriver", "CLibUV", "TLS", "Nodes", "Wire", "Chaos", "Membership", "Reports", "Resilience",
                "Topology",
                "MeshBase",
            ]),
        tests(
            "SimDriverTests",
            [
                "Scenarios", "Drills", "SimDriver", "Store", "Chaos", "Replication", "Nodes", "Checkers", "Blueprints",
                "Topology", "MeshBase",
            ]),
        tests(
            "ControlPlaneTests",
            [
                "ControlPlane", "Feed", "Evacuation", "Reports", "Store", "Sharding", "Membership", "Telemetry", "Wire",
                "Chaos", "Alerts", "Drills", "Scenarios",
                "UVDriver", "Blueprints", "Resilience", "Topology", "MeshBase",
            ]),
        tests(
            "LoadGeneratorTests",
            [
                "LoadGenerator", "Drills", "Reports", "Checkers", "UVDriver", "Wire", "Resilience", "Topology",
                "MeshBase",
            ]),
        tests(
            "CLITests",
            [
                arguments, "cellmesh", "ControlPlane", "Drills", "Evacuation", "Feed", "Laboratories", "LoadGenerator",
                "Blueprints", "Chaos", "Reports", "Scenarios", "Store", "Telemetry", "Terminal", "Resilience",
                "Sharding",
                "SimDriver",
                "Topology", "Wire", "MeshBase",
            ]),
        tests("ExamplesTests", ["policies-examples"]),
        tests("ArchitectureTests", []),
        tests("EndToEndTests", [yams, "cellmesh", "CLibUV", "Store", "MeshBase"]),
    ]
)
