import CLibUV
import Glibc
import Synchronization

/// An exclusive lock on a file, held by this process until released or until the process dies, however it dies.
///
/// A POSIX record lock, because it tells who holds it. Such a lock is lost when the process closes any descriptor of the
/// file, so a locked file is for locking alone: this type never opens one that the process has locked, and nothing else
/// should.
package final class FileLock {
    package let path: String
    private let fd: Int32
    private let identity: FileIdentity
    private var isHeld = true

    private struct FileIdentity: Hashable, Sendable {
        let device: UInt64
        let inode: UInt64

        init(_ information: stat) {
            device = UInt64(information.st_dev)
            inode = UInt64(information.st_ino)
        }

        init?(path: String) {
            var information = stat()
            guard stat(path, &information) == 0 else { return nil }
            self.init(information)
        }
    }

    /// The files that this process has locked.
    private static let held = Mutex<Set<FileIdentity>>([])

    /// Locks the file, creating it (mode 0600) if it is not there. Does not wait: EAGAIN if it is locked already, be it
    /// by this process.
    package init(path: String) throws(UVError) {
        self.path = path
        let opened = FileLock.held.withLock { held -> Result<(Int32, FileIdentity), UVError> in
            func failed(_ code: Int32) -> Result<(Int32, FileIdentity), UVError> {
                .failure(UVError(code: code, operation: "lock \(path)"))
            }
            if let identity = FileIdentity(path: path), held.contains(identity) { return failed(-EAGAIN) }
            let fd = cuv_open_errno(path, O_RDWR | O_CREAT, 0o600)
            guard fd >= 0 else { return failed(fd) }
            var information = stat()
            var status = fstat(fd, &information) == 0 ? 0 : -errno
            if status == 0 { status = cuv_lock_errno(fd) }
            guard status == 0 else {
                _ = cuv_close(fd)
                return failed(status == -EACCES ? -EAGAIN : status)
            }
            let identity = FileIdentity(information)
            held.insert(identity)
            return .success((fd, identity))
        }
        (fd, identity) = try opened.get()
    }

    deinit { release() }

    /// Whether the path still leads to the file that is locked: whoever removes it lets others lock another one.
    package var isInPlace: Bool { FileIdentity(path: path) == identity }

    /// Gives the lock back; the file stays. Releasing again does nothing.
    package func release() {
        guard isHeld else { return }
        isHeld = false
        FileLock.held.withLock { held in
            _ = cuv_close(fd)
            held.remove(identity)
        }
    }

    /// The process that has locked the file, this one included; nil if none has or there is no such file. Takes no lock.
    package static func holder(of path: String) throws(UVError) -> Int32? {
        let found = held.withLock { held -> Result<Int32?, UVError> in
            guard let identity = FileIdentity(path: path) else { return .success(nil) }
            if held.contains(identity) { return .success(getpid()) }
            let fd = cuv_open_errno(path, O_RDONLY, 0)
            if fd == -ENOENT { return .success(nil) }
            guard fd >= 0 else { return .failure(UVError(code: fd, operation: "read the lock on \(path)")) }
            defer { _ = cuv_close(fd) }
            let holder = cuv_lock_holder_errno(fd)
            if holder < 0 { return .failure(UVError(code: holder, operation: "read the lock on \(path)")) }
            return .success(holder == 0 ? nil : holder)
        }
        return try found.get()
    }
}
