import ControlPlane
import MeshBase
import Reports
import Resilience
import Store
import Topology

/// What a choice of traces may name. A word that names nothing of the mesh would find nothing, which reads as *there were none*.
struct TraceNames {
    var services: [String]
    var cells: [String]
    var policies: [String]
    /// The number of the newest fault, 0 where there was none; nil where nobody knows.
    var lastFault: Int?

    /// Parts of the mesh that say no as policies do.
    static let parts = [
        "consistency", "hedge", "parallel-join", "placement", "quorum", "refill", "retry", "routing", "store",
    ]

    init(_ topology: MeshTopology, lastFault: Int?) {
        services = topology.blueprints.flatMap { $0.services.map(\.name) } + ["records"]
        cells = topology.cells.map(\.name)
        policies = PolicyName.allCases.map { "\($0.name)" } + Self.parts
        self.lastFault = lastFault
    }

    init(_ mesh: DataDirectory) throws {
        // Opening would create it.
        let journal = SystemFile.exists(mesh.journalPath) ? try? Journal(path: mesh.journalPath) : nil
        defer { journal?.close() }
        let last = (try? journal?.meta("faults/last")) ?? nil
        self.init(try StoredMesh(mesh).topology, lastFault: journal == nil ? nil : last.flatMap { Int($0) } ?? 0)
    }

    /// - Parameter heads: the traces that there are: what they name is known too.
    /// - Throws: for a word that names nothing.
    func check(_ filter: TraceFilter, _ heads: [TraceHead]) throws {
        if let service = filter.service, !heads.contains(where: { $0.service == service }) {
            try check(service, "service", services, listing: "services are")
        }
        if let cell = filter.cell, !heads.contains(where: { $0.node == cell || $0.cells?.contains(cell) == true }) {
            try check(cell, "cell", cells, listing: "cells are")
        }
        if let policy = filter.policy,
            !heads.contains(where: { $0.policy == policy || $0.against?.contains(policy) == true })
        {
            try check(policy, "policy", policies, listing: "policies are")
        }
        if let fault = filter.fault, !heads.contains(where: { $0.faults?.contains(fault) == true }) {
            try check(fault: fault)
        }
    }

    private func check(_ word: String, _ kind: String, _ known: [String], listing: String) throws {
        guard !known.contains(word) else { return }
        throw CommandFailure(
            .usage, "there is no \(kind) '\(word)'", hint: NearestWord.hint(for: word, among: known, listing: listing),
            next: "cellmesh trace ls")
    }

    private func check(fault: String) throws {
        let number = fault.hasPrefix("f") ? Int(fault.dropFirst()).flatMap { "f\($0)" == fault ? $0 : nil } : nil
        guard let number, number > 0 else {
            throw CommandFailure(
                .usage, "'\(fault)' is no id of a fault",
                hint: "faults are called f1, f2 and so on, as 'fault add' and 'fault ls' say",
                next: "cellmesh fault ls")
        }
        guard let lastFault, number > lastFault else { return }
        throw CommandFailure(
            .usage, "there was no fault '\(fault)'",
            hint: lastFault == 0 ? "this mesh has had none yet" : "the newest was f\(lastFault)",
            next: "cellmesh fault ls")
    }
}
