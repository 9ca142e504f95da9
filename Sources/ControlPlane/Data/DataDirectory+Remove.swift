import Glibc

extension DataDirectory {
    /// Removes the directory with all that lies in it, through no symbolic link. What cannot be removed stays, with what
    /// holds it.
    package func remove() throws(DataDirectoryError) {
        do throws(FileFailure) {
            // First, so that what is left of an interrupted removal is no mesh.
            for file in [versionPath, modelPath] { try SystemFile.remove(file) }
            try Self.remove(tree: path, depth: 0)
        } catch {
            throw DataDirectoryError(error)
        }
    }

    /// A mesh's directory has three levels.
    private static let deepest = 8

    private static func remove(tree path: String, depth: Int) throws(FileFailure) {
        guard depth <= deepest else { throw FileFailure(operation: "remove", path: path, code: ELOOP) }
        for name in SystemFile.names(in: path) {
            let entry = "\(path)/\(name)"
            var information = stat()
            guard lstat(entry, &information) == 0 else { continue }
            if information.st_mode & S_IFMT == S_IFDIR {
                try remove(tree: entry, depth: depth + 1)
            } else {
                try SystemFile.remove(entry)
            }
        }
        guard rmdir(path) == 0 || errno == ENOENT else {
            throw FileFailure(operation: "remove", path: path, code: errno)
        }
    }
}
