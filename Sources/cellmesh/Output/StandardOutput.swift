import Glibc
import Synchronization

/// Standard output, and whether all of it has arrived.
enum StandardOutput {
    /// The errno of the first write that failed; 0 while none has.
    private static let failure = Atomic<Int32>(0)

    /// Whether nothing more arrives; who prints again and again ends then.
    static var isBroken: Bool { failure.load(ordering: .relaxed) != 0 }

    /// Writes all of it, or remembers why not. After a failure nothing more is written: a document with a hole in it
    /// would be worse than one that is cut off.
    static func write(_ text: String) {
        guard !isBroken else { return }
        let code = Descriptor.write(text, to: STDOUT_FILENO)
        if code != 0 { failure.store(code, ordering: .relaxed) }
    }

    /// What a command ends with that ended with `status`: output that did not arrive makes a failure of success.
    static func outcome(_ status: Int32) -> CommandFailure? {
        let code = failure.load(ordering: .relaxed)
        guard code != 0, status == ExitStatus.ok.rawValue else { return nil }
        return CommandFailure("standard output cannot be written: \(String(cString: strerror(code)))")
    }

    /// Whether its reader has gone away, as `head` does: nothing that anybody wants to be told.
    static var isUnread: Bool { failure.load(ordering: .relaxed) == EPIPE }
}

/// Whole writes.
enum Descriptor {
    /// Waits where the other end is slow, also where it does not block.
    /// - Returns: 0, or the errno of what was not written to its end.
    static func write(_ text: String, to descriptor: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
                if count > 0 {
                    written += count
                } else if count < 0, errno == EAGAIN {
                    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&wait, 1, -1)
                } else if count == 0 || errno != EINTR {
                    return count == 0 ? EIO : errno
                }
            }
            return 0
        }
    }
}
