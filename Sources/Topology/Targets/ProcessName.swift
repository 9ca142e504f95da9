import MeshBase

/// A process by its role and name.
package struct ProcessName: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var role: NodeRole
    package var name: String

    /// Whether there is such a process is not asked.
    package init(_ role: NodeRole, _ name: String) {
        self.role = role
        self.name = name
    }

    /// `cell/us-east-1`, `router/r1`, `control`.
    package var description: String { role == .control ? "control" : "\(role.name)/\(name)" }

    /// As a target.
    package var selector: TargetSelector {
        switch role {
        case .cell: .cell(name)
        case .router: .router(name)
        case .control: .control
        }
    }

    /// By role, then in natural order.
    package static func < (a: ProcessName, b: ProcessName) -> Bool {
        a.role == b.role ? NaturalOrder.precedes(a.name, b.name) : a.role.rawValue < b.role.rawValue
    }

    /// There is one control plane, and this is its name.
    package static let control = ProcessName(.control, "control")
}

extension MeshTopology {
    /// Whether a process is a cell with a store.
    package func keepsRecords(_ name: ProcessName) -> Bool {
        guard name.role == .cell, let cell = cellIndex(named: name.name) else { return false }
        return blueprint(of: cell).store != nil
    }

    /// The processes that the supervisor starts: cells in their order, then routers.
    package var processNames: [ProcessName] {
        cells.map { ProcessName(.cell, $0.name) } + routers.map { ProcessName(.router, $0.name) }
    }
}
