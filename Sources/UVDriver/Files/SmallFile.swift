import CLibUV
import Glibc

/// Reading and replacing small files: whole, and up to a bound.
enum SmallFile {
    /// A file as it was read.
    struct Content {
        var version: FileVersion
        var text: String
    }

    /// What is in a file of at most `most` bytes; nil where there is surely none.
    ///
    /// - Throws: where it is longer, no regular file, or cannot be read.
    static func content(_ path: String, most: Int) throws(UVError) -> Content? {
        // A pipe in the file's place must not stop the loop.
        let descriptor = cuv_open_errno(path, O_RDONLY | O_NONBLOCK, 0)
        guard !FileVersion.saysNoFile(-descriptor) else { return nil }
        try check(descriptor, "read \(path)")
        defer { _ = cuv_close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw UVError(code: -errno, operation: "read \(path)") }
        guard facts.st_mode & S_IFMT == S_IFREG else {
            let isDirectory = facts.st_mode & S_IFMT == S_IFDIR
            throw UVError(code: isDirectory ? -EISDIR : -EINVAL, operation: "read \(path)")
        }
        guard facts.st_size <= most else { throw UVError(code: -EFBIG, operation: "read \(path)") }
        // One byte more than there should be, so that one that grows meanwhile is seen to.
        let room = Int(facts.st_size) + 1
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(room, 65_536))
        while bytes.count <= most {
            let count = chunk.withUnsafeMutableBytes { cuv_read_errno(descriptor, $0.baseAddress!, $0.count) }
            try check(Int32(clamping: count), "read \(path)")
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        guard bytes.count <= most else { throw UVError(code: -EFBIG, operation: "read \(path)") }
        return Content(version: FileVersion(facts), text: String(decoding: bytes, as: UTF8.self))
    }

    /// The file's text, or nil when it cannot be read or is longer than `most` bytes.
    static func read(_ path: String, most: Int) -> String? { (try? content(path, most: most))?.text }

    /// Writes a new file and puts it in the place of the old one in one step. False when that failed: the old one
    /// stays as it was.
    static func replace(_ path: String, with text: String) -> Bool {
        (try? replace(path, with: text, isDurable: false)) != nil
    }

    /// As `replace`, and the new file is on the disk when it returns.
    static func replaceDurably(_ path: String, with text: String) throws(UVError) {
        try replace(path, with: text, isDurable: true)
    }

    private static func replace(_ path: String, with text: String, isDurable: Bool) throws(UVError) {
        let temporary = "\(path).\(getpid()).new"
        let descriptor = try check(
            cuv_open_errno(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600), "write \(path)")
        do throws(UVError) {
            let isWritten = write(descriptor, text) && (!isDurable || fsync(descriptor) == 0)
            let failure = isWritten ? 0 : -max(errno, 1)
            _ = cuv_close(descriptor)
            try check(failure, "write \(path)")
            try check(rename(temporary, path) == 0 ? 0 : -errno, "replace \(path)")
        } catch {
            unlink(temporary)
            throw error
        }
        if isDurable { syncDirectory(of: path) }
    }

    /// The new name is on the disk too; where that cannot be had, the content still is.
    private static func syncDirectory(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = cuv_open_errno(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY, 0)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        _ = cuv_close(descriptor)
    }

    /// Writes all of a text to a descriptor.
    static func write(_ descriptor: Int32, _ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                written += count
            }
            return true
        }
    }
}
