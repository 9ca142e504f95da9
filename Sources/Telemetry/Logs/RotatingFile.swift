import Glibc

/// A file of lines with a bound: when it is full it becomes `NAME.1`, in place of the one before.
package struct RotatingFile: ~Copyable {
    package let path: String
    /// Bytes after which the file is rotated; at most twice as many are on disk.
    package let limit: Int
    /// Lines that could not be written.
    package private(set) var dropped: UInt64 = 0

    private let isPrivate: Bool
    private var descriptor: Int32 = -1
    private var size = 0
    /// The last line was cut off by a full disk: the next one must not continue it.
    private var isTorn = false

    package static let defaultLimit = 8 << 20

    /// Opens when the first line is written, and anew with each line while that fails.
    ///
    /// - Parameter isPrivate: made for its owner alone, and no link is followed: for a directory in which others write.
    package init(path: String, limit: Int = Self.defaultLimit, isPrivate: Bool = false) {
        self.path = path
        self.limit = max(limit, 1)
        self.isPrivate = isPrivate
    }

    deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

    /// Appends one line; the newline is added. Handed to the kernel on return, so it survives the process.
    ///
    /// - Returns: False if it could not be written whole; it is then counted as dropped.
    @discardableResult
    package mutating func append(_ line: [UInt8]) -> Bool {
        guard descriptor >= 0 || open() else { return drop() }
        if size > 0, size + line.count + 1 > limit {
            rotate()
            guard open() else { return drop() }
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(line.count + 2)
        if isTorn { bytes.append(UInt8(ascii: "\n")) }
        bytes.append(contentsOf: line)
        bytes.append(UInt8(ascii: "\n"))
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                size += written
                if written > 0 { isTorn = true }
                return drop()
            }
            written += count
        }
        isTorn = false
        size += written
        return true
    }

    private mutating func drop() -> Bool {
        dropped &+= 1
        return false
    }

    private mutating func open() -> Bool {
        descriptor = Glibc.open(
            path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | (isPrivate ? O_NOFOLLOW : 0), isPrivate ? 0o600 : 0o644)
        guard descriptor >= 0 else { return false }
        let end = lseek(descriptor, 0, SEEK_END)
        size = max(Int(end), 0)
        return true
    }

    private mutating func rotate() {
        Glibc.close(descriptor)
        descriptor = -1
        size = 0
        isTorn = false
        // A rename that fails (the directory is gone) must not let the file grow without end.
        if rename(path, "\(path).1") != 0 { truncate(path, 0) }
    }
}
