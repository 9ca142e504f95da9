import CLibUV
import Glibc
import MeshBase
import Telemetry

/// What a program writes, line by line with the time in front: at most so many lines a second and so many bytes in two
/// files; the rest is counted.
package struct ProgramLog: ~Copyable {
    /// Lines a second; what is beyond is dropped.
    package static let linesPerSecond = 1_000
    /// Bytes of a file before it is put aside as `NAME.1`, in the place of the one before.
    package static let most = 8 << 20

    /// The file that is written now.
    package let path: String
    /// Lines that were kept.
    package private(set) var lines: UInt64 = 0
    /// Lines that came too fast, or could not be written.
    package private(set) var dropped: UInt64 = 0

    private let limit: Int
    private var descriptor: Int32 = -1
    private var size = 0
    private var second = Instant.zero
    private var inSecond = 0
    private var untold: UInt64 = 0

    /// - Parameter most: bytes of a file.
    package init(path: String, most: Int = ProgramLog.most) {
        self.path = path
        limit = most
    }

    deinit { if descriptor >= 0 { _ = cuv_close(descriptor) } }

    /// Keeps a line, or counts it.
    ///
    /// - Parameter wall: nanoseconds since 1970.
    package mutating func add(_ line: String, now: Instant, wall: Int64) {
        if now - second >= .seconds(1) {
            second = now
            inSecond = 0
            if untold > 0 {
                write("\(Timestamp.string(wall)) \(untold) lines were dropped: it writes too many\n")
                untold = 0
            }
        }
        guard inSecond < Self.linesPerSecond else { return drop() }
        inSecond += 1
        guard write("\(Timestamp.string(wall)) \(line)\n") else { return drop() }
        lines += 1
    }

    /// A line that was too long to be looked at.
    package mutating func drop(_ count: UInt64 = 1) {
        dropped += count
        untold += count
    }

    @discardableResult
    private mutating func write(_ text: String) -> Bool {
        if descriptor >= 0, size + text.utf8.count > limit {
            _ = cuv_close(descriptor)
            descriptor = -1
            rename(path, path + ".1")
        }
        if descriptor < 0 {
            descriptor = cuv_open_errno(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { return false }
            size = max(lseek(descriptor, 0, SEEK_END), 0)
        }
        size += text.utf8.count
        return SmallFile.write(descriptor, text)
    }
}
