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
            throw CommandFailure.withoutControl(mesh)
        }
        return mesh
    }

    /// The mesh that is meant, some process of it running; the control plane need not be.
    func alive() throws -> DataDirectory {
        let mesh = try known()
        guard mesh.isAlive else {
            throw CommandFailure(
                .noSuchMesh, "mesh '\(mesh.name)' does not run", next: "cellmesh up --mesh \(mesh.name) --detach")
        }
        return mesh
    }

    /// The mesh that is meant, running or not: its files are enough.
    func known() throws -> DataDirectory { try resolve(needsControl: false) }

    /// As `known`, whatever state its files are in.
    func anyKnown() throws -> DataDirectory { try resolve(needsControl: false, checksVersion: false) }

    /// A mesh by its name, running or not.
    static func named(_ name: String) throws -> DataDirectory {
        do { return try MeshHome.current().resolve(name, needsControl: false) } catch { throw CommandFailure(error) }
    }

    /// Where the meshes of this user are.
    static func home() throws -> MeshHome {
        do { return try MeshHome.current() } catch { throw CommandFailure(error) }
    }

    private func resolve(needsControl: Bool, checksVersion: Bool = true) throws -> DataDirectory {
        do {
            let mesh = try MeshHome.current().resolve(name, needsControl: needsControl, checksVersion: checksVersion)
            NextStep.choose(mesh.name)
            return mesh
        } catch {
            throw CommandFailure(error)
        }
    }
}

extension CommandFailure {
    /// The mesh runs, and its control plane does not.
    static func withoutControl(_ mesh: DataDirectory) -> CommandFailure {
        CommandFailure(
            .unhealthy,
            "the control plane of mesh '\(mesh.name)' does not run; its cells and routers go on without it",
            hint: "'up' adopts what still runs", next: "cellmesh up --mesh \(mesh.name) --detach")
    }

    init(_ error: DataDirectoryError) {
        switch error {
        case .noSuchMesh: self.init(.noSuchMesh, "\(error)", next: "cellmesh ls")
        case .noMesh(let home): self.init(.noSuchMesh, "no mesh runs from \(home)", next: "cellmesh up --detach")
        case .several(let names, let running):
            self.init(
                .usage,
                "\(running ? "several meshes run" : "no mesh runs, and there are several"): "
                    + names.joined(separator: ", "),
                hint: "name one with --mesh NAME or CELLMESH_MESH", next: "cellmesh ls")
        case .noHome, .untrusted: self.init("\(error)")
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
    var isAlive: Bool { controlHolder != nil || hasProcesses }
}
