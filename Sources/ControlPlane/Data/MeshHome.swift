import Glibc
import MeshBase
import Topology
import UVDriver

/// The directory under which every mesh has its own.
package struct MeshHome: Sendable, Equatable {
    package let path: String

    package init(path: String) { self.path = path }

    /// `$CELLMESH_HOME`, or `~/.cellmesh`; never a place that somebody else could have made before.
    package static func current() throws(DataDirectoryError) -> MeshHome {
        if let home = variable("CELLMESH_HOME") { return MeshHome(path: absolute(home)) }
        guard let home = variable("HOME") else { throw .noHome }
        return MeshHome(path: absolute(home) + "/.cellmesh")
    }

    /// An environment variable; nil where it is not set, or empty.
    static func variable(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    /// A path that does not depend on the working directory, which children do not share.
    package static func absolute(_ path: String) -> String {
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
        if let name = name ?? Self.variable("CELLMESH_MESH") {
            let directory = try directory(name)
            guard directory.exists else {
                throw .noSuchMesh(name, nearest: NearestWord.nearest(to: name, among: all.map(\.name)), home: path)
            }
            try directory.checkTrust()
            if checksVersion { try directory.checkVersion() }
            return directory
        }
        var candidates = all.filter { $0.controlHolder != nil }
        // A mesh whose cells run without their control plane runs.
        if candidates.isEmpty { candidates = all.filter(\.hasProcesses) }
        if candidates.isEmpty, !needsControl { candidates = all }
        guard candidates.count < 2 else {
            throw .several(
                candidates.map(\.name), running: candidates.contains { $0.controlHolder != nil || $0.hasProcesses })
        }
        guard let only = candidates.first else { throw .noMesh(home: path) }
        try only.checkTrust()
        if checksVersion { try only.checkVersion() }
        return only
    }
}

extension DataDirectory {
    /// Whether a cell or router of the mesh runs.
    package var hasProcesses: Bool {
        ProcessLedger.entries(self, nil, journal: nil).contains(where: \.isRunning)
    }

    /// Refuses a directory that others can put files into: what they say would be taken for the mesh's own.
    package func checkTrust() throws(DataDirectoryError) {
        var information = stat()
        guard lstat(path, &information) == 0 else { return }
        guard information.st_mode & S_IFMT != S_IFLNK else {
            throw .untrusted(path: path, reason: "it is a symbolic link")
        }
        guard information.st_mode & S_IFMT == S_IFDIR else {
            throw .untrusted(path: path, reason: "it is no directory")
        }
        guard information.st_uid == geteuid() else {
            throw .untrusted(path: path, reason: "it belongs to another user (uid \(information.st_uid))")
        }
        guard information.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            throw .untrusted(
                path: path, reason: "others may write into it; 'chmod go-w \(path)' if its files are yours")
        }
    }

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
