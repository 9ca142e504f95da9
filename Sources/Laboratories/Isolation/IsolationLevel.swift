import MeshBase

/// What keeps the parts of a system apart, from cheap to dear (A7), with what is published of it.
package enum IsolationLevel: String, Sendable, CaseIterable {
    case thread, process, container, cell, region
    case virtualMachine = "vm"

    /// In the order of the table.
    package static var allCases: [IsolationLevel] {
        [.thread, .process, .container, .virtualMachine, .cell, .region]
    }

    /// When it is the right one.
    package var use: String {
        switch self {
        case .thread: "CPU-bound work"
        case .process: "memory must be apart"
        case .container: "all resources apart"
        case .virtualMachine: "security"
        case .cell: "highest reliability"
        case .region: "compliance, disaster"
        }
    }

    /// What uses it.
    package var example: String {
        switch self {
        case .thread: "image processing"
        case .process: "user uploads"
        case .container: "microservices"
        case .virtualMachine: "payments"
        case .cell: "large shop"
        case .region: "data residency"
        }
    }

    /// What is lost when one fails, as published.
    package var radius: String {
        switch self {
        case .thread: "one process"
        case .process: "one machine"
        case .container: "one node"
        case .virtualMachine: "one VM"
        case .cell: "2-5 % of users"
        case .region: "one geography"
        }
    }

    /// What it costs, as published.
    package var cost: String {
        switch self {
        case .thread: "low"
        case .process, .container: "medium"
        case .virtualMachine: "high"
        case .cell: "very high"
        case .region: "extreme"
        }
    }
}

/// What fails as a whole (A5), from small to large, with what is published of it.
package enum FailureDomain: String, Sendable, CaseIterable {
    case process, container, pod, node, rack, zone, region, geography, provider

    /// What is lost with it, as published.
    package var radius: String {
        switch self {
        case .process: "1 container"
        case .container: "1 pod"
        case .pod: "1 service"
        case .node: "its pods"
        case .rack: "part of a zone"
        case .zone: "part of a region"
        case .region: "part of the world"
        case .geography: "-"
        case .provider: "everything"
        }
    }

    /// How long it takes to be back, as published.
    package var recovery: String {
        switch self {
        case .process, .container: "seconds"
        case .pod, .node, .rack: "minutes"
        case .zone, .region: "hours"
        case .geography: "-"
        case .provider: "days"
        }
    }

    /// What it fails by.
    package var example: String {
        switch self {
        case .process: "out of memory"
        case .container: "crash loop"
        case .pod: "node drained"
        case .node: "hardware"
        case .rack: "switch"
        case .zone: "power"
        case .region: "fibre cut"
        case .geography: "law, border"
        case .provider: "cloud outage"
        }
    }

    /// Why a mesh has none such of its own.
    package var absence: String {
        switch self {
        case .container, .pod: "as process: a cell is one"
        case .node: "as provider: all is on one host here"
        case .rack: "as zone: a topology knows none"
        case .zone: "one zone: as provider"
        case .region: "one region: as provider"
        case .geography: "regions name no two geographies"
        case .process, .provider: ""
        }
    }
}
