import CLibUV
import Glibc
import MeshBase
import Telemetry

/// A failed operation on a file, as the system names it.
package struct FileFailure: Error, Equatable, CustomStringConvertible {
    package var operation: String
    package var path: String
    /// errno.
    package var code: Int32

    package var description: String { "cannot \(operation) \(path): \(String(cString: strerror(code)))" }
}

/// Small files: read whole and bounded, written whole or not at all.
package enum SystemFile {
    /// Bytes of the largest file that is read; a topology with every cell and customer share is far below.
    package static let largest = 64 << 20

    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    package static func isEmpty(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG && facts.st_size == 0
    }

    /// - Parameter follows: whether a link to one is one.
    package static func isDirectory(_ path: String, follows: Bool = true) -> Bool {
        var facts = stat()
        return (follows ? stat(path, &facts) : lstat(path, &facts)) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }

    /// The content of a file; nil where there is none.
    package static func read(_ path: String, most: Int = SystemFile.largest) throws(FileFailure) -> [UInt8]? {
        try read(path, most: most, flags: 0)
    }

    /// As `read`, for a file that this program has made: through no symbolic link, and no pipe or device.
    package static func readOwn(_ path: String, most: Int = SystemFile.largest) throws(FileFailure) -> [UInt8]? {
        try read(path, most: most, flags: O_NOFOLLOW | O_NONBLOCK)
    }

    private static func read(_ path: String, most: Int, flags: Int32) throws(FileFailure) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | flags)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw FileFailure(operation: "read", path: path, code: errno)
        }
        defer { close(descriptor) }
        var information = stat()
        if flags & O_NOFOLLOW != 0, fstat(descriptor, &information) == 0, information.st_mode & S_IFMT != S_IFREG {
            let isDirectory = information.st_mode & S_IFMT == S_IFDIR
            throw FileFailure(operation: "read", path: path, code: isDirectory ? EISDIR : EINVAL)
        }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileFailure(operation: "read", path: path, code: errno) }
            if count == 0 { return content }
            content.append(contentsOf: chunk[..<count])
            guard content.count <= most else { throw FileFailure(operation: "read", path: path, code: EFBIG) }
        }
    }

    /// Puts new content in the place of the old in one step, and on the disk before it returns. When it throws, the old
    /// content is still there.
    ///
    /// - Parameter isDurable: false for what is of no use once the machine has stopped: it is not waited for the disk.
    package static func replace(
        _ path: String, with content: [UInt8], mode: mode_t = 0o600, isDurable: Bool = true
    ) throws(FileFailure) {
        let temporary = "\(path).\(getpid()).new"
        do throws(FileFailure) {
            try write(temporary, content, mode, isDurable: isDurable)
            guard rename(temporary, path) == 0 else {
                throw FileFailure(operation: "replace", path: path, code: errno)
            }
        } catch {
            unlink(temporary)
            throw error
        }
        if isDurable { syncDirectory(of: path) }
    }

    /// Writes a file that a person has named: what a link leads to is replaced, and not the link; what is no file, such as a pipe or a
    /// device, is written to.
    package static func put(_ path: String, _ content: [UInt8]) throws(FileFailure) {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return try replace(path, with: content, mode: 0o644) }
        if facts.st_mode & S_IFMT == S_IFREG {
            guard let real = realpath(path, nil) else {
                throw FileFailure(operation: "replace", path: path, code: errno)
            }
            defer { free(real) }
            return try replace(String(cString: real), with: content, mode: facts.st_mode & 0o777)
        }
        // A pipe that nobody reads is refused, and not waited for.
        let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileFailure(operation: "open", path: path, code: errno) }
        defer { _ = Glibc.close(descriptor) }
        _ = fcntl(descriptor, F_SETFL, O_WRONLY)
        var written = 0
        while written < content.count {
            let count = content.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileFailure(operation: "write", path: path, code: errno) }
            written += count
        }
    }

    /// Moves a file or a directory to where nothing is, or an empty directory, in one step and on the disk.
    package static func move(_ path: String, to place: String) throws(FileFailure) {
        guard rename(path, place) == 0 else { throw FileFailure(operation: "move", path: path, code: errno) }
        syncDirectory(of: place)
    }

    /// Has two files or directories take each other's place, in one step and on the disk.
    package static func exchange(_ path: String, _ place: String) throws(FileFailure) {
        let status = cuv_exchange_errno(path, place)
        guard status == 0 else { throw FileFailure(operation: "replace", path: place, code: -status) }
        syncDirectory(of: place)
    }

    /// Removes a directory with the files in it. What is a link is removed and not followed; a directory within is left,
    /// and the one that was named with it.
    package static func removeFiles(in path: String) {
        var facts = stat()
        guard lstat(path, &facts) == 0 else { return }
        guard facts.st_mode & S_IFMT == S_IFDIR else {
            unlink(path)
            return
        }
        for name in names(in: path) { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    /// Bytes of the files in a directory; 0 for what is none.
    package static func bytes(in path: String) -> Int {
        names(in: path).reduce(0) { sum, name in
            var facts = stat()
            return lstat("\(path)/\(name)", &facts) == 0 ? sum + Int(facts.st_size) : sum
        }
    }

    /// Writes new content over the old, where that is as long at least: needs no room on the disk. A reader may see a
    /// mixture, and so does everybody when this throws or the machine stops in the midst of it.
    static func overwrite(_ path: String, with content: [UInt8]) throws(FileFailure) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw FileFailure(operation: "write", path: path, code: errno) }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, facts.st_size >= content.count else {
            throw FileFailure(operation: "write", path: path, code: ENOSPC)
        }
        try write(descriptor, path, content)
        guard ftruncate(descriptor, content.count) == 0, fsync(descriptor) == 0 else {
            throw FileFailure(operation: "write", path: path, code: errno)
        }
    }

    private static func write(
        _ path: String, _ content: [UInt8], _ mode: mode_t, isDurable: Bool = true
    ) throws(FileFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw FileFailure(operation: "write", path: path, code: errno) }
        defer { close(descriptor) }
        try write(descriptor, path, content)
        guard !isDurable || fsync(descriptor) == 0 else {
            throw FileFailure(operation: "write", path: path, code: errno)
        }
    }

    private static func write(_ descriptor: Int32, _ path: String, _ content: [UInt8]) throws(FileFailure) {
        var written = 0
        while written < content.count {
            let count = content.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileFailure(operation: "write", path: path, code: count == 0 ? EIO : errno) }
            written += count
        }
    }

    /// The new name is on the disk too; where that cannot be had, the content still is.
    private static func syncDirectory(of path: String) {
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = open(directory.isEmpty ? "/" : directory, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// Makes a directory and those above it. One that exists is left as it is.
    package static func makeDirectory(_ path: String, mode: mode_t = 0o700) throws(FileFailure) {
        if isDirectory(path) { return }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try makeDirectory(String(path[..<slash]), mode: mode)
        }
        guard mkdir(path, mode) == 0 || (errno == EEXIST && isDirectory(path)) else {
            throw FileFailure(operation: "create the directory", path: path, code: errno == EEXIST ? ENOTDIR : errno)
        }
    }

    /// False if there was nothing to remove.
    @discardableResult
    package static func remove(_ path: String) throws(FileFailure) -> Bool {
        if unlink(path) == 0 { return true }
        if errno == ENOENT { return false }
        throw FileFailure(operation: "remove", path: path, code: errno)
    }

    /// The names in a directory, in natural order; empty where there is none.
    package static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sortedNaturally()
    }

    /// The last lines of a log, at most `lines`, without empty ones; empty where it cannot be read.
    package static func tail(_ path: String, lines: Int, most: Int = 16_384) -> [String] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        guard size > 0, lseek(descriptor, max(0, size - most), SEEK_SET) >= 0 else { return [] }
        var chunk = [UInt8](repeating: 0, count: most)
        let count = Glibc.read(descriptor, &chunk, most)
        guard count > 0 else { return [] }
        return chunk[..<count].split(separator: UInt8(ascii: "\n")).suffix(lines)
            .map { String(decoding: $0, as: UTF8.self) }
    }
}
