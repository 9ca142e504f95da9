/// Why a data directory cannot be used, and what to do about it.
package enum DataDirectoryError: Error, Equatable, CustomStringConvertible {
    /// A mesh's name is also the name of its directory: 1...63 of a-z, 0-9 and `-`, the first a letter.
    case badName(String)
    /// There is no mesh of this name; the nearest existing one.
    case noSuchMesh(String, nearest: String?, home: String)
    /// None was named, and none runs (or exists).
    case noMesh(home: String)
    /// None was named, and several run (or exist).
    case several([String], running: Bool)
    /// Neither CELLMESH_HOME nor HOME is set.
    case noHome
    /// Another user made the directory, or may write into it.
    case untrusted(path: String, reason: String)
    /// A directory that cellmesh did not make.
    case notAMesh(path: String)
    /// Written by a release with another layout.
    case otherVersion(path: String, found: String)
    case noSpace(path: String)
    case noPermission(path: String)
    /// A file that cellmesh wrote cannot be understood any more.
    case damaged(path: String, reason: String)
    /// A topology that places customers elsewhere than those whose records lie in the directory.
    case wouldMoveCustomers(path: String)
    case failed(FileFailure)

    init(_ failure: FileFailure) {
        switch failure.code {
        case 28, 122: self = .noSpace(path: failure.path)  // ENOSPC, EDQUOT
        case 1, 13, 30: self = .noPermission(path: failure.path)  // EPERM, EACCES, EROFS
        case 21: self = .damaged(path: failure.path, reason: "it is a directory")  // EISDIR
        default: self = .failed(failure)
        }
    }

    /// Whether there is no such mesh: exit code 4.
    package var isNoSuchMesh: Bool {
        switch self {
        case .noSuchMesh, .noMesh: true
        default: false
        }
    }

    package var description: String {
        switch self {
        case .badName(let name):
            "'\(name)' cannot name a mesh; use 1 to 63 characters of a-z, 0-9 and '-', the first a letter"
        case .noSuchMesh(let name, let nearest, let home):
            "there is no mesh '\(name)' in \(home)" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
        case .noMesh(let home): "no mesh runs from \(home); start one with 'cellmesh up', or name one with --mesh"
        case .several(let names, let running):
            "\(running ? "several meshes run" : "no mesh runs, and there are several"): \(names.joined(separator: ", ")); "
                + "choose one with --mesh NAME"
        case .noHome: "neither CELLMESH_HOME nor HOME is set; set one to a directory of your own"
        case .untrusted(let path, let reason): "\(path) is not trusted: \(reason)"
        case .notAMesh(let path):
            "\(path) is not the data directory of a mesh; choose another name with --mesh, or move it away"
        case .otherVersion(let path, let found):
            "\(path) was written by another release ('\(found)', this one needs '\(DataDirectory.version)'); run that "
                + "release, or move the directory away"
        case .noSpace(let path): "no space left on the device for \(path); free some and try again"
        case .noPermission(let path): "no permission for \(path); check its owner and mode, or set CELLMESH_HOME"
        case .damaged(let path, let reason): "\(path) cannot be used: \(reason); \(Self.wayOut(path))"
        case .wouldMoveCustomers(let path):
            "\(path) holds records, and another seed, cells, regions or shards would look for them elsewhere; leave the "
                + "file and --seed out to start the mesh as it is ('cellmesh cell add' adds cells to it then), choose another "
                + "name with --mesh, or move the directory away"
        case .failed(let failure): "\(failure)"
        }
    }

    /// What helps against a damaged file; each has its own.
    private static func wayOut(_ path: String) -> String {
        switch path.split(separator: "/").last {
        case "mesh.json":
            "restore it, or move it away and name the topology that the mesh was started with: 'cellmesh up FILE'"
        case "placement.json":
            "restore it from a copy, or move it away: 'up' makes another where no store knows of a later placement"
        case "cells.json":
            "restore the newest copy: it names the cells that were added to the mesh, and some may hold customers"
        case "version": "where the mesh is of this release, make it a file with the line '\(DataDirectory.version)'"
        case "keys":
            "'cellmesh down', then restore it, or remove it on every host: the secret is the key again"
        case "control.sqlite":
            "'cellmesh down', then move it away: processes are found by their own files, and what is lost is the history, "
                + "faults in force and the leases of kills"
        case "control.lock", "control.json", "control.log", "faults.json":
            "remove it: it is made anew"
        case "secret", "token":
            "'cellmesh down', then remove it where it is there: the next 'cellmesh up' makes another"
        default: "'cellmesh down' and 'up' make it anew"
        }
    }
}
