import Blueprints
import Glibc
import Topology
import UVDriver

/// The directory under which every mesh has its own.
package struct MeshHome: Sendable, Equatable {
    package let path: String

    package init(path: String) { self.path = path }

    /// `$CELLMESH_HOME`, or `~/.cellmesh`.
    package static var current: MeshHome {
        if let home = getenv("CELLMESH_HOME"), home.pointee != 0 {
            return MeshHome(path: absolute(String(cString: home)))
        }
        if let home = getenv("HOME"), home.pointee != 0 { return MeshHome(path: String(cString: home) + "/.cellmesh") }
        return MeshHome(path: "/tmp/.cellmesh-\(getuid())")
    }

    /// A path that does not depend on the working directory, which children do not share.
    static func absolute(_ path: String) -> String {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        guard !path.hasPrefix("/") else { return path }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
            guard getcwd(buffer.baseAddress!, buffer.count) != nil else { return path }
            return String(cString: buffer.baseAddress!) + "/" + path
        }
    }

    package func directory(_ name: String) throws(DataDirectoryError) -> DataDirectory {
        guard TopologyName.isValid(name) else { throw .badName(name) }
        return DataDirectory(path: "\(path)/\(name)")
    }

    /// Every mesh that has a data directory here, sorted by name.
    package func meshes() -> [DataDirectory] {
        SystemFile.names(in: path).filter { TopologyName.isValid($0) }.map { DataDirectory(path: "\(path)/\($0)") }
            .filter(\.exists)
    }

    /// The meshes whose control plane runs.
    package func running() -> [DataDirectory] { meshes().filter { $0.controlHolder != nil } }

    /// Which mesh a command means: the one named; else the only one that runs; else, where that will do, the only one
    /// there is.
    ///
    /// - Parameters:
    ///   - needsControl: whether the mesh's control plane must run.
    ///   - checksVersion: false for what has to work on any directory: stopping, and finding what is wrong.
    package func resolve(
        _ name: String?, needsControl: Bool = true, checksVersion: Bool = true
    ) throws(DataDirectoryError) -> DataDirectory {
        let all = meshes()
        if let name {
            let directory = try directory(name)
            guard directory.exists else {
                throw .noSuchMesh(name, nearest: NearestWord.nearest(to: name, among: all.map(\.name)), home: path)
            }
            if checksVersion { try directory.checkVersion() }
            return directory
        }
        var candidates = all.filter { $0.controlHolder != nil }
        if candidates.isEmpty, !needsControl { candidates = all }
        guard candidates.count < 2 else { throw .several(candidates.map(\.name)) }
        guard let only = candidates.first else { throw .noMesh(home: path) }
        if checksVersion { try only.checkVersion() }
        return only
    }
}

extension DataDirectory {
    /// The pid of the control plane that runs on this directory; nil if none does.
    ///
    /// The lock tells; where it was removed or cannot be opened, what the control plane has written about itself.
    package var controlHolder: Int32? {
        if let holder = (try? FileLock.holder(of: lockPath)) ?? nil { return holder }
        guard let identity = ((try? control()) ?? nil)?.identity, identity.isRunning, identity.isOfThisProgram else {
            return nil
        }
        return identity.pid
    }
}
