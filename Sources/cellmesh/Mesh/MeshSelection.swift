import ControlPlane
import MeshBase
import Topology

extension MeshOptions {
    /// The mesh that is meant, its control plane running.
    func running() throws -> DataDirectory {
        let mesh = try resolve(needsControl: true)
        guard mesh.controlHolder != nil else {
            guard mesh.isAlive else {
                throw CommandFailure(
                    .noSuchMesh, "mesh '\(mesh.name)' does not run", next: "cellmesh up --mesh \(mesh.name) --detach")
            }
            throw CommandFailure(
                .unhealthy,
                "the control plane of mesh '\(mesh.name)' does not run; its cells and routers go on without it",
                next: "cellmesh up --mesh \(mesh.name) --detach   (adopts what still runs)")
        }
        return mesh
    }

    /// The mesh that is meant, running or not: its files are enough.
    func known() throws -> DataDirectory { try resolve(needsControl: false) }

    /// As `known`, whatever state its files are in.
    func anyKnown() throws -> DataDirectory { try resolve(needsControl: false, checksVersion: false) }

    private func resolve(needsControl: Bool, checksVersion: Bool = true) throws -> DataDirectory {
        do {
            return try MeshHome.current.resolve(name, needsControl: needsControl, checksVersion: checksVersion)
        } catch {
            throw CommandFailure(error)
        }
    }
}

extension CommandFailure {
    init(_ error: DataDirectoryError) {
        switch error {
        case .noSuchMesh: self.init(.noSuchMesh, "\(error)", next: "cellmesh up --detach")
        case .noMesh(let home): self.init(.noSuchMesh, "no mesh runs from \(home)", next: "cellmesh up --detach")
        case .several(let names):
            self.init(
                .usage, "there are several meshes: \(names.joined(separator: ", "))", hint: "name one with --mesh NAME")
        case .badName: self.init(.usage, "\(error)")
        default: self.init("\(error)", next: "cellmesh doctor")
        }
    }
}

extension DataDirectory {
    /// What cells and routers have written about themselves, running or not: cells, then routers, by name.
    var processes: [ProcessFile] {
        [(NodeRole.cell, "cells"), (.router, "routers")].flatMap { role, folder in
            SystemFile.names(in: "\(path)/\(folder)").compactMap { process(role, $0) }
        }
    }

    /// Whether any process of the mesh runs on this machine.
    var isAlive: Bool { controlHolder != nil || processes.contains { $0.identity.isRunning } }

    func storePath(of cell: String) -> String { directory(of: .cell, cell) + "/store.sqlite" }
}
