import Glibc
import UVDriver

/// A file that is to be written later, whatever fills the disk meanwhile: room is kept for it now. It takes the place of a former
/// one with `put()`; until then the former one stands, and an instance that goes away before leaves nothing behind.
package final class ReservedFile {
    /// Where it will stand.
    package let path: String
    /// Of the open file, empty yet, for writing; closed when the instance goes away.
    package let descriptor: Int32

    private let temporary: String
    private var isPut = false

    /// - Parameter bytes: what is written up to here fits. On a file system that keeps no room the file is made all the same.
    /// - Throws: where there is no room, or nothing can be written; nothing has changed then.
    package init(_ path: String, bytes: Int, mode: mode_t = 0o600) throws(FileFailure) {
        self.path = path
        temporary = "\(path).\(getpid()).new"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw FileFailure(operation: "write", path: path, code: errno) }
        let code = DiskRoom.keep(bytes, in: descriptor)
        guard code == 0 else { throw FileFailure(operation: "keep room for", path: path, code: code) }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        if !isPut { unlink(temporary) }
    }

    /// It stands in its place from now on; what is written through its descriptor goes on being written there.
    package func put() throws(FileFailure) {
        guard rename(temporary, path) == 0 else {
            throw FileFailure(operation: "replace", path: path, code: errno)
        }
        isPut = true
    }
}
