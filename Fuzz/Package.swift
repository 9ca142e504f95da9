// swift-tools-version: 6.2
import PackageDescription

// Built by `make fuzz` alone: the sources of the layers that read what strangers send, instrumented for libFuzzer and
// with the address sanitizer.
let instrumented: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .unsafeFlags(["-sanitize=fuzzer,address", "-parse-as-library"]),
]
let collections = Target.Dependency.product(name: "Collections", package: "swift-collections")

let package = Package(
    name: "cellmesh-fuzz",
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0")
    ],
    targets: [
        .target(name: "MeshBase", dependencies: [collections], swiftSettings: instrumented),
        .target(name: "Membership", dependencies: [collections, "MeshBase"], swiftSettings: instrumented),
        // What comes after the seal: the cipher is not fuzzed.
        .target(
            name: "Wire", dependencies: ["Membership", "MeshBase"], path: "Sources/Wire/Gossip",
            sources: ["GossipCodec.swift", "GossipCodec+Decode.swift", "GossipReader.swift"],
            swiftSettings: instrumented),
        .executableTarget(
            name: "GossipFuzzer", dependencies: ["Wire", "Membership", "MeshBase"], swiftSettings: instrumented,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
    ]
)
