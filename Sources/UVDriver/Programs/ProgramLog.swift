import MeshBase
import Telemetry

/// What a program writes, line by line with the time in front: at most so many lines a second and so many bytes in two
/// files; the rest is counted.
package struct ProgramLog: ~Copyable {
    /// Lines a second; what is beyond is dropped.
    package static let linesPerSecond = 1_000
    /// Lines that were kept.
    package private(set) var lines: UInt64 = 0
    /// Lines that came too fast, or could not be written.
    package private(set) var dropped: UInt64 = 0

    private var file: RotatingFile
    private var second = Instant.zero
    private var inSecond = 0
    private var untold: UInt64 = 0

    /// - Parameter path: the file that is written now; of 8 MiB at most, as what is put aside as `NAME.1`.
    package init(path: String) { file = RotatingFile(path: path, isPrivate: true) }

    /// Keeps a line, or counts it.
    ///
    /// - Parameter wall: nanoseconds since 1970.
    package mutating func add(_ line: String, now: Instant, wall: Int64) {
        if now - second >= .seconds(1) {
            second = now
            inSecond = 0
            if untold > 0 {
                write("\(Timestamp.string(wall)) \(untold) lines were dropped: it writes too many")
                untold = 0
            }
        }
        guard inSecond < Self.linesPerSecond else { return drop() }
        inSecond += 1
        guard write("\(Timestamp.string(wall)) \(line)") else { return drop() }
        lines += 1
    }

    /// A line that was too long to be looked at.
    package mutating func drop(_ count: UInt64 = 1) {
        dropped += count
        untold += count
    }

    @discardableResult
    private mutating func write(_ line: String) -> Bool { file.append(Array(line.utf8)) }
}
